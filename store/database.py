"""The database: transactions on SQLite or PostgreSQL, and what every change of a ticket includes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from threading import local
from typing import Literal

from sqlalchemy import Engine, Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from desk.event import Event
from desk.ticket import Ticket
from store import embedded, likely, outbox, search
from store.failing import Unavailable, translated
from store.histories import Histories
from store.lane import Lane
from store.points import Point, reached
from store.session import WITHIN, WRITES, Session

__all__ = ["Database", "Session", "Unavailable", "changes_a_ticket", "insert_once"]

Reckoned = Callable[[Ticket], datetime | None]
Seal = Callable[[Ticket, Sequence[Event]], None]

ANSWERS_WITHIN = 60.0
"""Seconds in which a server must have answered a statement: no supervisor has lost its patience by then."""


class Database:
    """Where everything is kept.

    url: sqlite:///file or postgresql+psycopg://…  attention, due: when a ticket next needs a look, and
    when it is next due (sla.clock), kept beside every changed ticket in the same commit.  seal: adds to
    events that are about to be saved what must not be calculated anew later (sla.sealing).  on_commit:
    called after each commit that changed a ticket and so owes deliveries.  synchronous: how SQLite waits for
    the disk; OFF only for what nobody needs after a crash.
    """

    def __init__(
        self,
        url: str,
        *,
        attention: Reckoned = lambda ticket: None,
        due: Reckoned = lambda ticket: None,
        seal: Seal = lambda ticket, fresh: None,
        on_commit: Callable[[], None] = lambda: None,
        synchronous: Literal["FULL", "OFF"] = "FULL",
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        self.engine = _engine(url, synchronous, answers_within)
        self.on_commit = on_commit
        self._attention = attention
        self._due = due
        self._seal = seal
        self._lane = Lane()
        self._writer = self.engine.execution_options(**{WRITES: True})
        # A ticket and its history are two queries: both must see the same moment.  SQLite always does so.
        snapshot = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = self.engine.execution_options(**snapshot)
        self._histories = Histories()
        self._shared = local()
        self.failures = 0
        """How many transactions of this process the database could not do."""
        self._is_closed = False
        event.listen(self.engine, "checkin", self._came_back)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded engine: one process, one writer at a time."""
        return self.engine.dialect.name == "sqlite"

    @property
    def held_for(self) -> float:
        """Seconds for which one transaction of this process has kept all others from writing; on SQLite."""
        return self._lane.held_for

    @property
    def is_awaited(self) -> bool:
        """Whether a person waits until this process has written; never on PostgreSQL, where all may write."""
        return self._lane.is_awaited

    @contextmanager
    def change(self, *, urgent: bool = False, within: float | None = None) -> Iterator[Session]:
        """One transaction that writes; committed at the end, rolled back when anything is raised.

        urgent: a person waits for it.  within: seconds to wait for others who write, where it is not to be
        waited for as long as usual.  Raises Conflict when somebody else changed the same ticket first, and
        Unavailable when the database cannot; then nothing has changed."""
        turn = self._lane.turn(urgent=urgent, within=within) if self.is_sqlite else nullcontext()
        writer = self._writer.execution_options(**{WITHIN: within}) if within else self._writer
        with self._counted(), translated(), turn, self._begun(writer) as session:
            yield session
            session.flush()
            for ticket, fresh in list(session.saved):
                likely.follow(session, ticket, fresh)
            session.flush()
            _owe(session)
            reached(Point.COMMITTING)
            session.commit()
            reached(Point.COMMITTED)
        if session.saved:
            self.on_commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that only reads.  Raises Unavailable when the database cannot."""
        shared: Session | None = getattr(self._shared, "session", None)
        begun = self._lent(shared) if shared else self._begun(self._reader)
        with self._counted(), translated(), begun as session:
            yield session

    @contextmanager
    def loading_once(self) -> Iterator[None]:
        """No ticket is loaded twice by this thread meanwhile.

        Between two reads nothing is held: a call may go out, and SQLite's log begins anew only when nobody
        reads in it."""
        with self._begun(self._reader) as session:
            self._shared.session, self._shared.reading = session, 0
            try:
                yield
            finally:
                self._shared.session = None

    def forget_histories(self) -> None:
        """Read every history anew: words were erased."""
        self._histories.clear()

    def close(self) -> None:
        """Let go of every connection; of one that somebody still uses when it comes back."""
        self._is_closed = True
        self.engine.dispose()

    def _came_back(self, _connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        if self._is_closed:
            entry.invalidate()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except Unavailable:
            self.failures += 1
            raise

    @contextmanager
    def _begun(self, engine: Engine) -> Iterator[Session]:
        session = Session(engine, self._histories, self._settle)
        try:
            yield session
        finally:
            session.close()

    @contextmanager
    def _lent(self, session: Session) -> Iterator[Session]:
        self._shared.reading += 1
        try:
            yield session
        finally:
            self._shared.reading -= 1
            if not self._shared.reading:
                session.close()

    def _settle(self, ticket: Ticket, fresh: Sequence[Event]) -> None:
        self._seal(ticket, fresh)
        # Written even where it equals what was read: a sweep may have postponed the look meanwhile.
        ticket.attention_at, ticket.due_at = self._attention(ticket), self._due(ticket)


def _owe(session: Session) -> None:
    """A new card for every ticket that was changed, its words for the index, and messages to be redrawn."""
    for ticket in {ticket.number: ticket for ticket, _ in session.saved}.values():
        outbox.owe_card(session, ticket)
    for ticket, fresh in session.saved:
        search.index(session, ticket, fresh)
        for each in fresh:
            if each.detail.get("redraws"):
                outbox.owe_again(session, ticket.number, each.detail["redraws"], at=each.at)


def changes_a_ticket(session: Session) -> bool:
    """Whether this transaction has changed a ticket, so that its commit will owe its card."""
    return session.is_changing


def insert_once(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that does nothing where such a row exists, even one that another process is just writing."""
    return insert_once_on(table, is_sqlite=session.is_sqlite)


def insert_once_on(table: Table, *, is_sqlite: bool) -> postgresql.Insert | sqlite.Insert:
    """The same, for one of the two engines."""
    if is_sqlite:
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def _engine(url: str, synchronous: str, answers_within: float) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        from store import server  # which needs PostgreSQL's driver

        return server.engine_of(parsed, answers_within)
    return embedded.engine_of(parsed, synchronous)
