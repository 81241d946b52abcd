"""Tells once a day, outside the database, where the chain of events ends: its anchor."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import blocks
from bot.blocks import Post, plain
from bot.news import News, Once
from bot.wire import Wire
from store import chain
from store.chain import Head
from store.database import Database
from store.points import Point, reached

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Anchors:
    """channel: the leads', "" where they are not told; file: gets a line a day.  clock: reads the time."""

    db: Database
    wire: Wire
    channel: str
    file: Path | None
    clock: Callable[[], datetime]

    def tell_due(self) -> bool:
        """Tell it where this day's was not told yet.  Raises store.database.Unavailable."""
        now = self.clock()
        with self.db.read() as session:
            end = chain.head(session)
        if not end.position:
            return False
        news = News(f"anchor:{now.date().isoformat()}", self.channel)
        return Once(self.db, self.wire, self.clock).tell(news, lambda: self._drawn(end, now))

    def _drawn(self, end: Head, now: datetime) -> Post:
        """What Slack is told; the log and the file know it by then."""
        day = now.date().isoformat()
        log.info("anchor of %s: %s", day, end)
        if self.file:
            self._write(self.file, day, f"{now:%Y-%m-%dT%H:%M:%SZ} {end}\n")
            reached(Point.ANCHOR_WRITTEN)
        said = f"⚓ Anchor of {day}: {end}"
        return Post(said, [blocks.context(plain(said))])

    def _write(self, path: Path, day: str, line: str) -> None:
        """Once: a process that died before it could say so may have written it."""
        try:
            if not _holds(path, day):
                with path.open("a", encoding="ascii") as file:
                    file.write(line)
        except OSError as problem:
            log.error("the anchor could not be written: %s", problem)


def _holds(path: Path, day: str) -> bool:
    """Whether a line of that day is there, as far as it may be read."""
    try:
        return any(line.startswith(day) for line in path.read_text(encoding="ascii").splitlines())
    except (OSError, UnicodeError):
        return False
