"""A ticket put aside until a moment: it sinks in the lists, and its promises run on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.actor import STAFF, Actor
from desk.errors import DeskError
from desk.event import Kind
from desk.record import Record
from desk.status import OPEN

_LONGEST = timedelta(days=366)
"""Beyond it somebody mistyped the year."""


@dataclass(eq=False, kw_only=True)
class Snoozing(Record):
    """Putting aside, and taking up again."""

    def snooze(self, until: datetime, *, by: Actor, at: datetime) -> bool:
        """Put it aside until then.  What the customer was promised is promised still."""
        by.must_be(STAFF, "snooze a ticket")
        self._must_stand_in(OPEN, "snooze it")
        if until <= at:
            raise DeskError("That moment has passed: choose a later one.")
        if until - at > _LONGEST:
            raise DeskError("That is more than a year away: choose a sooner moment.")
        if until == self.snoozed_until:
            return False
        self._record(Kind.SNOOZED, by=by, at=at, until=until.isoformat())
        self.snoozed_until = until
        return True

    def unsnooze(self, *, by: Actor, at: datetime) -> bool:
        """Take it up again before its time."""
        by.must_be(STAFF, "end a snooze")
        return self._wake(by=by, at=at)

    def wake(self, *, by: Actor, at: datetime) -> bool:
        """Its time has come: its owner is reminded, once; never early."""
        if self.snoozed_until is None or at < self.snoozed_until:
            return False
        return self._wake(by=by, at=at)

    def _wake(self, *, by: Actor, at: datetime) -> bool:
        if self.snoozed_until is None:
            return False
        snoozed = next(event for event in reversed(self.history) if event.kind is Kind.SNOOZED)
        return self._record(Kind.WOKEN, by=by, at=at, key=f"woken:{snoozed.seq}", of=snoozed.seq)
