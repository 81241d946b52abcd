"""Finding tickets."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select, update

from desk.errors import NotFound
from desk.event import Kind
from desk.priority import Priority
from desk.reach import EVERYTHING, Reach
from desk.status import OPEN, Status
from desk.ticket import Ticket
from store import aftermath, loading, tables
from store.database import Session
from store.fixed import Fixed
from store.reaching import within

_row = tables.tickets.c
_event = tables.events.c
_KIND = Fixed(select(_event.kind).where(_event.ticket == bindparam("number"), _event.seq == bindparam("seq")))

_DESK = Fixed(select(_row.desk).where(_row.number == bindparam("number")))


def add(session: Session, ticket: Ticket) -> Ticket:
    """Keep a new ticket; it has its number afterwards: the next, or the one that it had before a restore."""
    session.add(ticket, number=aftermath.number_for(session, ticket))
    session.foreseen[_NEWEST][ticket.customer] = ticket.number
    return ticket


def get(session: Session, number: int, *, drawn: int | None = None) -> Ticket:
    """The ticket with that number.

    drawn: the version of the picture somebody clicked on.  Raises NotFound, and Conflict when something
    decisive happened since that picture."""
    ticket = loading.one(session, number)
    if ticket is None:
        raise NotFound(number)
    if drawn is not None:
        ticket.expect(drawn)
    return ticket


def some(session: Session, numbers: Sequence[int]) -> Sequence[Ticket]:
    """Those of these tickets that are there, in the order of their numbers."""
    return loading.some(session, select(tables.tickets).where(_row.number.in_(numbers)).order_by(_row.number))


def kind_of(session: Session, number: int, seq: int) -> Kind | None:
    """What kind of event that is, without the whole history around it."""
    found = session.first(_KIND, number=number, seq=seq)
    return found[0] if found else None


def desk_of(session: Session, number: int) -> str | None:
    """Of which desk it is; None where there is no such ticket."""
    found = session.first(_DESK, number=number)
    return found[0] if found else None


def open_by_desk(session: Session) -> dict[str, int]:
    """How many open tickets each desk has, also those that are no longer in the settings."""
    query = select(_row.desk, func.count()).where(_row.status != Status.CLOSED).group_by(_row.desk)
    return {desk: number for desk, number in session.execute(query)}  # noqa: C416 - as below


def needing_attention(session: Session, *, now: datetime, limit: int = 200) -> Sequence[int]:
    """Numbers of tickets at which something may happen by now, the longest waiting first."""
    query = select(_row.number).where(_row.attention_at <= now).order_by(_row.attention_at).limit(limit)
    return session.scalars(query).all()


def postpone(
    session: Session, number: int, *, now: datetime, until: datetime | None, version: int | None = None
) -> None:
    """Look at a ticket later (or, with None, no more): what is due is held up, and must not stand in front of
    the others.  A ticket that is no longer due is left alone.

    version: as the ticket was read; where somebody changed it since, `until` was reckoned from what no longer
    holds, and the next sweep reckons anew.  None: whatever it is by now."""
    due = [_row.number == number, _row.attention_at <= now]
    if version is not None:
        due.append(_row.version == version)
    session.execute(update(tables.tickets).where(*due).values(attention_at=until))


def open_after(session: Session, number: int, *, limit: int) -> Sequence[Ticket]:
    """The next tickets behind that number that are not closed: those a changed calendar may move."""
    query = select(tables.tickets).where(_row.number > number, _row.status != Status.CLOSED)
    return loading.some(session, query.order_by(_row.number).limit(limit))


def alive_after(
    session: Session,
    number: int,
    *,
    begin: datetime,
    end: datetime,
    limit: int,
    reach: Reach = EVERYTHING,
) -> Sequence[Ticket]:
    """The next tickets behind that number to which something could happen from begin up to end."""
    query = select(tables.tickets).where(_row.number > number, _row.opened_at < end, *within(reach))
    query = query.where(or_(_row.status.in_(OPEN), _row.changed_at >= begin))
    return loading.some(session, query.order_by(_row.number).limit(limit))


def reschedule(
    session: Session, ticket: Ticket, *, attention_at: datetime | None, due_at: datetime | None
) -> bool:
    """Keep these moments with a ticket.  False: somebody changed it since it was read, and computed them."""
    as_read = (_row.number == ticket.number, _row.version == ticket.version)
    moved = update(tables.tickets).where(*as_read).values(attention_at=attention_at, due_at=due_at)
    return session.execute(moved.returning(_row.number)).first() is not None


def hold(session: Session, number: int) -> None:
    """Let nobody else who holds that ticket go on before the commit; on SQLite only one may write anyway."""
    session.execute(select(_row.number).where(_row.number == number).with_for_update(key_share=True))


def following(session: Session, number: int, customer: str, *, since: datetime) -> Ticket | None:
    """The ticket that a customer's reply to the ended ticket `number` opened since then, if any."""
    query = select(tables.tickets).where(
        _row.follows == number, _row.customer == customer, _row.opened_at >= since
    )
    return next(iter(loading.some(session, query.order_by(_row.number.desc()).limit(1))), None)


def newest_of(session: Session, customer: str) -> int | None:
    """The number of the last ticket that a customer opened, if any."""
    known = session.foreseen[_NEWEST]
    if customer not in known:
        foresee(session, [customer])
    number: int | None = known[customer]
    return number


_NEWEST = "newest tickets by customer"


def foresee(session: Session, customers: Sequence[str]) -> None:
    """Look for the newest tickets of all of these at once, so that newest_of need not ask for each."""
    known = session.foreseen[_NEWEST]
    known.update(dict.fromkeys(customers))
    for row in session.execute(_newest(), {"customers": customers}):
        known[row.customer] = row.newest


@cache
def _newest() -> Select[Any]:
    its = _row.customer.in_(bindparam("customers", expanding=True))
    return select(_row.customer, func.max(_row.number).label("newest")).where(its).group_by(_row.customer)


def count_open(session: Session) -> dict[tuple[Status, Priority], int]:
    """How many open tickets stand where, by their priority."""
    query = select(_row.status, _row.priority, func.count()).where(_row.status.in_(OPEN))
    return {(s, p): n for s, p, n in session.execute(query.group_by(_row.status, _row.priority))}


def count(session: Session) -> dict[Status, int]:
    """How many tickets stand where."""
    query = select(_row.status, func.count()).group_by(_row.status)
    return {status: number for status, number in session.execute(query)}  # noqa: C416 - rows are not pairs to mypy
