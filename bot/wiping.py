"""Takes out of Slack what was erased here and still stands there: messages say so instead, files go."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from slack_sdk import WebClient

from bot import blocks
from bot.blocks import Post, plain
from bot.outcome import MessageGone, MessageUnfit, told
from bot.wire import Wire
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain
from store import remains
from store.database import Database
from store.remains import Remnant

log = logging.getLogger(__name__)

_AT_ONCE = 20
SAID = "🧹 What stood here is erased."
_ALREADY = ("file_not_found", "file_deleted")


@dataclass(frozen=True)
class Wiper:
    """write: Slack, without retries.  clock: reads the time.

    Doing it twice does no harm, so any number of processes may, and one that died is simply done again."""

    db: Database
    wire: Wire
    write: WebClient
    clock: Callable[[], datetime]

    def wipe_due(self) -> int:
        """Take out what is due; how much.  Raises store.database.Unavailable."""
        with self.db.read() as session:
            due = remains.due(session, now=self.clock(), most=_AT_ONCE)
        return sum(self._wipe(each) for each in due)

    def _wipe(self, remnant: Remnant) -> bool:
        problem = self._tried(remnant)
        with self.db.change() as session:
            if problem:
                remains.put_off(session, remnant, problem, now=self.clock())
            else:
                remains.gone(session, [remnant])
        return not problem

    def _tried(self, remnant: Remnant) -> str:
        """Do it; why it did not work, "" where it did or there is nothing any more."""
        try:
            if remnant.place:
                self.wire.update(remnant.place, Post(SAID, [blocks.context(plain(SAID))]))
            else:
                with told():
                    self.write.api_call("files.delete", json={"file": remnant.slack_file})
        except MessageGone:
            return ""
        except (DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain, MessageUnfit) as problem:
            if any(word in str(problem) for word in _ALREADY):
                return ""
            log.warning("what is erased still stands in Slack: %s", problem)
            return str(problem)
        return ""
