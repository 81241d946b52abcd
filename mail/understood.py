"""What the desk makes of a mail, said for programs and for people (`helpdesk read`)."""

from collections.abc import Iterator
from typing import Any

from mail.addresses import Address
from mail.attachments import Attachment
from mail.quoting import trim
from mail.reading import InboundEmail, Unreadable
from mail.screening import Kind, Screening, screen

_KINDS = {
    Kind.HUMAN: "a person",
    Kind.AUTOMATIC: "a machine",
    Kind.AUTO_REPLY: "an automatic reply",
    Kind.BOUNCE: "a mail of ours that came back",
    Kind.LIST: "a mailing list",
    Kind.OURS: "our own mail",
}


def facts_of(mail: InboundEmail | Unreadable) -> dict[str, Any]:
    """For programs: plain values by name."""
    sender = mail.sender.address if mail.sender else None
    if isinstance(mail, Unreadable):
        return _facts(sender, mail.subject) | {"error": mail.reason}
    seen = screen(mail)
    is_automatic = seen.kind not in {Kind.HUMAN, Kind.OURS}
    files = [
        {"name": file.name, "type": file.content_type, "bytes": len(file.content)}
        for file in mail.attachments
    ]
    return _facts(sender, mail.subject_line) | {
        "text": trim(mail.text, mail.written).text,
        "full_text": mail.text,
        "auto": is_automatic,
        "auto_rule": seen.rule if is_automatic else None,
        "bounce": seen.kind is Kind.BOUNCE,
        "attachments": files,
        "language": mail.language,
    }


def no_facts(error: str) -> dict[str, Any]:
    """The same names for what is no mail at all."""
    return _facts(None, "") | {"error": error}


def _facts(sender: str | None, subject: str) -> dict[str, Any]:
    return {
        "sender": sender, "subject": subject, "text": "", "full_text": "", "auto": False,
        "auto_rule": None, "bounce": False, "attachments": [], "language": None, "error": None,
    }  # fmt: skip


def in_words(mail: InboundEmail | Unreadable, *, whole: bool = False) -> str:
    """For people.  whole: the text as it came, too, where the desk leaves some of it out."""
    if isinstance(mail, Unreadable):
        rows = [("From", _person(mail.sender)), ("Subject", mail.subject), ("Unreadable", mail.reason)]
        return _table(rows)
    said = [_table(list(_rows(mail, screen(mail))))]
    trimmed = trim(mail.text, mail.written)
    said.append(_indented(trimmed.text) or "  (no text)")
    said += [_indented(remark) for remark in mail.remarks]
    if trimmed.rest and whole:
        said.append("The whole text:\n\n" + _indented(mail.text))
    elif trimmed.rest:
        left_out = mail.text.count("\n") - trimmed.text.count("\n")
        said.append(f"Left out: {max(left_out, 1)} lines of history and signatures (--whole shows them).")
    return "\n\n".join(said)


def _rows(mail: InboundEmail, seen: Screening) -> Iterator[tuple[str, str]]:
    yield ("From", _person(mail.sender))
    if mail.reply_to and (mail.sender is None or mail.reply_to.key != mail.sender.key):
        yield ("Reply to", _person(mail.reply_to))
    yield ("To", ", ".join(_person(each) for each in mail.to[:5]))
    yield ("Cc", ", ".join(_person(each) for each in mail.cc[:5]))
    yield ("Subject", mail.subject_line)
    yield ("Date", f"{mail.date:%Y-%m-%d %H:%M} UTC" if mail.date else "")
    yield ("Language", mail.language or "not clear")
    yield ("Written by", _KINDS[seen.kind] + (f" ({seen.rule})" if seen.rule else ""))
    if seen.bounce:
        severity = "for good" if seen.bounce.hard else "for now"
        yield (
            "Came back",
            f"{severity}, from {seen.bounce.recipient or 'nobody named'} {seen.bounce.status}",
        )
        yield ("Because", seen.bounce.reason)
    for number, file in enumerate(mail.attachments):
        yield ("" if number else "Files", _file(file))


def _person(address: Address | None) -> str:
    if address is None:
        return "nobody"
    return f"{address.name} <{address.address}>" if address.name else address.address


def _file(file: Attachment) -> str:
    size = len(file.content)
    shown = f"{size} bytes" if size < 1000 else f"{size / 1000:,.0f} kB"
    return f"{file.name} ({file.content_type}, {shown}{', within the text' if file.inline else ''})"


def _table(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"{label:12}{value}" for label, value in rows if value)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.split("\n")) if text.strip() else ""
