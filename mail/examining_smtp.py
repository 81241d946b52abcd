"""A look at the server that mails leave through, and, when asked for, one mail through it."""

import smtplib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from desk.finding import Finding, Health
from mail import encryption
from mail.examining import CERTIFICATE_MEND
from mail.screening import LOOP_HEADER
from mail.smtp import AFTER_MENDING, Server, hand_over, session


def examine(part: str, server: Server, *, now: datetime) -> Iterator[Finding]:
    """What the server can do, and whether it lets us in.  No mail is sent."""
    try:
        with session(replace(server, user=None)) as smtp:
            yield from _greeted(part, server, smtp, now)
        if server.user:
            with session(server):
                proof = "a token (XOAUTH2)" if server.tokens else "a password"
                yield Finding(part, f"it lets {server.user} in with {proof}")
    except DeliveryHeld as held:
        yield _shut_out(part, server, held)


def send_test(part: str, server: Server, sender: str, recipient: str, *, now: datetime) -> Finding:
    """Send one mail that says what it is."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, recipient
    message["Subject"] = "A test by the helpdesk"
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Message-ID"] = make_msgid("doctor", sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: other machines will not answer
    message[LOOP_HEADER] = sender  # should it come back to the desk, it makes no ticket
    message.set_content("The helpdesk can send mail. Nobody needs to answer.\n")
    try:
        hand_over(message.as_bytes(), server, sender=sender, recipient=recipient)
    except DeliveryHeld as held:
        return _shut_out(part, server, held)
    except (DeliveryFailed, DeliveryUncertain) as problem:
        mend = f"ask whoever keeps {server.host} whether {sender} may send to {recipient}"
        return Finding(part, str(problem), Health.MEND, mend)
    return Finding(part, f"it took a mail from {sender} to {recipient}")


def _greeted(part: str, server: Server, smtp: smtplib.SMTP, now: datetime) -> Iterator[Finding]:
    yield Finding(part, f"{server.host}:{server.port} answers")
    yield from encryption.examine(part, smtp.sock, now=now)
    size = smtp.esmtp_features.get("size", "").strip()
    limit = (
        f"mails of up to {int(size) / 1_000_000:g} MB"
        if size.isdigit() and int(size)
        else "mails of any size"
    )
    yield Finding(part, f"it takes {limit}, as far as it says")
    methods = smtp.esmtp_features.get("auth", "").split()
    yield Finding(part, f"it lets people in with {', '.join(methods)}" if methods else "it asks for no login")


def _shut_out(part: str, server: Server, held: DeliveryHeld) -> Finding:
    if "certificate" in str(held):
        return Finding(part, str(held), Health.MEND, CERTIFICATE_MEND)
    if held.wait == AFTER_MENDING:
        table = f"[{server.tokens.grant.setting}]" if server.tokens else "user, password and tls"
        return Finding(part, str(held), Health.MEND, f"check {table} of this server (docs/mailboxes.md)")
    return Finding(part, str(held), Health.AWAY, "check host and port, or wait for the server")
