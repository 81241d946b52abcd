"""The digest: before the day ends, each agent reads what runs out before noon of the next working day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot import blocks, home, shelf
from bot.blocks import Block, Post, plain
from bot.house import House
from bot.news import News, Once
from bot.shelf import Label
from bot.wire import Wire
from bot.words import moment, plural
from desk.actor import Actor
from sla.walltime import shown_once
from store import absences, shelves
from store.shelves import Shelf

_STILL = timedelta(hours=1)
"""What an outage held up for longer is no news any more."""

_NOON = time(12)
_SHOWN = 15
"""Tickets."""
_OF_ALL = Label("", "", "", shows_owner=True)
_MISSING = (
    "Today's list of what runs out soon may not have reached you: something broke off while it was sent. "
    "/ticket due shows it."
)
_IN_DOUBT = Post(_MISSING, [blocks.context(plain(_MISSING))])


@dataclass(frozen=True)
class Digests:
    """Sends them.  at: when, on the desk's wall; wire: the calls of Slack."""

    house: House
    wire: Wire
    at: time

    def send_due(self) -> int:
        """Send to everybody who has not got one today, when it is time; how many were sent.

        Any number of processes may do so at once.  Raises SlackSilent, Unavailable."""
        now = self.house.clock()
        day = now.astimezone(self.house.style.zone).date()
        if not self._is_time(day, now):
            return 0
        with self.house.db.read() as session:
            away = absences.now_away(session, now=now)
        present = [agent for agent in self.house.people.agents() if agent.key not in away]
        return sum(self._send(agent, day, now) for agent in present)

    def _is_time(self, day: date, now: datetime) -> bool:
        hours, zone = self.house.policy.hours, self.house.style.zone
        begins = datetime.combine(day, self.at, zone)
        if not begins <= now < begins + _STILL:
            return False
        midnight = datetime.combine(day, time(), zone)
        return hours.next_opening(midnight).astimezone(zone).date() == day

    def _send(self, agent: Actor, day: date, now: datetime) -> bool:
        """The desk does not read what stands between an agent and itself: one that may be missing is not sent
        again, and its reader is told where to look."""
        post = self._drawn(agent, self._before(now), now)
        if post is None:
            return False
        news = News(f"digest:{agent.key}:{day.isoformat()}", agent.key, in_doubt=_IN_DOUBT)
        return Once(self.house.db, self.wire, self.house.clock).tell(news, lambda: post)

    def _before(self, now: datetime) -> datetime:
        """Noon of the next working day."""
        zone = self.house.style.zone
        day = self.house.policy.hours.next_working_day(now).astimezone(zone).date()
        return shown_once(datetime.combine(day, _NOON), zone)

    def _drawn(self, agent: Actor, before: datetime, now: datetime) -> Post | None:
        reach = self.house.people.reach(agent.key)
        with self.house.db.read() as session:
            found = shelves.expiring(session, agent.key, before, limit=_SHOWN, reach=reach)
            links = home.links_of(self.house, session, [found])
        if not found.total:
            return None
        entries = home.entries_of(self.house, found, links, now)
        drawn = [shelf.entry(_OF_ALL, each, agent.key, self.house.style) for each in entries]
        until = moment(before, self.house.style.zone)
        title = f"{plural(found.total, 'ticket')} of yours or of nobody: due before {until}"
        return Post(title, [blocks.section(f"*{title}*"), *drawn, *_rest(found)])


def _rest(found: Shelf) -> Sequence[Block]:
    more = found.total - len(found.tickets)
    return [blocks.context(plain(f"and {more} more: /ticket due"))] if more else []
