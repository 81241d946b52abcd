"""Writes the mails of a scenario as a customer's mail program would."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from rehearsal.scenario import Mail


def write(mail: Mail, *, number: int, to: str, subject: str, answers: str | None, at: datetime) -> bytes:
    """The raw mail.  number: of the step, which makes its Message-ID; answers: the Message-ID it replies to.

    Raises ValueError for what cannot stand in a mail."""
    name, address = parseaddr(mail.sender)
    if "@" not in address:
        raise ValueError(f"{mail.sender!r} is no mail address")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = mail.to or to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<step-{number}@{address.rpartition('@')[2]}>"
    if answers:
        message["In-Reply-To"] = message["References"] = answers
    for header, value in mail.headers.items():
        del message[header]
        message[header] = value
    message.set_content(mail.text or "")
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for file in mail.files:
        message.add_attachment(b"made up", maintype="application", subtype="octet-stream", filename=file)
    return message.as_bytes()
