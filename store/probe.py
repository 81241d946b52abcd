"""Whether the database takes what is written, tried by writing: reading shows no lock and no full disk."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from store import keepsakes
from store.database import Database, Unavailable

_NAME = "last probe"
_WITHIN = 2.5
"""Seconds; one that takes longer is too slow for people who click.

Together with a probe's rest: less than five."""


def write(db: Database, *, at: datetime, within: float = _WITHIN) -> None:
    """Write that it can be written at that moment.

    within: seconds to wait for others who write.  Raises store.database.Unavailable."""
    with db.change(urgent=True, within=within) as session:
        keepsakes.keep(session, _NAME, at.isoformat())


@dataclass(eq=False)
class Probe:
    """Tries it for everybody who asks, so that nobody loads the database by asking.

    What went well is believed for `rest` seconds, unless a transaction of this process failed since; what
    went wrong is told to those who asked meanwhile, and tried again for the next.  clock: reads a clock that
    nobody sets; within: as for write."""

    db: Database
    rest: float = 2.0
    within: float = _WITHIN
    clock: Callable[[], float] = time.monotonic
    _turn: Lock = field(default_factory=Lock, init=False)
    _ended: float = field(default=float("-inf"), init=False)
    _failures: int = field(default=0, init=False)
    _problem: Unavailable | None = field(default=None, init=False)

    def look(self, *, at: datetime) -> None:
        """Whether the database can be written.  Raises store.database.Unavailable."""
        asked = self.clock()
        with self._turn:
            if not (self._ended > asked or self._is_believed(asked)):
                self._write(at)
            if self._problem:
                raise Unavailable(str(self._problem))

    def _is_believed(self, now: float) -> bool:
        good = self._problem is None and self._failures == self.db.failures
        return good and now - self._ended < self.rest

    def _write(self, at: datetime) -> None:
        self._problem = None
        try:
            write(self.db, at=at, within=self.within)
        except Unavailable as problem:
            self._problem = problem
        self._failures, self._ended = self.db.failures, self.clock()
