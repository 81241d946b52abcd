"""Read a raw mail: bytes in, a frozen value or the reason why there is none out."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from email import message_from_bytes
from email.errors import MessageError
from email.policy import compat32

from selectolax.lexbor import LexborHTMLParser

from mail import language, subjects
from mail.addresses import Address, addresses_in
from mail.attachments import Attachment
from mail.ballast import Ballast, lighten
from mail.charsets import decode_header, sound_lines
from mail.clients import written_now
from mail.contents import Part, charset_of
from mail.guards import header_lines, why_unreadable
from mail.headers import Headers, date_in, headers_of, ids_in, message_id_in
from mail.keys import NAMED, bare_key, content_key
from mail.markup import parse, text_of
from mail.parts import Body, collect


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEmail:
    """A mail as the desk understands it.

    Ids stand without brackets; references are newest first and hold In-Reply-To's too.  subject is clean of
    reply marks and of our own tag, subject_line is what the customer wrote.  text is the whole visible
    text, nothing trimmed; written is that without what its HTML marks as quoted or signed, None where it
    marks nothing.  calendars are invitations in words, notes what the desk has to say of parts that nobody
    here can open.  reports are the groups of a delivery status, returned the headers of the mail that came
    back with it; enclosed is the one mail that is attached, if it is the only one and can be read.  bare_key
    is what content_key would be if it could not be read.
    """

    content_key: str
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Address | None
    senders: int
    reply_to: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    subject_line: str
    claimed_number: int | None
    date: datetime | None
    text: str
    written: str | None
    attachments: tuple[Attachment, ...]
    language: str | None
    headers: Headers
    calendars: tuple[str, ...]
    notes: tuple[str, ...]
    reports: tuple[Headers, ...]
    returned: Headers | None
    enclosed: "Enclosed | None" = None
    bare_key: str = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What belongs below the text, as far as it does not stand there already."""
        return tuple(each for each in (*self.calendars, *self.notes) if each not in self.text)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What a mail says that somebody attached to theirs."""

    sender: Address | None
    senders: int
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why a mail cannot be read, and what little can be said about it without reading it."""

    reason: str
    content_key: str
    message_id: str | None = None
    sender: Address | None = None
    subject: str = ""


def read(raw: bytes, *, prefix: str = "HD", zone: tzinfo = UTC) -> InboundEmail | Unreadable:
    """Read a mail; never raises.

    prefix: of our own subject tags, as in [HD-42]; zone: in which the hours of invitations are told."""
    reason = why_unreadable(raw)
    if reason:
        return unreadable(raw, reason)
    try:
        light, ballast = lighten(raw)
        message = message_from_bytes(light, policy=compat32)
        understood = _understand(message, collect(message, ballast, zone), prefix)
        return replace(understood, enclosed=_enclosed(understood, prefix), bare_key=bare_key(raw))
    except RecursionError:
        return unreadable(raw, "its parts are nested too deeply")
    except _BROKEN as error:
        return unreadable(raw, f"its structure is broken ({type(error).__name__})")


_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError)
"""What the standard library raises over mails that it cannot make sense of."""

_LARGEST_ENCLOSED = 1_000_000
"""Bytes of an attached mail that is read for its words; a larger one stays a file."""


def _enclosed(mail: InboundEmail, prefix: str) -> Enclosed | None:
    attached = [file.content for file in mail.attachments if file.content_type == "message/rfc822"]
    if len(attached) != 1 or len(attached[0]) > _LARGEST_ENCLOSED or why_unreadable(attached[0]):
        return None
    try:
        message = message_from_bytes(attached[0], policy=compat32)
        inner = _understand(message, collect(message, Ballast()), prefix)
    except (RecursionError, *_BROKEN):
        return None
    return Enclosed(inner.sender, inner.senders, inner.subject, inner.text)


def _understand(message: Part, body: Body, prefix: str) -> InboundEmail:
    charset = charset_of(message)
    headers = headers_of(message.raw_items(), charset)
    senders = _named(message, "from", charset)
    reply_to = _named(message, "reply-to", charset)
    subject = headers.get("subject")
    page = parse("\n".join(body.html)) if body.html else None
    said = _text(body, page)
    text = said if said.strip() else "\n\n".join(each for each in body.instead if each)
    marked = written_now(page) if page else None
    answered = ids_in(headers.get("in-reply-to"))
    return InboundEmail(
        content_key=_content_key(headers, body),
        message_id=message_id_in(headers.get("message-id")),
        in_reply_to=answered,
        references=tuple(dict.fromkeys(answered + ids_in(headers.get("references")))),
        sender=senders[0] if senders else _fallback_sender(message, charset),
        senders=max(len(senders), len(headers.all("from"))),
        reply_to=reply_to[0] if reply_to else None,
        to=_named(message, "to", charset),
        cc=_named(message, "cc", charset),
        subject=subjects.clean(subject, prefix),
        subject_line=subject,
        claimed_number=subjects.number_in(subject, prefix),
        date=date_in(headers.get("date")),
        text=text,
        written=sound_lines(marked) if marked and marked != text else None,
        attachments=tuple(body.files),
        language=language.guess(f"{subject}\n{said}"),
        headers=headers,
        calendars=tuple(text for text in body.calendars if text),
        notes=tuple(dict.fromkeys(body.notes)),
        reports=tuple(body.reports),
        returned=body.returned,
    )


def _named(message: Part, name: str, charset: str) -> tuple[Address, ...]:
    values = [str(value) for key, value in message.raw_items() if key.lower() == name]
    return tuple(address for value in values[:5] for address in addresses_in(value, charset))


def _fallback_sender(message: Part, charset: str) -> Address | None:
    found = _named(message, "sender", charset)
    return found[0] if found else None


_STUBS = ("html", "this message is in mime", "view this message in")


def _text(body: Body, page: LexborHTMLParser | None) -> str:
    plain = _without_pictures("\n\n".join(text.strip("\n") for text in body.plain if text.strip()))
    is_stub = len(plain) < 300 and any(stub in plain.lower() for stub in _STUBS)
    if page and (not plain.strip() or is_stub):
        plain = sound_lines(text_of(page.root)) or plain
    return plain


def _without_pictures(text: str) -> str:
    """Without the lines that stand for pictures in Outlook's text ("[cid:image001.png@01DB...]")."""
    if "[cid:" not in text:
        return text
    lines = text.split("\n")
    return "\n".join(
        line for line in lines if not (line.strip().startswith("[cid:") and line.strip().endswith("]"))
    )


def _content_key(headers: Headers, body: Body) -> str:
    named = [headers.get(name) for name in NAMED]
    return content_key([*named, *body.plain, *body.html, *body.calendars], [f.content for f in body.files])


def unreadable(raw: bytes, reason: str) -> Unreadable:
    """A mail that is not read for this reason: what stands in its first lines, found without any parser."""
    headers = dict(reversed(header_lines(raw)))
    senders = addresses_in(headers.get("from", ""))
    return Unreadable(
        reason=reason,
        content_key=bare_key(raw),
        message_id=message_id_in(headers.get("message-id", "")),
        sender=senders[0] if senders else None,
        subject=subjects.clean(decode_header(headers.get("subject", ""))),
    )
