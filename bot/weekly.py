"""The week in figures: the leads of each desk read it on the first working day of the next."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import blocks
from bot.blocks import plain
from bot.house import House
from bot.month import draw, week_of
from bot.outcome import MessageGone
from bot.wire import Wire
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain
from desk.reach import EVERYTHING, Reach, reach_of
from sla.month import week_before
from sla.report import report_of
from store import inbox

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Weeks:
    """channel_of: where the leads of a desk are."""

    house: House
    wire: Wire
    channel_of: Callable[[str], str]

    def tell_due(self) -> int:
        """Tell the leads who have not heard it yet, on that day, while the desk is open; how many heard it.

        Any number of processes may do so at once.  Raises store.database.Unavailable."""
        now, hours, zone = self.house.clock(), self.house.policy.hours, self.house.style.zone
        begin, end = week_before(zone, now=now)
        first_day = hours.next_opening(end).astimezone(zone).date()
        if not hours.is_open(now) or now.astimezone(zone).date() != first_day:
            return 0
        return sum(self._tell(desk, begin, end, now) for desk in self.house.people.desks)

    def _tell(self, desk: str, begin: datetime, end: datetime, now: datetime) -> bool:
        """The key is kept before the call, as for the digest: better no message than two."""
        key = f"week:{desk}:{end.date().isoformat()}"
        with self.house.db.change() as session:
            if not inbox.is_first(session, key, at=now):
                return False
        found = report_of(
            self.house.db, self.house.policy, begin=begin, end=end, now=now, reach=self._reach(desk)
        )
        if len(found) == 1:  # nothing happened for anybody
            return False
        post = draw(found, self._title(week_of(found[0], self.house.style.zone), desk))
        post.blocks.append(blocks.context(plain("The month so far, or another: /ticket report")))
        try:
            self.wire.post(self.channel_of(desk), post, token=key.replace(" ", "_"))
        except (DeliveryFailed, DeliveryHeld, DeliveryShut, MessageGone) as problem:
            log.warning("the week was not told: %s", problem)
            with self.house.db.change() as session:
                inbox.forget(session, key)
            return False
        except DeliveryUncertain as problem:
            log.warning("the week may not have been told: %s", problem)
        return True

    def _reach(self, desk: str) -> Reach:
        desks = frozenset(self.house.people.desks)
        return reach_of(frozenset({desk}), desks) if len(desks) > 1 else EVERYTHING

    def _title(self, week: str, desk: str) -> str:
        several = len(self.house.people.desks) > 1
        return f"{week}, {self.house.people.desk(desk).title}" if several else week
