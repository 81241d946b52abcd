"""Tickets out of the database: each as its row says, with as much of its history as is not known yet."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from desk.event import Event
from desk.ticket import Ticket
from store import mapping, tables
from store.session import Session

_row = tables.tickets.c
_event = tables.events.c


def one(session: Session, number: int) -> Ticket | None:
    """The ticket with that number, if there is one."""
    known = session.known(number)
    if known is not None:
        return known
    found = session.execute(_numbered(), {"number": number}).first()
    return None if found is None else _loaded(session, [found])[0]


def some(session: Session, query: Select[Any]) -> list[Ticket]:
    """The tickets that a query over all their columns finds, in its order."""
    session.flush()  # what was done to tickets here counts
    return _loaded(session, session.execute(query).all())


def _loaded(session: Session, rows: Sequence[Row[Any]]) -> list[Ticket]:
    unknown = [row for row in rows if session.known(row.number) is None]
    histories = _histories(session, {row.number: row.version for row in unknown})
    for row in unknown:
        session.learn(mapping.ticket_of(row, [*histories[row.number]]))
    return [ticket for row in rows if (ticket := session.known(row.number)) is not None]


def _histories(session: Session, versions: dict[int, int]) -> dict[int, tuple[Event, ...]]:
    """The events of tickets, up to the version of each."""
    known = {number: session.histories.known(number, version=version) for number, version in versions.items()}
    behind = [number for number, version in versions.items() if len(known[number]) < version]
    for number, events in _read(session, behind, known):
        known[number] += tuple(events)[: versions[number] - len(known[number])]
        session.histories.learn(number, known[number])
    return known


def _read(
    session: Session, numbers: Sequence[int], known: dict[int, tuple[Event, ...]]
) -> Iterable[tuple[int, list[Event]]]:
    """What is not known of the histories of these tickets."""
    if len(numbers) == 1:
        rows = session.execute(_later(), {"number": numbers[0], "seq": len(known[numbers[0]])})
    elif numbers:
        rows = session.execute(_all_of(), {"numbers": numbers})
    else:
        return
    for number, of_it in groupby(rows, key=lambda row: row.ticket):
        yield number, [mapping.event_of(row) for row in of_it if row.seq > len(known[number])]


@cache
def _numbered() -> Select[Any]:
    return select(tables.tickets).where(_row.number == bindparam("number"))


@cache
def _later() -> Select[Any]:
    mine = (_event.ticket == bindparam("number"), _event.seq > bindparam("seq"))
    return select(tables.events).where(*mine).order_by(_event.seq)


@cache
def _all_of() -> Select[Any]:
    numbers = _event.ticket.in_(bindparam("numbers", expanding=True))
    return select(tables.events).where(numbers).order_by(_event.ticket, _event.seq)
