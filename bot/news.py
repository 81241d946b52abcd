"""Tells in Slack, once, what is about no ticket: the digest, the week, the anchor of the trail."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.blocks import Post
from bot.outcome import MessageGone
from bot.wire import Wire
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain
from store import told
from store.database import Database
from store.points import Point, reached
from store.told import Taken

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class News:
    """key: of what day or week, and for whom; channel: where it is told, "" for nowhere.  in_doubt: what is
    said instead where it may have arrived and the desk cannot look there; None where it can."""

    key: str
    channel: str
    in_doubt: Post | None = None

    @property
    def token(self) -> str:
        """What the message is known by."""
        return self.key.replace(" ", "_")


@dataclass(frozen=True)
class Once:
    """That it is told is on record before.  What a process died over, or Slack gave no answer to, is looked
    for before it is told again; where nobody can look, its reader hears that it may be missing.

    Any number of processes may tell the same.  clock: reads the time."""

    db: Database
    wire: Wire
    clock: Callable[[], datetime]

    def tell(self, news: News, draw: Callable[[], Post | None]) -> bool:
        """Whether that told it.  draw: what is told, None where there is nothing to tell after all.

        Raises store.database.Unavailable, and as draw does."""
        taken = self._taken(news)
        if taken is None:
            return False
        reached(Point.NEWS_TAKEN)
        try:
            is_new = self._told(news, taken, draw)
        except (DeliveryFailed, DeliveryHeld, DeliveryShut, MessageGone) as problem:
            log.warning("%s was not told: %s", news.key, problem)
            with self.db.change() as session:
                told.give_back(session, taken)
            return False
        except DeliveryUncertain as doubt:
            log.warning("%s may not have been told: %s", news.key, doubt)
            return False
        reached(Point.NEWS_TOLD)
        with self.db.change() as session:
            told.settle(session, taken, at=self.clock())
        return is_new

    def _taken(self, news: News) -> Taken | None:
        now = self.clock()
        with self.db.read() as session:  # most looks find nothing, and should hold up nobody who writes
            if not told.is_due(session, news.key, now=now):
                return None
        with self.db.change() as session:
            return told.take(session, news.key, now=now)

    def _told(self, news: News, taken: Taken, draw: Callable[[], Post | None]) -> bool:
        doubted = news.in_doubt if taken.tried else None
        if self._is_there(news, taken):
            return True
        post = doubted or draw()
        if post is None or not news.channel:
            return post is not None
        if taken.is_late(self.clock()):
            raise DeliveryFailed("the process slept", permanent=False)
        self.wire.post(news.channel, post, token=news.token)
        return True

    def _is_there(self, news: News, taken: Taken) -> bool:
        if taken.tried is None or news.in_doubt or not news.channel:
            return False
        return self.wire.find(news.channel, news.token, since=taken.tried, widely=True) is not None
