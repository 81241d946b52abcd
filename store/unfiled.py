"""Mails that came in and could not be read, or could not be filed yet: what there is, and another try."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update

from store import tables
from store.database import Session
from store.inbox import State

_row = tables.inbox.c
_opening = tables.events.c


@dataclass(frozen=True)
class Unfiled:
    """A mail of the inbox that needs a person.

    state: new while its filing fails; ticket: where an unreadable one is told of; attempts: how often it was
    begun; problem: why it is not read, where that is known."""

    id: int
    source: str
    at: datetime
    state: State
    ticket: int | None
    attempts: int
    problem: str


def waiting(session: Session) -> Sequence[Unfiled]:
    """All of them, the oldest first."""
    return _found(session, or_(_unreadable(), and_(_row.state == State.NEW, _row.attempts > 0)))


def get(session: Session, number: int) -> Unfiled | None:
    """That one; None where it is no such mail."""
    return next(iter(_found(session, _row.id == number, or_(_unreadable(), _row.state == State.NEW))), None)


def try_again(session: Session, number: int, *, at: datetime) -> None:
    """Have that mail read and filed as if it had just come in; its clocks start when it really did."""
    new = {"state": State.NEW, "attempts": 0, "not_before": at, "content_key": None}
    session.execute(update(tables.inbox).where(_row.id == number).values(new))


def _unreadable() -> ColumnElement[bool]:
    return and_(_row.state == State.DONE, _opening.detail["unreadable"].as_string().is_not(None))


def _found(session: Session, *which: ColumnElement[bool]) -> Sequence[Unfiled]:
    told = and_(
        _opening.ticket == _row.ticket,
        _opening.seq == 1,
        _opening.detail["inbox"].as_integer() == _row.id,
    )
    problem = _opening.detail["unreadable"].as_string()
    query = (
        select(_row.id, _row.source, _row.arrived_at, _row.state, _row.ticket, _row.attempts, problem)
        .outerjoin(tables.events, told)
        .where(*which)
        .order_by(_row.id)
    )
    return [
        Unfiled(number, source, at, State(state), ticket, attempts, why or "")
        for number, source, at, state, ticket, attempts, why in session.execute(query)
    ]
