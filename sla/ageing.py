"""Keeps each kind of data for as long as the settings say, and lets a process forget what was erased."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desk.errors import Conflict, DeskError
from store import chain, receipts, retention
from store.database import Database

log = logging.getLogger(__name__)


@dataclass
class Ageing:
    """days: for how long each kind is kept; what is not named is kept for ever.  clock: reads the time."""

    db: Database
    days: Mapping[str, int]
    clock: Callable[[], datetime]
    _erased: int = field(default=0, init=False)
    _applied: datetime | None = field(default=None, init=False)

    def beat(self) -> None:
        """Take what happened into the chain, forget what was erased; once a day, apply the retention."""
        self._grow()
        self._forget()
        now = self.clock()
        if self.days and (self._applied is None or now - self._applied >= timedelta(days=1)):
            self._applied = now
            self.apply(now)

    def apply(self, now: datetime) -> None:
        """Take away what is old enough.  Raises store.database.Unavailable."""
        for kind in retention.CLASSES:
            if kind.name not in self.days:
                continue
            before = now - timedelta(days=self.days[kind.name])
            try:
                gone = retention.apply(self.db, kind, before=before, now=now)
                log.info("retention: %s of %s went", gone, kind.name)
            except DeskError as busy:
                log.info("retention: the rest of %s goes the next time: %s", kind.name, busy)

    def _grow(self) -> None:
        added = chain.AT_ONCE
        while added == chain.AT_ONCE:
            try:
                with self.db.change() as session:
                    added = chain.grow(session)
            except Conflict:
                return  # another process is at it

    def _forget(self) -> None:
        with self.db.read() as session:
            newest = receipts.newest(session)
        if newest != self._erased:
            self.db.forget_histories()
        self._erased = newest
