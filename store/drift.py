"""How far this machine's clock is off the database server's: replicas share leases, each by its own clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import func, select

from store.database import Database, Unavailable

MOST = timedelta(seconds=10)
"""A clock that is off by more is wrong: leases are a minute, and what others hold is soon taken for left."""


def measure(db: Database, clock: Callable[[], datetime]) -> timedelta | None:
    """How far the clock is ahead, at the least; None on SQLite, whose clock is this machine's.

    Raises store.database.Unavailable."""
    if db.is_sqlite:
        return None
    with db.read() as session:
        before = clock()
        there: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        after = clock()
    return before - there if there < before else min(after - there, timedelta())


@dataclass(eq=False)
class Drift:
    """Compares them for everybody who asks, every `rest` seconds at the most.

    clock: this machine's.  monotonic: reads a clock that nobody sets."""

    db: Database
    clock: Callable[[], datetime]
    rest: float = 5.0
    monotonic: Callable[[], float] = time.monotonic
    _turn: Lock = field(default_factory=Lock, init=False)
    _known: timedelta | None = field(default=None, init=False)
    _until: float = field(default=float("-inf"), init=False)

    def look(self) -> timedelta | None:
        """How far this clock is ahead; None where nobody can tell."""
        with self._turn:
            if self.monotonic() >= self._until:
                self._known, self._until = self._measured(), self.monotonic() + self.rest
            return self._known

    def problem(self) -> str | None:
        """What is wrong with this clock, in words; None while it is right, or nobody can tell."""
        ahead = self.look()
        return told(ahead) if ahead is not None and abs(ahead) > MOST else None

    def _measured(self) -> timedelta | None:
        try:
            return measure(self.db, self.clock)
        except Unavailable:
            return None  # which others tell of


def told(ahead: timedelta) -> str:
    """The same in words."""
    where = "behind" if ahead < timedelta() else "ahead of"
    return f"this machine's clock is {abs(ahead).total_seconds():.0f} seconds {where} the database server's"
