"""One transaction: its connection, and the tickets that were read or opened in it, each of them once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVarTuple, overload

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Executable,
    ScalarResult,
    Update,
    bindparam,
    insert,
    update,
)
from sqlalchemy.sql.selectable import TypedReturnsRows

from desk.errors import Conflict
from desk.event import Event
from desk.ticket import Ticket
from store import mapping, meters, tables
from store.fixed import Facts, Fixed, Row
from store.histories import Histories

Settle = Callable[[Ticket, Sequence[Event]], None]
Rows = CursorResult[*tuple[Any, ...]]
Parameters = dict[str, Any] | Sequence[dict[str, Any]] | None

_Ts = TypeVarTuple("_Ts")

WRITES = "helpdesk_writes"
WITHIN = "helpdesk_within"
"""Options of a connection: whether it writes; seconds to wait for others who write."""

AT_ONCE = "Somebody else changed this ticket at the same moment. Look again, then click again."

_row = tables.tickets.c


def _changed_ticket() -> Update:
    as_read = (_row.number == bindparam("its_number"), _row.version == bindparam("its_version"))
    values = {name: bindparam(f"new_{name}", type_=_row[name].type) for name in mapping.TICKET_CHANGES}
    return update(tables.tickets).where(*as_read).values(values).returning(_row.number)


_NEW_TICKET = Fixed(insert(tables.tickets).returning(_row.number), columns=mapping.TICKET_CHANGES)
_KNOWN_TICKET = Fixed(
    insert(tables.tickets).returning(_row.number), columns=["number", *mapping.TICKET_CHANGES]
)
_CHANGED_TICKET = Fixed(_changed_ticket())
_NEW_EVENT = Fixed(insert(tables.events))
NEW_DELIVERY = Fixed(insert(tables.outbox), columns=mapping.NEW_DELIVERY)


@dataclass
class _Known:
    """saved: the version of it that the database has."""

    ticket: Ticket
    saved: int


class Session:
    """Begins with the first statement.  settle: called with a changed ticket before it is saved.  saved: what
    was, with the events that were new.  without_card: tickets that were opened here and owe none yet.

    A ticket that was read here and changed by its own methods is saved by `flush`, and at the end.  What is
    only to be written by then waits for others of its kind: it is sent when somebody asks about its table."""

    def __init__(self, engine: Engine, histories: Histories, settle: Settle) -> None:
        self.histories = histories
        self.saved: list[tuple[Ticket, Sequence[Event]]] = []
        self.without_card: set[int] = set()
        self.foreseen: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._engine = engine
        self._settle = settle
        self._known: dict[int, _Known] = {}
        self._later: dict[Fixed, list[Facts]] = {}
        self._afterwards: list[Callable[[], None]] = []
        self._connection: Connection | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is on the embedded engine."""
        return self._engine.dialect.name == "sqlite"

    def connection(self) -> Connection:
        """The database's own, with the transaction begun."""
        if self._connection is None:
            self._connection = self._engine.connect()
            self._connection.begin()
        return self._connection

    @overload
    def execute(
        self, statement: TypedReturnsRows[*_Ts], parameters: Parameters = None
    ) -> CursorResult[*_Ts]: ...

    @overload
    def execute(self, statement: Executable, parameters: Parameters = None) -> Rows: ...

    def execute(self, statement: Executable, parameters: Parameters = None) -> Rows:
        """Have the database do that."""
        self._catch_up()
        return self.connection().execute(statement, parameters)

    def scalars(self, statement: Executable, parameters: Parameters = None) -> ScalarResult[Any]:
        """The first column of what is found."""
        return self.execute(statement, parameters).scalars()

    def scalar(self, statement: Executable, parameters: Parameters = None) -> Any:
        """The first column of the first row, None where there is none."""
        return self.execute(statement, parameters).scalar()

    def first(self, statement: Fixed, **facts: Any) -> Row | None:
        """The first row of what is found, or of what was changed."""
        return statement.first(self._ready_for(statement), facts)

    def every(self, statement: Fixed, **facts: Any) -> list[Row]:
        """All rows of what is found."""
        return statement.every(self._ready_for(statement), facts)

    def do(self, statement: Fixed, *facts: Facts) -> None:
        """Do it once for each of these facts."""
        statement.do(self._ready_for(statement), *facts)

    def later(self, statement: Fixed, *facts: Facts) -> None:
        """Do it once for each of these facts, at the latest before anything that could see it."""
        if facts:
            self._later.setdefault(statement, []).extend(facts)

    # Tickets

    def known(self, number: int) -> Ticket | None:
        """The ticket, where it was read here before."""
        known = self._known.get(number)
        return known.ticket if known else None

    def learn(self, ticket: Ticket) -> Ticket:
        """Note that the ticket was read here."""
        self._known[ticket.number] = _Known(ticket, ticket.version)
        return ticket

    def add(self, ticket: Ticket, *, number: int | None = None) -> None:
        """Save a new ticket; it has its number afterwards.  number: the one that it had in another life."""
        self._settle(ticket, ticket.history)
        facts = mapping.row_of_ticket(ticket)
        if number is None:
            (ticket.number,) = self.first(_NEW_TICKET, **facts) or (0,)
        else:
            (ticket.number,) = self.first(_KNOWN_TICKET, number=number, **facts) or (0,)
        self._known[ticket.number] = _Known(ticket, ticket.version)
        self.without_card.add(ticket.number)
        self._write(ticket, [*ticket.history])

    @property
    def is_changing(self) -> bool:
        """Whether a ticket was changed here, saved or not."""
        return bool(self.saved) or any(each.ticket.version != each.saved for each in self._known.values())

    def flush(self) -> None:
        """Save what was done to tickets.  Raises Conflict where somebody else did so first."""
        for known in [each for each in self._known.values() if each.ticket.version != each.saved]:
            self._save(known)

    def afterwards(self, do: Callable[[], None]) -> None:
        """Have that done once all of this is committed; not at all where it is undone."""
        self._afterwards.append(do)

    def commit(self) -> None:
        """End it well."""
        self._catch_up()
        if self._connection is not None:
            with meters.DB_COMMIT.time():
                self._connection.commit()
        for do in self._afterwards:
            do()

    def close(self) -> None:
        """Undo what is not committed, and give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _save(self, known: _Known) -> None:
        ticket, saved = known.ticket, known.saved
        fresh = [event for event in ticket.history if event.seq > saved]
        self._settle(ticket, fresh)
        new = {f"new_{name}": value for name, value in mapping.row_of_ticket(ticket).items()}
        if self.first(_CHANGED_TICKET, its_number=ticket.number, its_version=saved, **new) is None:
            raise Conflict(AT_ONCE)
        known.saved = ticket.version
        self._write(ticket, fresh)

    def _write(self, ticket: Ticket, fresh: Sequence[Event]) -> None:
        """What happened, and what is owed for it."""
        number, is_new = ticket.number, ticket.number in self.without_card
        self.later(_NEW_EVENT, *(mapping.row_of_event(number, event) for event in fresh))
        for event in fresh:
            owed = mapping.rows_of_deliveries(number, event.seq, event.deliveries, cardless=is_new)
            self.later(NEW_DELIVERY, *owed)
        self.saved.append((ticket, fresh))

    def _ready_for(self, statement: Fixed) -> Connection:
        """The connection, when all is written that this statement could see."""
        if any(not waiting.tables.isdisjoint(statement.tables) for waiting in self._later):
            self._catch_up()
        return self.connection()

    def _catch_up(self) -> None:
        """Write what waits."""
        waiting, self._later = self._later, {}
        for statement in sorted(waiting, key=lambda each: each.rank):
            statement.do(self.connection(), *waiting[statement])
