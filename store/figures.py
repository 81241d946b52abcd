"""Counts for the leads: what stands where, how much came and went, and which promises were kept.

reach: the desks of whoever reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    cast,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
)

from desk.breach import BREACH
from desk.event import HUMAN_MAILS, Kind, level_key
from desk.priority import Priority
from desk.reach import EVERYTHING, Reach
from desk.status import OPEN, Status
from store import tables
from store.database import Session
from store.reaching import about, within

_row = tables.tickets.c
_event = tables.events.c
_ANSWERS = HUMAN_MAILS | {Kind.RESOLVED}
_ON_RECORD = (Kind.WARNED, Kind.SUPERSEDED)


@dataclass(frozen=True)
class Kept:
    """How many promises were decided, and how many of those were kept."""

    kept: int
    decided: int


def standing(session: Session, *, reach: Reach = EVERYTHING) -> dict[tuple[Status, Priority], int]:
    """How many open tickets stand where, by priority."""
    query = select(_row.status, _row.priority, func.count()).where(_row.status.in_(OPEN), *within(reach))
    found = session.execute(query.group_by(_row.status, _row.priority))
    return {(status, priority): number for status, priority, number in found}


def happened(session: Session, kind: Kind, *, since: datetime, reach: Reach = EVERYTHING) -> int:
    """To how many tickets that happened since then."""
    query = select(func.count(distinct(_event.ticket))).where(_event.kind == kind, _event.at >= since)
    query = query.where(_counts(tables.events), *about(_event.ticket, reach))
    return session.execute(query).scalar_one()


def breaches(session: Session, *, since: datetime) -> int:
    """How many promises were broken since then, as far as they are on record.

    A breach that was overtaken by whole days of delay before anybody was told counts as well."""
    on_record = _event.kind.in_(_ON_RECORD)
    is_breach = _event.key.like(f"level:%:{BREACH}")
    query = select(func.count()).select_from(tables.events).where(on_record, is_breach, _event.at >= since)
    return session.execute(query).scalar_one()


def broken(session: Session, *, since: datetime, reach: Reach = EVERYTHING) -> Sequence[int]:
    """The tickets of which a promise was broken since then."""
    is_breach = _event.key.like(f"level:%:{BREACH}")
    query = select(_event.ticket).where(_event.kind.in_(_ON_RECORD), is_breach, _event.at >= since)
    return session.scalars(query.where(*about(_event.ticket, reach)).distinct()).all()


def rated(session: Session, *, since: datetime, reach: Reach = EVERYTHING) -> Sequence[int]:
    """The tickets whose customers said since then how they were helped."""
    query = select(_event.ticket).where(_event.kind == Kind.RATED, _event.at >= since)
    return session.scalars(query.where(*about(_event.ticket, reach)).distinct()).all()


def came(session: Session, *, since: datetime, reach: Reach = EVERYTHING) -> Sequence[datetime]:
    """When each ticket since then was opened."""
    query = select(_event.at).where(_event.kind == Kind.OPENED, _event.at >= since)
    return session.scalars(query.where(*about(_event.ticket, reach))).all()


def answered(session: Session, goal: str, *, since: datetime, reach: Reach = EVERYTHING) -> Kept:
    """First responses to the tickets that came in since then: those that are answered, or late already."""
    came = select(_row.number).join(tables.events, _event.ticket == _row.number)
    came = came.where(_event.kind == Kind.OPENED, _event.at >= since, *within(reach))
    late, answer = _is_late(goal), tables.events.alias()
    other = answer.c
    has_answer = exists().where(other.ticket == _row.number, other.kind.in_(_ANSWERS), _counts(answer))
    return _kept(session, came.where(or_(late, has_answer)), late)


def recovered(session: Session, goal: str, *, since: datetime, reach: Reach = EVERYTHING) -> Kept:
    """Recoveries of the tickets that were resolved since then."""
    resolved = select(_event.ticket).where(_event.kind == Kind.RESOLVED, _event.at >= since)
    resolved = resolved.where(_counts(tables.events))
    theirs = select(_row.number).where(_row.number.in_(resolved), *within(reach))
    return _kept(session, theirs, _is_late(goal))


def _counts(events: FromClause) -> ColumnElement[bool]:
    """Whether an event was not taken back before anybody heard of it."""
    event, other = events.c, tables.events.alias().c
    key = literal("withdrawn:") + cast(event.seq, String)
    return ~exists().where(other.ticket == event.ticket, other.key == key)


def _is_late(goal: str) -> ColumnElement[bool]:
    other = tables.events.alias().c
    return exists().where(other.ticket == _row.number, other.key == level_key(goal, 1, BREACH))


def _kept(session: Session, tickets: Select[tuple[int]], late: ColumnElement[bool]) -> Kept:
    """Improvements are promised nothing."""
    promised = tickets.where(_row.priority != Priority.IMPROVEMENT)
    decided, broken = (
        session.execute(select(func.count()).select_from(each.subquery())).scalar_one()
        for each in (promised, promised.where(late))
    )
    return Kept(decided - broken, decided)
