"""The week in figures: the leads of each desk read it on the first working day of the next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import blocks
from bot.blocks import Post, plain
from bot.house import House
from bot.month import draw, week_of
from bot.news import News, Once
from bot.wire import Wire
from desk.reach import EVERYTHING, Reach, reach_of
from sla.month import week_before
from sla.report import report_of


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
        news = News(f"week:{desk}:{end.date().isoformat()}", self.channel_of(desk))
        once = Once(self.house.db, self.wire, self.house.clock)
        return once.tell(news, lambda: self._drawn(desk, begin, end, now))

    def _drawn(self, desk: str, begin: datetime, end: datetime, now: datetime) -> Post | None:
        found = report_of(
            self.house.db, self.house.policy, begin=begin, end=end, now=now, reach=self._reach(desk)
        )
        if len(found) == 1:  # nothing happened for anybody
            return None
        post = draw(found, self._title(week_of(found[0], self.house.style.zone), desk))
        post.blocks.append(blocks.context(plain("The month so far, or another: /ticket report")))
        return post

    def _reach(self, desk: str) -> Reach:
        desks = frozenset(self.house.people.desks)
        return reach_of(frozenset({desk}), desks) if len(desks) > 1 else EVERYTHING

    def _title(self, week: str, desk: str) -> str:
        several = len(self.house.people.desks) > 1
        return f"{week}, {self.house.people.desk(desk).title}" if several else week
