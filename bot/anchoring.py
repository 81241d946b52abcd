"""Tells once a day, outside the database, where the chain of events ends: its anchor."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot import blocks
from bot.blocks import Post, plain
from bot.news import News, Once
from bot.wire import Wire
from store import chain, told
from store.chain import Head
from store.database import Database
from store.points import Point, reached

log = logging.getLogger(__name__)

_KEY = "anchor:"
"""Before the day, in the key by which each is told once."""


@dataclass(frozen=True)
class Anchors:
    """channel: the leads', "" where they are not told; file: gets a line a day.  clock: reads the time."""

    db: Database
    wire: Wire
    channel: str
    file: Path | None
    clock: Callable[[], datetime]

    def tell_due(self) -> bool:
        """Tell this day's where it was not told yet, and first that of a day over whose end the desk died.

        Raises store.database.Unavailable."""
        now = self.clock()
        today = f"{_KEY}{now.date().isoformat()}"
        with self.db.read() as session:
            end = chain.head(session)
            missing = [key for key in told.unsettled(session, _KEY) if key < today]
            is_told = told.is_told(session, today)
        if not end.position:
            return False
        if is_told:
            self._made_up_for(today.removeprefix(_KEY), end, now)
            return False
        for key in missing:
            self._tell(key, lambda day: self._late(day, now))
        return self._tell(today, lambda day: self._drawn(day, end, now))

    def _tell(self, key: str, draw: Callable[[str], Post]) -> bool:
        day = key.removeprefix(_KEY)
        return Once(self.db, self.wire, self.clock).tell(News(key, self.channel), lambda: draw(day))

    def _drawn(self, day: str, end: Head, now: datetime) -> Post:
        """What Slack is told; the log and the file know it by then."""
        self._note(day, _line(now, end))
        return _post(f"⚓ Anchor of {day}: {end}")

    def _made_up_for(self, day: str, end: Head, now: datetime) -> None:
        """Where the file could not be written as the day's was told, it gets what stands now."""
        if self.file and not _line_of(self.file, day):
            self._note(day, _line(now, end))

    def _late(self, day: str, now: datetime) -> Post:
        """What stood as that day ended: what its line in the file says, else what the chain shows of it."""
        midnight = datetime.combine(date.fromisoformat(day), time(), UTC) + timedelta(days=1)
        with self.db.read() as session:
            end = str(chain.head_before(session, midnight))
        if self.file and (line := _line_of(self.file, day)):
            end = line.split()[-1]
        self._note(day, f"{day} told {now:%Y-%m-%dT%H:%M:%SZ} {end}")
        return _post(f"⚓ Anchor of {day}, told on {now.date().isoformat()}: {end}")

    def _note(self, day: str, line: str) -> None:
        """Once in the file: a process that died before it could say so may have written it."""
        log.info("anchor of %s: %s", day, line.split()[-1])
        if self.file is None:
            return
        try:
            if not _line_of(self.file, day):
                with self.file.open("a", encoding="ascii") as file:
                    file.write(f"{line}\n")
        except OSError as problem:
            log.error("the anchor could not be written: %s", problem)
        reached(Point.ANCHOR_WRITTEN)


def _line(now: datetime, end: Head) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%SZ} {end}"


def _post(said: str) -> Post:
    return Post(said, [blocks.context(plain(said))])


def _line_of(path: Path, day: str) -> str:
    """The line of that day, as far as it may be read; "" where there is none."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeError):
        return ""
    return next((line for line in lines if line.startswith(day)), "")
