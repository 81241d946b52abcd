"""When more tickets come than a channel can read, one message tells of them all, and grows with them."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bot import blocks
from bot.blocks import Block, Post, escape, one_line, plain
from bot.outcome import MessageGone
from bot.people import SlackSilent
from bot.style import Style
from bot.wire import Wire
from bot.words import plural, ticket_name
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain
from desk.reach import EVERYTHING, Reach
from store import aftermath, crowds, keepsakes, remains
from store.cards import Place
from store.crowds import Crowd, Named
from store.database import Database
from store.points import Point, reached
from store.tables import new_token

log = logging.getLogger(__name__)

MOST_A_MINUTE = 20
"""More new tickets than that are told together; their cards follow as fast as Slack takes them."""

_MINUTE = timedelta(minutes=1)
_HISTORY_LAGS = timedelta(seconds=30)
"""What is not seen in the channel after that is not there."""

_NAME = "crowd"
_NAMED = 40
_IN_A_BLOCK = 10


@dataclass(frozen=True)
class Told:
    """A message about the tickets behind `after`, up to `last`.  token: what it is recognised by; at: when it
    was last tried; ts: where it stands, "" until that is known; said: what it says."""

    after: int
    last: int
    token: str
    at: str
    ts: str = ""
    said: str = ""


class Crowds:
    """Looks every few seconds.  What was told is in the database: a restart and a second desk go on with it.

    channel: where the cards are.  link: the address of a card.  clock: reads the time.  reach: whose tickets
    it tells of; name: what their desk is called, "" for the first."""

    def __init__(
        self,
        db: Database,
        wire: Wire,
        channel: str,
        style: Style,
        *,
        link: Callable[[Place], str],
        clock: Callable[[], datetime],
        reach: Reach = EVERYTHING,
        name: str = "",
    ) -> None:
        self._reach = reach
        self._kept_as = f"{_NAME} {name}".rstrip()
        self.name = f"crowds {name}".rstrip()
        self._db = db
        self._wire = wire
        self._channel = channel
        self._style = style
        self._link = link
        self._clock = clock
        self._seen: list[tuple[datetime, int]] = []

    def look(self) -> None:
        """Begin a message, let it grow, or be done with it.  Raises store.database.Unavailable."""
        now = self._clock()
        with self._db.read() as session:
            kept = keepsakes.get(session, self._kept_as) or ""
            newest = crowds.newest(session, reach=self._reach)
            # What Slack showed before a restore is no news, though it is filed anew.
            before = max(self._a_minute_ago(now, newest), aftermath.last_shown(session))
            crowded = newest - before > MOST_A_MINUTE and (
                crowds.count(session, before, newest, reach=self._reach) > MOST_A_MINUTE
            )
        if not kept and not crowded:
            return
        told = _read(kept) if kept else Told(before, newest, new_token(), now.isoformat())
        told = replace(told, last=newest) if crowded else told
        if kept:
            self._go_on(told, kept, now, over=not crowded)
        elif self._swapped("", told):
            reached(Point.SUMMARY_BEGUN)
            self._go_on(told, _written(told), now, over=False, is_new=True)

    def _a_minute_ago(self, now: datetime, newest: int) -> int:
        """The newest ticket of a minute ago, or of when this desk began to look."""
        self._seen.append((now, newest))
        while len(self._seen) > 1 and self._seen[1][0] <= now - _MINUTE:
            del self._seen[0]
        return self._seen[0][1]

    def _go_on(self, told: Told, kept: str, now: datetime, *, over: bool, is_new: bool = False) -> None:
        with self._db.read() as session:
            crowd = crowds.between(session, told.after, told.last, most=_NAMED, reach=self._reach)
        lasts = not over or crowd.carded < crowd.count
        after: Told | None
        try:
            after = said = self._say(told, self._drawn(crowd), now, is_new=is_new)
            reached(Point.SUMMARY_TOLD)
            lasts = lasts or not said.said  # it may stand there, or has to
        except MessageGone:
            after = None  # a person deleted it, and that is that
        except DeliveryUncertain as doubt:
            log.warning("nobody knows whether the message about many new tickets arrived: %s", doubt)
            after, lasts = told if told.ts else replace(told, at=now.isoformat()), True
        except (DeliveryFailed, DeliveryHeld, DeliveryShut, SlackSilent) as problem:
            log.warning("the message about many new tickets waits: %s", problem)
            after = told
            lasts = lasts or not (isinstance(problem, DeliveryFailed) and problem.permanent)
        if after and after.ts and after != told:
            self._remember(after, now)
        self._swapped(kept, after if lasts else None)

    def _say(self, told: Told, post: Post, now: datetime, *, is_new: bool) -> Told:
        """Post it, or draw it anew where it says something else by now."""
        if told.ts and told.said != str(post.blocks):
            self._wire.update(Place(self._channel, told.ts), post)
        if told.ts:
            return replace(told, said=str(post.blocks))
        tried = datetime.fromisoformat(told.at)
        ts = None if is_new else self._wire.find(self._channel, told.token, since=tried, widely=True)
        if ts:
            self._wire.update(Place(self._channel, ts), post)  # it may say what is true no more
        elif not is_new and now - tried < _HISTORY_LAGS:
            return told
        ts = ts or self._wire.post(self._channel, post, token=told.token)
        return replace(told, ts=ts, said=str(post.blocks))

    def _remember(self, told: Told, now: datetime) -> None:
        """An erasure has to find it later."""
        with self._db.change() as session:
            remains.keep_overview(session, Place(self._channel, told.ts), told.after + 1, told.last, at=now)

    def _swapped(self, before: str, after: Told | None) -> bool:
        with self._db.change() as session:
            return keepsakes.swap(session, self._kept_as, before, _written(after) if after else "")

    def _drawn(self, crowd: Crowd) -> Post:
        text = f"📬 {plural(crowd.count, 'new ticket')} at once"
        follow = crowd.count - crowd.carded
        rest = f"{follow} cards follow, one a second." if follow else "All of their cards are here."
        lines = [self._line(ticket, crowd.places.get(ticket.number)) for ticket in crowd.newest]
        drawn = [blocks.section(f"*{text}*"), blocks.context(plain(rest))]
        drawn += list(_in_blocks(lines))
        if crowd.count > len(lines):
            drawn.append(blocks.context(plain(f"and {crowd.count - len(lines)} before these")))
        return Post(f"{text}. {rest}", drawn)

    def _line(self, ticket: Named, place: Place | None) -> str:
        name = ticket_name(self._style.prefix, ticket.number)
        called = f"<{self._link(place)}|{name}>" if place else name
        who = one_line(ticket.customer_name or ticket.customer, 40)
        return f"{called} {escape(one_line(ticket.subject, 80))} · {escape(who)}"


def _in_blocks(lines: list[str]) -> Iterator[Block]:
    for begin in range(0, len(lines), _IN_A_BLOCK):
        yield blocks.section("\n".join(lines[begin : begin + _IN_A_BLOCK]))


def _written(told: Told) -> str:
    return json.dumps(asdict(told))


def _read(kept: str) -> Told:
    return Told(**json.loads(kept))
