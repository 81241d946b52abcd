"""The lists of App Home and of /ticket: a page of the tickets of each, in order, and how many there are.

reach: the desks of whoever reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from desk.reach import EVERYTHING, Reach
from desk.status import OPEN, RUNNING, Status
from desk.ticket import Ticket
from store import loading, tables
from store.database import Session
from store.reaching import within

_row = tables.tickets.c
_BY_DUE = (_row.snoozed_until.is_not(None), _row.due_at.asc().nulls_last(), _row.number)
"""What is put aside sinks below what is not."""

_AWAKE = (_row.status.in_(RUNNING), _row.snoozed_until.is_(None))


@dataclass(frozen=True)
class Shelf:
    """The first tickets of a list.  total: how many it has."""

    tickets: Sequence[Ticket]
    total: int


def mine(session: Session, owner: str, *, limit: int, skip: int = 0, reach: Reach = EVERYTHING) -> Shelf:
    """What an agent has to work on, by due date; what has none comes last."""
    return _shelf(session, _row.owner == owner, *_AWAKE, by=_BY_DUE, limit=limit, skip=skip, reach=reach)


def unassigned(session: Session, *, limit: int, skip: int = 0, reach: Reach = EVERYTHING) -> Shelf:
    """What somebody has to take, by due date; what has none comes last."""
    return _shelf(session, _row.owner.is_(None), *_AWAKE, by=_BY_DUE, limit=limit, skip=skip, reach=reach)


def snoozed(session: Session, owner: str, *, limit: int, skip: int = 0, reach: Reach = EVERYTHING) -> Shelf:
    """What is an agent's or nobody's and put aside, by when it wakes."""
    either = or_(_row.owner == owner, _row.owner.is_(None))
    asleep = (either, _row.status.in_(OPEN), _row.snoozed_until.is_not(None))
    return _shelf(session, *asleep, by=(_row.snoozed_until, _row.number), limit=limit, skip=skip, reach=reach)


def waiting(session: Session, owner: str, *, limit: int, skip: int = 0, reach: Reach = EVERYTHING) -> Shelf:
    """What waits for the customer: the agent's own first, then by when each resolves by itself."""
    is_waiting = _row.status == Status.WAITING_FOR_CUSTOMER
    return _shelf(session, is_waiting, by=(_own_first(owner), *_BY_DUE), limit=limit, skip=skip, reach=reach)


def due_before(
    session: Session, moment: datetime, *, limit: int, skip: int = 0, reach: Reach = EVERYTHING
) -> Shelf:
    """Whoever's it is: what is overdue, or will be by then, by due date."""
    return _shelf(
        session,
        _row.status.in_(RUNNING),
        _row.due_at < moment,
        by=_BY_DUE,
        limit=limit,
        skip=skip,
        reach=reach,
    )


def expiring(
    session: Session, owner: str, moment: datetime, *, limit: int, reach: Reach = EVERYTHING
) -> Shelf:
    """An agent's or nobody's: what is overdue, or will be by then, the agent's own first."""
    either = or_(_row.owner == owner, _row.owner.is_(None))
    by = (_own_first(owner), _row.due_at, _row.number)
    return _shelf(
        session, either, _row.status.in_(RUNNING), _row.due_at < moment, by=by, limit=limit, reach=reach
    )


def of_owner(session: Session, owner: str, *, limit: int, skip: int = 0, reach: Reach = EVERYTHING) -> Shelf:
    """All that is open and an agent's, what waits for the customer too, by due date."""
    return _shelf(
        session, _row.owner == owner, _row.status.in_(OPEN), by=_BY_DUE, limit=limit, skip=skip, reach=reach
    )


def queue(session: Session, owner: str, *, limit: int, skip: int = 0, reach: Reach = EVERYTHING) -> Shelf:
    """All that is open and an agent's, and then what nobody has taken; each by due date."""
    either = or_(_row.owner == owner, _row.owner.is_(None))
    by = (_own_first(owner), *_BY_DUE)
    return _shelf(session, either, _row.status.in_(OPEN), by=by, limit=limit, skip=skip, reach=reach)


def due(session: Session, _reader: str, *, limit: int, skip: int = 0, reach: Reach = EVERYTHING) -> Shelf:
    """Whoever's it is: all that has a date, the soonest first."""
    has_date = (_row.status.in_(RUNNING), _row.due_at.is_not(None))
    return _shelf(session, *has_date, by=_BY_DUE, limit=limit, skip=skip, reach=reach)


def _own_first(owner: str) -> ColumnElement[int]:
    return case((_row.owner == owner, 0), else_=1)


def _shelf(
    session: Session,
    *which: ColumnElement[bool],
    by: Sequence[Any],
    limit: int,
    skip: int = 0,
    reach: Reach,
) -> Shelf:
    which = (*which, *within(reach))
    page = select(tables.tickets).where(*which).order_by(*by).limit(limit).offset(skip)
    found = loading.some(session, page)
    if len(found) < limit and (found or not skip):
        return Shelf(found, skip + len(found))
    counted = select(func.count()).select_from(tables.tickets).where(*which)
    return Shelf(found, session.execute(counted).scalar_one())
