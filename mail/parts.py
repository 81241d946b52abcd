"""The parts of a mail: what is text, what is a file, what a mail server reports."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from email.errors import MessageError
from email.message import Message

from mail.attachments import Attachment, safe_name
from mail.ballast import Ballast, decoded
from mail.calendars import describe
from mail.charsets import decode_header, raw_bytes, sound_lines
from mail.contents import LARGEST_TEXT, Part, bytes_in, raw_header, text_in, unflowed
from mail.headers import Headers, headers_of, parameter_in
from mail.sealed import notes_on

DEEPEST = 20
MOST_FILES = 100

_TEXT_TYPES = frozenset({"text/plain", "text/html", "text/calendar"})
_NOISE_TEXT = """
    application/pgp-signature application/pkcs7-signature application/x-pkcs7-signature text/enriched
    text/x-amp-html text/watch-html application/pgp-encrypted"""
_NOISE = frozenset(_NOISE_TEXT.split())
"""Of no use to a reader unless somebody gave it a name."""


@dataclass(slots=True)
class Body:
    """What was found on the walk."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    reports: list[Headers] = field(default_factory=list)
    returned: Headers | None = None
    notes: list[str] = field(default_factory=list)
    zone: tzinfo = UTC
    ballast: Ballast = field(default_factory=Ballast)
    shown: list[str] = field(default_factory=list)
    """Texts of named parts and attached mails."""

    @property
    def instead(self) -> list[str]:
        """What is shown where the mail says nothing itself."""
        return self.calendars or self.shown or self.notes


def collect(message: Part, ballast: Ballast, zone: tzinfo = UTC) -> Body:
    """Walk the tree, DEEPEST levels at most, and sort what is found.

    ballast: what was taken out before the mail was parsed; zone: for the hours of invitations."""
    body = Body(zone=zone, ballast=ballast)
    for part, within in _walk(message):
        _sort(part, within, body)
    return body


def _walk(message: Part) -> Iterator[tuple[Part, str]]:
    """Every leaf with the type of the multipart that holds it."""
    waiting: list[tuple[Part, str, int]] = [(message, "", 0)]
    while waiting:
        part, within, depth = waiting.pop()
        kind = part.get_content_type()
        children = children_of(part)
        if kind.startswith("multipart/") and children and depth < DEEPEST:
            waiting.extend((child, kind, depth + 1) for child in reversed(children))
        else:
            yield (part, within)


def children_of(part: Part) -> list[Part]:
    """The parts within a part.  (get_payload on a leaf would decode it, and trip over its charset.)"""
    payload = part.get_payload() if part.is_multipart() else []
    return [child for child in payload if isinstance(child, Message)]


def _sort(part: Part, within: str, body: Body) -> None:
    kind = part.get_content_type()
    name = _name_of(part)
    disposition = raw_header(part, "content-disposition").split(";")[0].strip().lower()
    if kind in {"message/delivery-status", "message/disposition-notification"}:
        body.reports.extend(_groups(part, body.ballast))
    elif kind in {"message/rfc822", "text/rfc822-headers", "message/global", "text/rfc822-header"}:
        _keep_mail(part, name, body, is_returned=within == "multipart/report")
    elif kind.startswith("multipart/"):
        _keep_torn(part, body)
    elif kind in _TEXT_TYPES and disposition != "attachment" and not (name and kind != "text/calendar"):
        _keep_text(part, kind, within, body)
        if kind == "text/calendar" and name:
            _keep_file(part, kind, name, disposition, body)
    elif not (kind in _NOISE and not name):
        _keep_file(part, kind, name, disposition, body)


def _keep_text(part: Part, kind: str, within: str, body: Body) -> None:
    text = text_in(part, body.ballast)
    if kind == "text/html":
        body.html.append(text)
    elif kind == "text/calendar":
        body.calendars.append(describe(text, body.zone))
    else:
        body.plain.append(unflowed(sound_lines(text), part))


def _keep_torn(part: Part, body: Body) -> None:
    """A multipart without its boundary, or one too deep: what stands in it is read as text."""
    text = "" if part.is_multipart() else sound_lines(text_in(part, body.ballast))
    if text.strip():
        body.plain.append(text)


def _keep_file(part: Part, kind: str, name: str, disposition: str, body: Body) -> None:
    content = bytes_in(part, body.ballast)
    content_id = decode_header(raw_header(part, "content-id")).strip("<> ")[:200]
    if len(body.files) >= MOST_FILES or not (content or name):
        return
    if kind == "text/plain" and disposition != "attachment":
        body.shown.append(sound_lines(text_in(part, body.ballast)))
    inline = disposition == "inline" or (bool(content_id) and disposition != "attachment")
    file = Attachment(safe_name(name, kind), kind, content, inline, content_id)
    body.files.append(file)
    body.notes += notes_on(file, parameter_in(raw_header(part, "content-type"), "smime-type"))


def _keep_mail(part: Part, name: str, body: Body, *, is_returned: bool) -> None:
    inner = next(iter(children_of(part)), None)
    encoded = _encoded(part, inner, body.ballast) if inner is not None else b""
    if encoded:
        headers = headers_of(_header_lines(sound_lines(encoded[:LARGEST_TEXT].decode("latin-1"))))
    elif inner is not None:
        headers = headers_of(inner.raw_items())
    else:
        headers = headers_of(_header_lines(sound_lines(text_in(part, body.ballast))))
    if is_returned and body.returned is None:
        body.returned = headers
        return
    subject = headers.get("subject")
    if inner is not None and not encoded:
        body.shown.append(_text_within(inner, body.ballast))
    content = encoded or _whole(inner, body.ballast) if inner is not None else bytes_in(part, body.ballast)
    if len(body.files) < MOST_FILES:
        title = name or (f"{subject[:80]}.eml" if subject else "message.eml")
        body.files.append(Attachment(safe_name(title.replace("/", "-")), "message/rfc822", content))


def _encoded(part: Part, inner: Part, ballast: Ballast) -> bytes:
    """A mail that was attached in base64, which RFC 2046 forbids and programs do; else nothing.

    The standard library takes its letters for the body of a mail without headers."""
    way = raw_header(part, "content-transfer-encoding").strip().lower()
    letters = inner.get_payload()
    if way != "base64" or inner.keys() or not isinstance(letters, str):
        return b""
    return decoded(ballast.back_in(raw_bytes(letters)), way)


def _text_within(message: Part, ballast: Ballast) -> str:
    """The plain text of a mail within the mail, not of mails within that one."""
    plain = (part for part, _ in _walk(message) if part.get_content_type() == "text/plain")
    return "\n\n".join(sound_lines(text_in(part, ballast)) for part in plain)[:LARGEST_TEXT]


def _whole(message: Part, ballast: Ballast) -> bytes:
    try:
        return ballast.back_in(message.as_bytes())
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return b""  # the standard library cannot write everything it can read; the raw mail is kept


def _groups(part: Part, ballast: Ballast) -> Iterator[Headers]:
    """The groups of a delivery status, whether the parser took them apart or not."""
    if part.is_multipart():
        yield from (headers_of(group.raw_items()) for group in children_of(part)[:50])
        return
    for group in sound_lines(text_in(part, ballast)).split("\n\n")[:50]:
        yield headers_of(_header_lines(group))


def _header_lines(text: str) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for line in text.split("\n")[:500]:
        if not line.strip() and lines:
            break
        name, colon, value = line.partition(":")
        if line[:1].isspace() and lines:
            lines[-1] = (lines[-1][0], lines[-1][1] + " " + line.strip())
        elif colon and " " not in name.strip():
            lines.append((name, value))
    return lines


def _name_of(part: Part) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, IndexError, LookupError, TypeError, AttributeError, UnicodeError):
        name = ""
    return decode_header(name)
