"""Whether the desk may answer a mail by machine: to people only, and not without end."""

from datetime import datetime

from desk.status import Status
from desk.ticket import Ticket
from mail.authenticity import is_forged
from mail.house import House
from mail.limits import Limits
from mail.reading import InboundEmail
from mail.screening import Screening
from store.database import Session


def may_confirm(
    session: Session, mail: InboundEmail, seen: Screening, house: House, limits: Limits, *, now: datetime
) -> bool:
    """Whether its writer gets a confirmation; claims the right to it."""
    if not seen.may_be_answered or mail.sender is None or mail.senders != 1:
        return False
    if is_forged(mail.headers, house.trusted_authserv):
        return False
    return limits.allow(session, mail.sender.key, now=now)


def may_answer(session: Session, ticket: Ticket, seen: Screening, limits: Limits, *, now: datetime) -> bool:
    """Whether the customer is told that a reply reopened the ticket, if it does; claims the right to it."""
    if ticket.status is not Status.RESOLVED:
        return True
    return seen.may_be_answered and limits.may_answer(session, ticket.customer, ticket.number, now=now)
