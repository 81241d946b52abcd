"""Threads are read again after a gap: what was typed while Slack told the desk nothing is not lost."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from bot import missed, thread
from bot.gate import writer_of
from bot.house import House
from bot.missed import Gone, Message, Rewritten, Typed
from bot.outcome import MessageGone, told
from bot.people import SlackSilent
from desk.actor import Door
from desk.errors import Conflict, DeliveryFailed, DeliveryHeld, DeliveryUncertain, DeskError
from desk.event import Event
from store import threads, tickets
from store.database import Session
from store.threads import Unread

log = logging.getLogger(__name__)

EVERY = 2
"""Seconds between two threads: 30 a minute, of the 50 that Slack allows, for others ask the same of it."""

_IDLE = timedelta(seconds=20)

Change = Callable[[Session, datetime], bool]


class Rereading:
    """Reads one thread at each look, the one that waits longest.

    slack: a client that does not try again by itself; hears: whether Slack's events can reach us now."""

    def __init__(self, house: House, slack: WebClient, hears: Callable[[], bool] = lambda: True) -> None:
        self._house = house
        self._slack = slack
        self._hears = hears
        self._heard_since: datetime | None = None
        self._rests_until: datetime | None = None

    def look(self) -> int:
        """Read a thread again, if one is due; how many things were found of which nobody had told the desk.

        Raises Unavailable, Conflict."""
        now = self._house.clock()
        if not self._hears():
            self._heard_since = None
            return 0
        if self._heard_since is None:
            self._heard_since, self._rests_until = now, None
        if self._rests_until and now < self._rests_until:
            return 0
        due = self._next(now, self._heard_since)
        return self._read_again(due, now) if due else 0

    def _next(self, now: datetime, heard_since: datetime) -> Unread | None:
        with self._house.db.read() as session:
            due = threads.next_due(session, now=now, heard_since=heard_since)
        if due is None:
            self._rests_until = now + _IDLE
            return None
        with self._house.db.change() as session:
            return due if threads.claim(session, due, now=now) else None

    def _read_again(self, due: Unread, now: datetime) -> int:
        """What fails is tried again in a minute."""
        try:
            found = self._learn(due, self._messages(due), now)
        except (DeliveryFailed, DeliveryHeld, DeliveryUncertain, SlackSilent) as problem:
            log.warning("the thread of ticket %d cannot be read again now: %s", due.number, problem)
            if isinstance(problem, DeliveryHeld):
                self._rests_until = now + problem.wait
            return 0
        with self._house.db.change() as session:
            threads.was_read(session, due, at=now)
        if found:
            log.warning("Slack never told of %d messages in the thread of ticket %d", found, due.number)
        return found

    def _messages(self, due: Unread) -> list[Message] | None:
        """What stands below the card, oldest first; None where the card is gone.  Raises as `told` does."""
        place, oldest = due.place, f"{(due.read_at - missed.BACK).timestamp():.6f}"
        try:
            with told():
                pages: Iterable[Any] = self._slack.conversations_replies(
                    channel=place.channel, ts=place.ts, oldest=oldest, limit=200
                )
                found = [message for page in pages for message in page["messages"]]
        except MessageGone:
            return None
        return [message | {"channel": place.channel} for message in found if message["ts"] != place.ts]

    def _learn(self, due: Unread, messages: list[Message] | None, now: datetime) -> int:
        if messages is None:
            return 0
        with self._house.db.read() as session:
            ticket = tickets.get(session, due.number)
        news = missed.compare(ticket, messages, root=due.place.ts, read_at=due.read_at, now=now)
        return sum(self._hear(due, each, ticket.desk) for each in list(news))

    def _hear(self, due: Unread, news: Typed | Rewritten | Gone, desk: str) -> bool:
        """Do what its event would have done, and say whether that was news.

        Outsiders are as much nobody here as there.  Raises SlackSilent, Unavailable, Conflict."""
        change = self._deletion(due, news.note) if isinstance(news, Gone) else self._writing(news, desk)
        if change is None:
            return False
        done = False

        def change_it(session: Session, at: datetime) -> None:
            nonlocal done
            done = change(session, at)

        try:
            self._house.once(_key(news), change_it)
        except Conflict:
            raise
        except DeskError as refusal:
            log.info("what was found in the thread of ticket %d is refused: %s", due.number, refusal)
        return done

    def _writing(self, news: Typed | Rewritten, desk: str) -> Change | None:
        """What whoever wrote it does by that; None where they are nobody to that desk."""
        message = dict(news.message)
        edit = {"channel": message["channel"], "message": message}
        actor = self._house.people.actor(writer_of(edit), door=Door.THREAD, at=desk)
        if actor is None:
            return None
        if isinstance(news, Rewritten):
            return lambda session, at: thread.on_edit(session, edit, actor, at)
        return lambda session, at: thread.keep(session, message, actor, at)

    def _deletion(self, due: Unread, note: Event) -> Change:
        """Slack does not say by whom: it counts as its writer's own doing."""
        key = str(note.key)
        return lambda session, at: tickets.get(session, due.number).delete_note(key, by=note.by, at=at)


def _key(news: Typed | Rewritten | Gone) -> str:
    if isinstance(news, Gone):
        return f"gone:{news.note.key}"
    edited = (news.message.get("edited") or {}).get("ts", "")
    return f"found:{news.message['channel']}:{news.message['ts']}:{edited}"
