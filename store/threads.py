"""Which card's thread is to be read again next, and when each was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from desk.status import OPEN, Status
from store import tables
from store.cards import Place
from store.database import Session

_card, _ticket = tables.cards.c, tables.tickets.c

_OFTEN, _SELDOM = timedelta(minutes=10), timedelta(hours=2)
"""How long a thread may go unread: one that something happened in during the last day, and any other."""

_LATELY = timedelta(days=1)
_ENDED_LATELY = timedelta(days=14)
_AGAIN = timedelta(minutes=1)
"""How long whoever took a thread may take; after that it is another's turn."""

_READ_AT = func.coalesce(_card.read_at, _card.posted_at)


@dataclass(frozen=True)
class Unread:
    """A thread that is to be read again.  read_at: up to when it was read; of a new one, when it began."""

    number: int
    place: Place
    read_at: datetime


def next_due(session: Session, *, now: datetime, heard_since: datetime) -> Unread | None:
    """The thread that waits longest.  heard_since: from when on Slack's events come in without a gap."""
    changed_lately = and_(now - _OFTEN > _READ_AT, _ticket.changed_at > now - _LATELY)
    is_due = or_(heard_since > _READ_AT, now - _SELDOM > _READ_AT, changed_lately)
    ended = and_(_ticket.status != Status.CLOSED, _ticket.changed_at > now - _ENDED_LATELY)
    query = (
        select(_card.ticket, _card.channel, _card.ts, _READ_AT.label("read_at"))
        .join(tables.tickets, _ticket.number == _card.ticket)
        .where(or_(_ticket.status.in_(OPEN), ended), is_due, _is_free(now))
        .order_by(_READ_AT)
        .limit(1)
    )
    found = session.execute(query).first()
    return Unread(found[0], Place(found[1], found[2]), found[3]) if found else None


def claim(session: Session, thread: Unread, *, now: datetime) -> bool:
    """Take it, unless somebody else just did."""
    mine = update(tables.cards).where(_is(thread), _is_free(now)).values(tried_at=now)
    return session.execute(mine.returning(_card.ticket)).first() is not None


def was_read(session: Session, thread: Unread, *, at: datetime) -> None:
    """All that stood in it at that moment is known."""
    session.execute(update(tables.cards).where(_is(thread)).values(read_at=at))


def _is(thread: Unread) -> ColumnElement[bool]:
    return and_(_card.ticket == thread.number, _card.ts == thread.place.ts)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(_card.tried_at.is_(None), _card.tried_at < now - _AGAIN)
