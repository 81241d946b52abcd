"""The lists of App Home: the first few tickets of each, in order, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from desk.status import RUNNING, Status
from desk.ticket import Ticket
from store import loading, tables
from store.database import Session

_row = tables.tickets.c
_BY_DUE = (_row.due_at.asc().nulls_last(), _row.number)


@dataclass(frozen=True)
class Shelf:
    """The first tickets of a list.  total: how many it has."""

    tickets: Sequence[Ticket]
    total: int


def mine(session: Session, owner: str, *, limit: int) -> Shelf:
    """What an agent has to work on, by due date; what has none comes last."""
    return _shelf(session, _row.owner == owner, _row.status.in_(RUNNING), by=_BY_DUE, limit=limit)


def unassigned(session: Session, *, limit: int) -> Shelf:
    """What somebody has to take, by due date; what has none comes last."""
    return _shelf(session, _row.owner.is_(None), _row.status.in_(RUNNING), by=_BY_DUE, limit=limit)


def waiting(session: Session, owner: str, *, limit: int) -> Shelf:
    """What waits for the customer: the agent's own first, then by when each resolves by itself."""
    own_first = case((_row.owner == owner, 0), else_=1)
    is_waiting = _row.status == Status.WAITING_FOR_CUSTOMER
    return _shelf(session, is_waiting, by=(own_first, *_BY_DUE), limit=limit)


def due_before(session: Session, moment: datetime, *, limit: int) -> Shelf:
    """Whoever's it is: what is overdue, or will be by then, by due date."""
    return _shelf(session, _row.status.in_(RUNNING), _row.due_at < moment, by=_BY_DUE, limit=limit)


def _shelf(session: Session, *which: ColumnElement[bool], by: Sequence[Any], limit: int) -> Shelf:
    found = loading.some(session, select(tables.tickets).where(*which).order_by(*by).limit(limit))
    if len(found) < limit:
        return Shelf(found, len(found))
    counted = select(func.count()).select_from(tables.tickets).where(*which)
    return Shelf(found, session.execute(counted).scalar_one())
