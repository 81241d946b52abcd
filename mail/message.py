"""Builds the bytes of a mail, and makes sure that they say what was meant before anyone sends them."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import Message
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from mail.addresses import is_address
from mail.attachments import Attachment, safe_name
from mail.conversation import Conversation
from mail.letterhead import Letterhead
from mail.notifications import Notification, sound
from mail.screening import LOOP_HEADER
from mail.writing import file_part, written

MOST_BYTES = 18_000_000
"""Of all files of a mail together: written down they grow by a third, and many servers stop at 25 MB."""

MARK_HEADER = "X-Helpdesk-Mark"

_MOST_REFERENCES = 10
_DIGITS = 32
"""Hexadecimal digits of the seal in a Message-ID: 128 bits."""

_ID = re.compile(r"[!-;=?-~]{3,250}")
"""A Message-ID without its brackets, as it may stand in a header."""

_OURS = re.compile(rf"<?hd\.(\d{{1,19}})\.([0-9a-f]{{{_DIGITS}}})@[^<>\s]+>?")


class Unsendable(Exception):
    """No mail can be made of this that says what was meant and nothing else."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What stands around the words.

    to: the customer's address; name: what they call themselves, perhaps nothing.  Ids stand without brackets;
    answers are the mails this one continues, the most important first; conversation: the same for Outlook.
    reply_to: where answers are to come, if not to the desk's plain address.  mark: what the mail is known by
    after a restore (store.marks)."""

    to: str
    message_id: str
    date: datetime
    name: str = ""
    answers: Sequence[str] = ()
    conversation: Conversation | None = None
    files: Sequence[Attachment] = ()
    reply_to: str = ""
    mark: str = ""


def message_id(delivery: int, *, ticket: int, secret: str, domain: str) -> str:
    """What the mail of that delivery is called, on every attempt; nobody without the secret can guess it."""
    return f"hd.{delivery}.{_seal(delivery, ticket, secret)}@{domain}"


def report_id(client: str, month: str, *, secret: str, domain: str) -> str:
    """What the mail with that client's month is called, in every life of the database."""
    sealed = f"helpdesk report {month} {client}".encode()
    return (
        f"report.{month}.{hmac.new(secret.encode(), sealed, hashlib.sha256).hexdigest()[:_DIGITS]}@{domain}"
    )


def is_ours(message_id: str, *, ticket: int, secret: str) -> bool:
    """Whether the desk gave this name to a mail about that ticket, even one it has forgotten."""
    found = _OURS.fullmatch(message_id)
    return found is not None and hmac.compare_digest(found[2], _seal(int(found[1]), ticket, secret))


def subject_of(notification: Notification, envelope: Envelope) -> str:
    """The subject as it is sent."""
    return ("Re: " if _known(envelope) else "") + sound(notification.subject, 230)


def build(notification: Notification, envelope: Envelope, letterhead: Letterhead) -> bytes:
    """The mail, ready for an SMTP server.

    Raises Unsendable."""
    _check_files(envelope.files)
    bare = _recipient(envelope.to)
    named = Address(sound(envelope.name, 60), bare.username, bare.domain)
    try:
        return _built(notification, envelope, letterhead, named, subject_of(notification, envelope))
    except Unsendable:  # by a trick in what the customer wrote, so it goes without that
        tag = sound(notification.subject).partition(" ")[0]
        return _built(notification, envelope, letterhead, bare, tag)


def _check_files(files: Sequence[Attachment]) -> None:
    size = sum(len(file.content) for file in files)
    if size > MOST_BYTES:
        raise Unsendable(
            f"its files are {size:,} bytes together, more than the {MOST_BYTES:,} that a mail holds"
        )


def _seal(delivery: int, ticket: int, secret: str) -> str:
    sealed = f"helpdesk message-id {delivery}/{ticket}".encode()
    return hmac.new(secret.encode(), sealed, hashlib.sha256).hexdigest()[:_DIGITS]


def address_of(address: str) -> str:
    """The address as every mail server knows it: in ASCII.

    Raises Unsendable, also for what only some servers know (RFC 6531)."""
    local, _, domain = address.rpartition("@")
    try:
        if not is_address(address) or not local.isascii():
            raise ValueError
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except ValueError as error:
        raise Unsendable(f"{sound(address)!r} is not an address that mail can be sent to") from error


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=address_of(address))
    except (ValueError, LookupError) as error:
        raise Unsendable(f"{sound(address)!r} is not an address that mail can be sent to") from error


def _built(
    notification: Notification, envelope: Envelope, letterhead: Letterhead, to: Address, subject: str
) -> bytes:
    lines: dict[str, str | Address] = {
        "From": Address(sound(letterhead.name), addr_spec=letterhead.address),
        "To": to,
        "Subject": subject,
        "Date": format_datetime(envelope.date.astimezone(UTC)),
        "Message-ID": f"<{envelope.message_id}>",
        LOOP_HEADER: letterhead.address,
    }
    if envelope.mark:
        lines[MARK_HEADER] = envelope.mark
    if envelope.conversation:
        lines["Thread-Topic"] = sound(envelope.conversation.topic) or "-"
        lines["Thread-Index"] = envelope.conversation.index
    if envelope.reply_to:
        lines["Reply-To"] = Address(sound(letterhead.name), addr_spec=envelope.reply_to)
    known = _known(envelope)
    if known:
        lines["In-Reply-To"] = f"<{known[0]}>"
        lines["References"] = " ".join(f"<{each}>" for each in reversed(known))
    if notification.is_automatic:
        # RFC 3834: other machines will not answer
        lines["Auto-Submitted"] = "auto-replied" if known else "auto-generated"
        lines["X-Auto-Response-Suppress"] = "All"  # the same, for Exchange
    raw = _written(lines, notification, envelope.files)
    _compare(raw, lines, to, notification, envelope.files)
    return raw


def _known(envelope: Envelope) -> list[str]:
    sendable = [each for each in envelope.answers if _ID.fullmatch(each) and "=?" not in each]
    return list(dict.fromkeys(sendable))[:_MOST_REFERENCES]


def _written(
    lines: dict[str, str | Address], notification: Notification, files: Sequence[Attachment]
) -> bytes:
    try:
        parts = [file_part(file.content, _type_of(file), _name_of(file)) for file in files]
        return written(lines, notification.text, notification.html, parts)
    except (ValueError, LookupError, UnicodeError) as error:
        raise Unsendable(f"the mail cannot be written: {error}") from error


def _name_of(file: Attachment) -> str:
    return safe_name(sound(file.name), file.content_type)


def _type_of(file: Attachment) -> str:
    """Text and mails too go as bytes: nobody may take them for a part of what we say."""
    kind = file.content_type.lower()
    is_plain = _TYPE.fullmatch(kind) and not kind.startswith(("text/", "message/", "multipart/"))
    return kind if is_plain else "application/octet-stream"


_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}")


def _compare(
    raw: bytes,
    lines: dict[str, str | Address],
    to: Address,
    notification: Notification,
    files: Sequence[Attachment],
) -> None:
    """Read the mail as its receivers will, and refuse it where that says something else."""
    read = message_from_bytes(raw, policy=policy.compat32)
    headers = dict(read.raw_items())
    meant = [name.lower() for name in [*lines, "MIME-Version", "Content-Type"]]
    is_same = (
        sorted(name.lower() for name, _ in read.raw_items()) == sorted(meant)
        and _read("Subject", headers).text == lines["Subject"]
        and _read("To", headers).people == ((to.display_name, to.addr_spec),)
        and len(_read("From", headers).people) == 1
        and [part.get_content_type() for part in read.walk()] == _shape(files)
        and _contents(read) == _meant(notification, files)
        and _answers_come_where_meant(lines, headers)
    )
    if not is_same:
        raise Unsendable("the mail, read again, does not say what was meant")


def _shape(files: Sequence[Attachment]) -> list[str]:
    letter = ["multipart/alternative", "text/plain", "text/html"]
    return ["multipart/mixed", *letter, *map(_type_of, files)] if files else letter


def _contents(read: Message) -> list[object]:
    """The words of the two texts, then the files, byte for byte."""
    parts = [part.get_payload(decode=True) for part in read.walk() if not part.is_multipart()]
    held = [part if isinstance(part, bytes) else b"" for part in parts]
    return [*map(_words, held[:2]), *held[2:]]


def _meant(notification: Notification, files: Sequence[Attachment]) -> list[object]:
    texts = (notification.text, notification.html)
    return [*(_words(text.encode()) for text in texts), *(file.content for file in files)]


def _words(text: bytes) -> list[bytes]:
    """What counts of a text: line ends and the last empty lines are the mail's own."""
    return text.rstrip().splitlines()


def _answers_come_where_meant(lines: dict[str, str | Address], headers: dict[str, str]) -> bool:
    return "Reply-To" not in lines or _read("Reply-To", headers).text == str(lines["Reply-To"])


@dataclass(frozen=True, slots=True)
class _Understood:
    """What counts of a header: the email package keeps a tree of some 13 kB for each.  people: the names and
    addresses in it, if it is of that kind."""

    text: str
    people: tuple[tuple[str, str], ...]


def _read(name: str, headers: dict[str, str]) -> _Understood:
    """A header as a modern mail program reads it; the others need not be read to compare the mail."""
    return _understood(name, headers[name])


@lru_cache(maxsize=1_000)
def _understood(name: str, value: str) -> _Understood:
    """From the desk, to the same customer, about the same ticket: most are read again and again."""
    header: Any = policy.default.header_fetch_parse(name, value)
    people = [(each.display_name, each.addr_spec) for each in getattr(header, "addresses", ())]
    return _Understood(str(header), tuple(people))
