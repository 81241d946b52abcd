"""Mail as messages: reading what the desk sent, and writing what a customer sends."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import cached_property
from typing import Any

from sandbox.refused import Json

CUSTOMERS: Mapping[str, str] = {
    "carla@bakkerij-jansen.example": "Carla Jansen",
    "dirk@devries-transport.example": "Dirk de Vries",
    "emma@noordzeepost.example": "Emma Smit",
    "frank@peters-advies.example": "Frank Peters",
}


@dataclass(frozen=True)
class Letter:
    """One mail in a mailbox; `way` is in (received) or out (sent)."""

    id: str
    way: str
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    def shown(self) -> Json:
        """Parsed for reading: headers, both bodies, its attachments.  To be read only: it is parsed once."""
        return self._parsed

    @cached_property
    def _parsed(self) -> Json:
        mail = message_from_bytes(self.raw, policy=policy.default)
        headers = {name: str(mail.get(name, "")) for name in ("subject", "from", "to", "cc", "date")}
        threading = {
            "message_id": str(mail.get("message-id", "")).strip(),
            "in_reply_to": str(mail.get("in-reply-to", "")).strip(),
            "references": str(mail.get("references", "")).split(),
        }
        return {
            "id": self.id,
            "way": self.way,
            "at": self.at.isoformat(),
            "envelope_from": self.sender,
            "envelope_to": list(self.recipients),
            **headers,
            **threading,
            "auto_submitted": str(mail.get("auto-submitted", "")),
            "text": _body(mail, "plain"),
            "html": _body(mail, "html"),
            "attachments": [_attachment(part) for part in mail.iter_attachments()],
            "headers": [[name, str(value)] for name, value in mail.items()],
        }


@dataclass(frozen=True)
class Draft:
    """What a customer wants to send.  `answers` is the letter it replies to, quoted below."""

    sender: str
    to: str
    subject: str = ""
    text: str = ""
    html: str = ""
    cc: Sequence[str] = ()
    files: Sequence[tuple[str, bytes, str]] = ()
    answers: Letter | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def write(draft: Draft, *, at: datetime) -> EmailMessage:
    """The mail as a customer's program writes it: its own Message-ID and, in a reply, the thread."""
    mail = EmailMessage(policy=policy.SMTP)
    name, domain = CUSTOMERS.get(draft.sender, ""), draft.sender.rpartition("@")[2]
    mail["From"] = Address(name, addr_spec=draft.sender)
    mail["To"] = draft.to
    if draft.cc:
        mail["Cc"] = ", ".join(draft.cc)
    mail["Subject"] = _one_line(draft.subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=domain)
    text = draft.text
    if draft.answers is not None:
        text = _thread(mail, draft.answers.shown(), text, has_subject=bool(draft.subject))
    for header, value in draft.headers.items():
        mail[header] = value
    mail.set_content(text)
    if draft.html:
        mail.add_alternative(draft.html, subtype="html")
    for filename, content, mimetype in draft.files:
        maintype, _, subtype = mimetype.partition("/")
        mail.add_attachment(content, maintype=maintype, subtype=subtype or "octet-stream", filename=filename)
    return mail


def _thread(mail: EmailMessage, answered: Json, text: str, *, has_subject: bool) -> str:
    mail["In-Reply-To"] = answered["message_id"]
    mail["References"] = " ".join([*answered["references"], answered["message_id"]])
    if not has_subject:
        subject = _one_line(answered["subject"])
        del mail["Subject"]
        mail["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    quoted = "\n".join(f"> {line}".rstrip() for line in answered["text"].rstrip().splitlines())
    return f"{text.rstrip()}\n\nOn {answered['date']}, {answered['from']} wrote:\n{quoted}\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _body(mail: EmailMessage, kind: Any) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _attachment(part: Any) -> Json:
    content = part.get_payload(decode=True) or b""
    return {
        "name": part.get_filename() or "",
        "type": part.get_content_type(),
        "size": len(content),
        "content": base64.b64encode(content).decode(),
    }
