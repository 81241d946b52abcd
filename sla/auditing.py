"""Looks again and again whether all is well, and says so to the outside only while it is."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from store import inbox, outbox
from store.database import Database
from store.invariants import GRACE, INVARIANTS, Invariant, examine

log = logging.getLogger(__name__)

_TOO_DEAR = frozenset({"sound"})
"""Reads the whole file: `helpdesk fsck` looks at it."""

_UNREAD = timedelta(minutes=5)


class Auditor:
    """Looks at the invariants and at what should have moved by now.

    alive: called with the moment after each look that found nothing wrong; whoever waits for it and hears
    nothing raises the alarm, also when this process is gone.  checks: what must work, each with the words for
    when it does not."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Callable[[], datetime],
        checks: Mapping[str, Callable[[], str | None]],
        alive: Callable[[str], None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._checks = checks
        self._alive = alive
        self._begun = False

    def beat(self) -> None:
        """Look, but not at the first beat: it comes while the house is being opened."""
        if self._begun:
            self.look()
        self._begun = True

    def look(self) -> list[str]:
        """Look once; what is wrong, in words.  Raises store.database.Unavailable."""
        now = self._clock()
        wrong = [*self._broken(now), *self._stuck(now), *self._failed()]
        for words in wrong:
            log.error("not as it must be: %s", words)
        if not wrong:
            self._alive(now.isoformat(timespec="seconds"))
        return wrong

    def _broken(self, now: datetime) -> list[str]:
        cheap = [each for each in INVARIANTS if each.name not in _TOO_DEAR]
        return [words for each in cheap if (words := self._told(each, now))]

    def _told(self, invariant: Invariant, now: datetime) -> str:
        with self._db.read() as session:
            verdict = examine(session, invariant, now=now)
        return f"{invariant.name}: {verdict.count}, first: {verdict.places[0]}" if verdict.count else ""

    def _stuck(self, now: datetime) -> list[str]:
        with self._db.read() as session:
            owed, unread = outbox.oldest_due(session, now=now), inbox.oldest_new(session)
        stuck = []
        if owed and now - owed > GRACE:
            stuck.append(f"news is owed since {owed:%Y-%m-%d %H:%M}Z")
        if unread and now - unread > _UNREAD:
            stuck.append(f"a mail lies unread since {unread:%Y-%m-%d %H:%M}Z")
        return stuck

    def _failed(self) -> list[str]:
        said = {name: check() for name, check in self._checks.items()}
        return [f"{name}: {problem}" for name, problem in said.items() if problem]
