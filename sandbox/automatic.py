"""What machines write to the desk: that somebody is away, and that a mail could not be delivered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, make_msgid

from sandbox.letters import Draft, Letter
from sandbox.refused import Json, NotPossible

NOBODY = ("", "<>")
"""The null sender: nobody to answer, RFC 5321."""


@dataclass(frozen=True)
class Wording:
    """`subject` goes before that of the mail it answers."""

    subject: str
    text: str


AWAY: Mapping[str, Wording] = {
    "en": Wording("Automatic reply: ", "I am out of the office and back on Monday."),
    "nl": Wording("Automatisch antwoord: ", "Ik ben niet op kantoor. Maandag ben ik er weer."),
    "de": Wording("Automatische Antwort: ", "Ich bin nicht im Büro. Am Montag bin ich wieder da."),
    "fr": Wording("Réponse automatique : ", "Je suis absent du bureau et de retour lundi."),
}

LANGUAGES: Mapping[str, str] = {
    "carla@bakkerij-jansen.example": "en",
    "dirk@devries-transport.example": "nl",
    "emma@noordzeepost.example": "en",
    "frank@peters-advies.example": "nl",
}
"""What the customers write; anybody else writes English."""


@dataclass(frozen=True)
class Absence:
    """What somebody's mailbox says while they are away."""

    text: str
    language: str


def absence(address: str, text: str = "", language: str = "") -> Absence:
    """As asked for, else in the customer's own language and usual words."""
    language = language or LANGUAGES.get(address.lower(), "en")
    if language not in AWAY:
        raise NotPossible(f"nobody here is away in {language}: it is one of {', '.join(AWAY)}")
    return Absence(text or AWAY[language].text, language)


def out_of_office(letter: Letter, address: str, away: Absence) -> Draft:
    """The automatic reply of that mailbox to a letter it received, as RFC 3834 asks."""
    if letter.sender in NOBODY:
        raise NotPossible("that mail came from the null sender: there is nobody to answer")
    answered = letter.shown()
    return Draft(
        sender=address,
        to=letter.sender,
        subject=AWAY[away.language].subject + str(answered["subject"]),
        text=away.text + "\n",
        headers={
            "In-Reply-To": answered["message_id"],
            "References": " ".join([*answered["references"], answered["message_id"]]),
            "Auto-Submitted": "auto-replied",
            "X-Auto-Response-Suppress": "All",
        },
    )


def bounce(letter: Letter, address: str, *, status: str, reason: str, at: datetime) -> Message:
    """The report that this letter could not be delivered to that address, as RFC 3464 asks."""
    if letter.sender in NOBODY:
        raise NotPossible("that mail came from the null sender: a bounce of it would have nowhere to go")
    server = f"mail.{address.rpartition('@')[2]}"
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = f"Mail Delivery System <{mailer_daemon(address)}>"
    report["To"] = letter.sender
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(at)
    report["Message-ID"] = make_msgid(domain=server)
    report["Auto-Submitted"] = "auto-replied"
    report["MIME-Version"] = "1.0"
    report.attach(MIMEText(_explained(server, address, status, reason)))
    report.attach(_status_of(letter, server, address, status, reason))
    report.attach(MIMEMessage(message_from_bytes(letter.raw)))
    return report


def mailer_daemon(address: str) -> str:
    return f"mailer-daemon@{address.rpartition('@')[2]}"


def is_automatic(shown: Json) -> bool:
    """Whether RFC 3834 forbids to answer this mail by machine."""
    headers = {name.lower(): str(value).strip().lower() for name, value in shown["headers"]}
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip()
    bulk = headers.get("precedence", "") in ("bulk", "list", "junk")
    return submitted != "no" or bulk or any(name.startswith("list-") for name in headers)


def _explained(server: str, address: str, status: str, reason: str) -> str:
    return (
        f"This is the mail system at {server}.\n\nYour mail could not be delivered to one or more "
        f"recipients. It is attached below.\n\n<{address}>: {status} {reason}\n"
    )


def _status_of(letter: Letter, server: str, address: str, status: str, reason: str) -> Message:
    whole, recipient = Message(), Message()
    whole["Reporting-MTA"] = f"dns; {server}"
    whole["Arrival-Date"] = format_datetime(letter.at)
    recipient["Final-Recipient"] = f"rfc822; {address}"
    recipient["Original-Recipient"] = f"rfc822;{address}"
    recipient["Action"] = "failed"
    recipient["Status"] = status
    recipient["Diagnostic-Code"] = f"smtp; 550 {status} {reason}"
    part = MIMEBase("message", "delivery-status")
    part.set_payload([whole, recipient])
    return part
