"""After a restore: reads which cards Slack already shows, so that tickets get their numbers back."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.wire import Wire
from desk.errors import DeliveryHeld, DeliveryShut
from store import aftermath
from store.database import Database, Unavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Comparing:
    """Looks while what was restored is held back, and lets it go on.

    channels: where the cards are; prefix: of the tickets' names; clock: reads the time."""

    db: Database
    wire: Wire
    channels: Sequence[str]
    prefix: str
    clock: Callable[[], datetime]

    def look(self) -> None:
        """Compare once, where that is still owed.  Raises store.database.Unavailable."""
        with self.db.read() as session:
            restored = aftermath.of(session)
        if restored is None or not restored.is_held or not restored.filled:
            return
        try:
            cards = list(self._cards(restored.since))
        except (DeliveryHeld, DeliveryShut) as held:
            log.warning("what was restored is still held back: %s", held)
            return
        with self.db.change() as session:
            aftermath.release(session, cards, at=self.clock())
            unknown = aftermath.unknown(session)
        log.warning("the restored desk goes on; %s cards in Slack are newer than the copy", len(unknown))

    def why_held(self) -> str | None:
        """What /readyz says."""
        try:
            with self.db.read() as session:
                restored = aftermath.of(session)
        except Unavailable:
            return None  # that is said of the database itself
        return "what was restored waits until it is compared" if restored and restored.is_held else None

    def _cards(self, since: datetime) -> Iterator[tuple[str, int]]:
        """Each mark of a message that names a ticket, and the number."""
        name = re.compile(rf"{re.escape(self.prefix)}-(\d{{1,12}})\b")
        for channel in self.channels:
            for text, marks in self.wire.shown(channel, since=since):
                if found := name.match(text):
                    yield from ((mark, int(found[1])) for mark in marks)
