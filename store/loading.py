"""Tickets out of the database: each as its row says, with as much of its history as is not known yet."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, bindparam, select

from desk.event import Event, Kind
from desk.ticket import Ticket
from store import mapping, tables
from store.fixed import Fixed, Row
from store.session import Session

_row = tables.tickets.c
_event = tables.events.c

_NUMBER, _VERSION = (list(_row).index(column) for column in (_row.number, _row.version))
_OF, _SEQ = (list(_event).index(column) for column in (_event.ticket, _event.seq))
"""Where these stand in a whole row."""

_NUMBERED = Fixed(select(tables.tickets).where(_row.number == bindparam("number")))
_LATER = Fixed(
    select(tables.events)
    .where(_event.ticket == bindparam("number"), _event.seq > bindparam("seq"))
    .order_by(_event.seq)
)


def one(session: Session, number: int) -> Ticket | None:
    """The ticket with that number, if there is one."""
    known = session.known(number)
    if known is not None:
        return known
    found = session.first(_NUMBERED, number=number)
    return None if found is None else _loaded(session, [found])[0]


def some(session: Session, query: Select[Any]) -> list[Ticket]:
    """The tickets that a query over all their columns finds, in its order."""
    session.flush()  # what was done to tickets here counts
    return _loaded(session, [tuple(row) for row in session.execute(query)])


def _loaded(session: Session, rows: Sequence[Row]) -> list[Ticket]:
    numbers = [row[_NUMBER] for row in rows]
    unknown = {row[_NUMBER]: row for row in rows if session.known(row[_NUMBER]) is None}
    histories = _histories(session, {number: row[_VERSION] for number, row in unknown.items()})
    for number, row in unknown.items():
        session.learn(mapping.ticket_of(row, [*histories[number]]))
    return [ticket for number in numbers if (ticket := session.known(number)) is not None]


def _histories(session: Session, versions: dict[int, int]) -> dict[int, tuple[Event, ...]]:
    """The events of tickets, up to the version of each."""
    known = {number: session.histories.known(number, version=version) for number, version in versions.items()}
    behind = [number for number, version in versions.items() if len(known[number]) < version]
    for number, events in _read(session, behind, known):
        if known[number] and any(event.kind is Kind.ERASED for event in events):
            known[number] = ()  # words of what came before it went
            ((_, events),) = _read(session, [number], known)
            session.histories.forget(number)
        known[number] += tuple(events)[: versions[number] - len(known[number])]
        session.histories.learn(number, known[number])
    return known


def _read(
    session: Session, numbers: Sequence[int], known: dict[int, tuple[Event, ...]]
) -> Iterable[tuple[int, list[Event]]]:
    """What is not known of the histories of these tickets."""
    if len(numbers) == 1:
        rows = session.every(_LATER, number=numbers[0], seq=len(known[numbers[0]]))
    elif numbers:
        rows = [tuple(row) for row in session.execute(_all_of(), {"numbers": numbers})]
    else:
        return
    for number, of_it in groupby(rows, key=itemgetter(_OF)):
        yield number, [mapping.event_of(row) for row in of_it if row[_SEQ] > len(known[number])]


@cache
def _all_of() -> Select[Any]:
    numbers = _event.ticket.in_(bindparam("numbers", expanding=True))
    return select(tables.events).where(numbers).order_by(_event.ticket, _event.seq)
