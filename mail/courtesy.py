"""Whether the desk may answer a mail by machine: to people only, and not without end."""

from datetime import datetime
from typing import Literal

from desk.status import Status
from desk.ticket import Ticket
from mail.authenticity import is_forged
from mail.house import House
from mail.limits import Limits
from mail.reading import InboundEmail
from mail.screening import Screening
from store import meters
from store.database import Session


def may_confirm(
    session: Session, mail: InboundEmail, seen: Screening, house: House, limits: Limits, *, now: datetime
) -> bool:
    """Whether its writer gets a confirmation; claims the right to it."""
    if not seen.may_be_answered:
        return _held_back(session, "machine")
    if mail.sender is None or mail.senders != 1 or is_forged(mail.headers, house.trusted_authserv):
        return _held_back(session, "doubted")
    return limits.allow(session, mail.sender.key, now=now) or _held_back(session, "limit")


def may_answer(session: Session, ticket: Ticket, seen: Screening, limits: Limits, *, now: datetime) -> bool:
    """Whether the customer is told that a reply reopened the ticket, if it does; claims the right to it."""
    if ticket.status is not Status.RESOLVED:
        return True
    if not seen.may_be_answered:
        return _held_back(session, "machine")
    allowed = limits.may_answer(session, ticket.customer, ticket.number, now=now)
    return allowed or _held_back(session, "limit")


def _held_back(session: Session, rule: str) -> Literal[False]:
    session.afterwards(meters.SUPPRESSED.labels(rule).inc)
    return False
