"""Recognise a mail of ours that came back, and whose fault it was."""

import re
from dataclasses import dataclass

from mail.addresses import is_address
from mail.headers import Headers, message_id_in
from mail.reading import InboundEmail

_LOOKED_AT = 20_000
"""Characters of a report that are searched."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a mail server says about a mail of ours.

    hard: trying again is no use (5.x.x).  returned_id: the Message-ID of our mail, without brackets."""

    rule: str
    recipient: str = ""
    status: str = ""
    hard: bool = False
    delayed: bool = False
    returned_id: str | None = None
    reason: str = ""


def read_bounce(email: InboundEmail) -> Bounce | None:
    """The bounce that this mail is, or None."""
    rule = _rule(email)
    if not rule:
        return None
    report = next((group for group in email.reports if "final-recipient" in group), Headers())
    status = _status(report, email)
    action = report.get("action").lower()
    return Bounce(
        rule=rule,
        recipient=_recipient(report, email),
        status=status,
        hard=status.startswith("5") or (not status and action != "delayed" and not _is_delay(email)),
        delayed=action == "delayed" or _is_delay(email),
        returned_id=_returned_id(email),
        reason=_reason(report, email),
    )


_BOUNCE_SUBJECTS = (
    "undelivered mail", "undeliverable", "undelivered", "delivery status notification", "delivery failure",
    "delivery failed", "delivery report", "delivery notification", "failure notice", "mail delivery",
    "returned mail", "message delivery failure", "mail system error", "message status - undeliverable",
    "non-deliverable", "nondeliverable", "mail could not be delivered", "message could not be delivered",
    "mail delivery error", "warning: could not send message", "warning: message", "unzustellbar",
    "onbestelbaar", "niet-bezorgbaar", "nicht zustellbar", "non remis", "non recapitabile", "delayed mail",
    "delivery delayed", "delivery has failed", "error sending message", "undeliver", "delivery error",
    "mail failure", "failed mail", "failed delivery", "user unknown", "returned to sender", "returned email",
    "email delivery failure", "problem delivering", "unable to deliver", "can't deliver", "cannot deliver",
    "delivery unsuccessful", "rejected mail", "message rejected", "message you sent", "mail undeliverable",
    "there was an error sending your mail", "your message to", "undeliverable mail", "permanent delivery",
    "delivery temporarily suspended", "error mail", "recapito", "impossible de remettre",
)  # fmt: skip

_DAEMONS: tuple[str, ...] = (
    "mailer-daemon",
    "postmaster",
    "mailerdaemon",
    "mail-daemon",
    "mail.daemon",
    "mdaemon",
    "mailer_daemon",
)
_DAEMONS += ("mail-delivery-subsystem", "maildaemon", "mailerdaemon", "mmdf", "bounce")


def _rule(email: InboundEmail) -> str:
    content_type = email.headers.get("content-type").lower()
    actions = {group.get("action").lower() for group in email.reports if "final-recipient" in group}
    if actions and actions <= _ARRIVED:
        return ""
    if actions:
        return "delivery status report"
    if "x-failed-recipients" in email.headers:
        return "X-Failed-Recipients"
    if content_type.startswith("multipart/report") and "disposition-notification" not in content_type:
        return "multipart/report"
    subject = email.subject_line.lower()
    tells = subject.startswith(_BOUNCE_SUBJECTS) or any(words in subject for words in _BOUNCE_SUBJECTS[:20])
    if _is_daemon(email) and (tells or _body_tells(email)):
        return "a mail daemon"
    if tells and _has_null_sender(email) and _body_tells(email):
        return "null return path"
    if _brings_a_mail(email) and (_has_null_sender(email) or _is_machine(email)) and _body_tells(email):
        return "a machine that returns a mail"
    starts = subject.startswith(_BOUNCE_SUBJECTS) and not email.in_reply_to
    return "a returned mail within the text" if starts and _shows_returned(email) else ""


_MACHINES = ("no-reply", "noreply", "no_reply", "donotreply", "do-not-reply")


def _brings_a_mail(email: InboundEmail) -> bool:
    return email.returned is not None or any(
        file.content_type == "message/rfc822" for file in email.attachments
    )


def _is_machine(email: InboundEmail) -> bool:
    return email.sender is not None and email.sender.key.startswith(_MACHINES)


_ARRIVED = frozenset({"delivered", "relayed", "expanded"})
"""RFC 3464 actions that report success."""


def _is_daemon(email: InboundEmail) -> bool:
    sender = email.sender
    written = email.headers.get("from").lower()
    local = sender.key.partition("@")[0] if sender else written
    return (
        any(name in local for name in _DAEMONS) or "mail delivery s" in written or "mailer-daemon" in written
    )


def _has_null_sender(email: InboundEmail) -> bool:
    return any(value.strip() in {"<>", "<MAILER-DAEMON>"} for value in email.headers.all("return-path"))


_TELLING = (
    "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered",
    "not delivered", "undeliverable", "delivery to the following", "delivery failed", "failed to deliver",
    "unable to deliver", "permanent error", "permanent fatal errors", "user unknown", "unknown user",
    "mailbox unavailable", "mailbox is full", "mailbox full", "over quota", "quota exceeded", "no such user",
    "recipient address rejected", "does not exist", "was not reached", "returned message", "original message",
    "rejected", "wurde nicht", "nicht zugestellt", "niet worden bezorgd", "niet bezorgd", "not be reached",
    "delivery error", "diagnostic", "message header", "unsent message", "transcript of session",
    "host unknown", "invalid recipient", "delayed", "undelivered", "can not deliver", "not accept",
    "return receipt", "could not deliver", "transmission", "unrouteable", "no mailbox", "denied",
    "wasn't able to deliver", "not able to deliver", "unable to send", "could not be sent", "address unknown",
    "unknown address", "no such mailbox", "mailbox unknown", "nicht zustellbar", "existiert nicht",
    "bestaat niet", "kon niet worden", "n'existe pas", "n'a pas pu être", "no existe", "non esiste",
)  # fmt: skip


def _body_tells(email: InboundEmail) -> bool:
    text = email.text[:_LOOKED_AT].lower()
    return any(words in text for words in _TELLING) or _STATUS.search(text) is not None


def _shows_returned(email: InboundEmail) -> bool:
    """Whether the text holds the headers of a mail: people who write about bounces seldom paste them."""
    names = {line.strip(" >|").partition(":")[0].lower() for line in email.text[:_LOOKED_AT].split("\n")}
    return len(names & {"received", "message-id", "return-path", "from", "to", "subject", "date"}) > 2


_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,2}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.#])([45]\d\d)[ -](?=[#\d<A-Za-z])")


def _status(report: Headers, email: InboundEmail) -> str:
    for text in (report.get("status"), report.get("diagnostic-code"), email.text[:_LOOKED_AT]):
        found = _STATUS.search(text)
        if found:
            return found[1]
    code = _CODE.search(report.get("diagnostic-code") or email.text[:_LOOKED_AT])
    return f"{code[1][0]}.0.0" if code else ""


def _is_delay(email: InboundEmail) -> bool:
    subject = email.subject_line.lower()
    return "delayed" in subject or "could not send message for" in subject or "(delay)" in subject


def _recipient(report: Headers, email: InboundEmail) -> str:
    named = (
        report.get("final-recipient").rpartition(";")[2],
        report.get("original-recipient").rpartition(";")[2],
        email.headers.get("x-failed-recipients").split(",")[0],
        _first_address(email.text[:_LOOKED_AT]),
        email.returned.get("to") if email.returned else "",
    )
    bare = (name.strip(" <>\"'").lower() for name in named)
    return next((name for name in bare if is_address(name)), "")


def _first_address(text: str) -> str:
    words = (word.strip("<>:;,.()\"'[]") for word in text.split())
    return next((word for word in words if "@" in word and is_address(word)), "")


def _returned_id(email: InboundEmail) -> str | None:
    if email.returned is not None and email.returned.get("message-id"):
        return message_id_in(email.returned.get("message-id"))
    for line in email.text[: _LOOKED_AT * 5].split("\n"):
        name, colon, value = line.strip(" >").partition(":")
        if colon and name.lower() == "message-id":
            return message_id_in(value)
    return email.references[0] if email.references else None


def _reason(report: Headers, email: InboundEmail) -> str:
    said = report.get("diagnostic-code").partition(";")[2].strip() or report.get("status")
    return said[:300] or " ".join(email.text[:600].split())[:300]
