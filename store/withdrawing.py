"""Takes a mail back before it leaves: of the courier and whoever takes it back, one comes first."""

from datetime import datetime

from sqlalchemy import delete

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.ticket import Ticket
from desk.withdrawal import TooLate
from store import loading, tables, tickets
from store.session import Session

_row = tables.outbox.c


def withdraw(session: Session, number: int, seq: int, *, by: Actor, at: datetime) -> Ticket:
    """Take back the mail of that event, and what other customers were to hear of it.

    Raises DeskError, TooLate among them: then the mail is with the courier."""
    ticket = tickets.get(session, number)
    ticket.take_back(seq, by=by, at=at)
    if not _dropped(session, number, seq):
        raise TooLate
    for other in ticket.duplicates:
        _withdraw_news(session, other, number, seq, by=by, at=at)
    original = ticket.event(seq).detail.get("duplicate_of")
    if original:
        _part(session, int(original), number, by=by, at=at)
    return ticket


def _part(session: Session, original: int, number: int, *, by: Actor, at: datetime) -> None:
    """The customer of a duplicate that is none after all writes to the original no more."""
    other = loading.one(session, original)
    joined = other.joined_by(number) if other else None
    if other and joined:
        other.take_back(joined.seq, by=by, at=at)


def _withdraw_news(session: Session, other: int, number: int, seq: int, *, by: Actor, at: datetime) -> None:
    duplicate = loading.one(session, other)
    told = duplicate.told_of(number, seq) if duplicate else None
    if duplicate and told and _dropped(session, other, told.seq):
        duplicate.take_back(told.seq, by=by, at=at)


def _dropped(session: Session, number: int, seq: int) -> bool:
    """Let nobody owe that mail any more, nor what it was to take along, unless somebody is at it."""
    untried = (_row.state == DeliveryState.READY, _row.attempts == 0)
    its = (_row.ticket == number, _row.seq == seq)
    mail = delete(tables.outbox).where(*its, _row.audience == Audience.CUSTOMER, *untried)
    if session.execute(mail.returning(_row.id)).first() is None:
        return False
    session.execute(delete(tables.outbox).where(*its, _row.audience == Audience.DESK))
    return True
