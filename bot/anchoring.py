"""Tells once a day, outside the database, where the chain of events ends: its anchor."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import blocks
from bot.blocks import Post, plain
from bot.outcome import MessageGone
from bot.wire import Wire
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain
from store import chain, inbox
from store.database import Database

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
        day = now.date().isoformat()
        with self.db.change() as session:
            end = chain.head(session)
            if not end.position or not inbox.is_first(session, f"anchor:{day}", at=now):
                return False
        log.info("anchor of %s: %s", day, end)
        if self.file:
            self._write(f"{now:%Y-%m-%dT%H:%M:%SZ} {end}\n")
        if self.channel:
            self._post(f"⚓ Anchor of {day}: {end}", f"anchor:{day}")
        return True

    def _write(self, line: str) -> None:
        assert self.file is not None
        try:
            with self.file.open("a", encoding="ascii") as file:
                file.write(line)
        except OSError as problem:
            log.error("the anchor could not be written: %s", problem)

    def _post(self, said: str, token: str) -> None:
        """Once, or not at all: it is in the log, and tomorrow comes another."""
        try:
            self.wire.post(self.channel, Post(said, [blocks.context(plain(said))]), token=token)
        except (DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain, MessageGone) as problem:
            log.warning("the anchor was not posted: %s", problem)
