"""The calls of Slack that the outbox makes: post, redraw, look whether a message arrived."""

import logging
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from bot.blocks import Post
from bot.outcome import MessageGone, MessageUnfit, told
from bot.overheard import Overheard, guarding
from bot.pace import Pace
from bot.shut import Shut
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from store import meters
from store.cards import Place
from store.points import Point, reached

log = logging.getLogger(__name__)

_MARK = "helpdesk_delivery"
_BEFORE, _LONG_BEFORE = timedelta(seconds=120), timedelta(minutes=65)
"""Slack's clock and ours may differ by as much; and where ours is set wrong, as by a wrong time zone."""

_LONGEST_TEXT = 4000
_LATER = timedelta(seconds=30)


class Wire:
    """slack: posts, and never tries again by itself.  read: looks, and may.  shut: knows which of several
    channels take nothing; without, one that takes nothing closes the road.  overheard: knows in which
    others read; without, nobody asks."""

    def __init__(
        self,
        slack: WebClient,
        read: WebClient,
        pace: Pace,
        shut: Shut | None = None,
        overheard: Overheard | None = None,
    ) -> None:
        self._slack = slack
        self._read = read
        self._pace = pace
        self._on = guarding(shut, overheard)

    def post(self, channel: str, post: Post, *, token: str, thread: str | None = None, mark: str = "") -> str:
        """Post a message and return its ts.  token: what it is recognised by when the answer is lost; several
        with spaces between them where it tells several things; mark: the same after a restore (store.marks).

        Raises DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain, MessageGone (the thread is)."""
        call: dict[str, Any] = {
            "channel": channel,
            "text": post.text[:_LONGEST_TEXT],
            "blocks": post.blocks,
            "metadata": {"event_type": _MARK, "event_payload": {"token": token, "mark": mark}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if thread:
            call |= {"thread_ts": thread, "reply_broadcast": post.broadcast}
        with self._on(channel):
            self._pace.wait(channel)
            return self._drawn_or_plain("chat.postMessage", call)

    def update(self, place: Place, post: Post) -> str:
        """Draw a message anew and return its ts.  Raises as post does; MessageGone when it was deleted."""
        call = {
            "channel": place.channel,
            "ts": place.ts,
            "text": post.text[:_LONGEST_TEXT],
            "blocks": post.blocks,
        }
        with self._on(place.channel):
            self._pace.wait("chat.update")
            return self._drawn_or_plain("chat.update", call)

    def find(
        self, channel: str, token: str, *, since: datetime, thread: str | None = None, widely: bool = False
    ) -> str | None:
        """The ts of the message with that token; None when it is not there (yet).

        widely: it is posted again where it is not seen, so our clock is not trusted either.  Should there be
        several, the oldest stays and those that tell nothing else are deleted.

        Raises DeliveryHeld, DeliveryShut."""
        reached(Point.SLACK_LOOKING)
        try:
            with self._on(channel), told():
                pages = self._pages(channel, since, thread, _LONG_BEFORE if widely else _BEFORE)
                found = sorted(_with_token(pages, token))
        except (DeliveryFailed, DeliveryUncertain) as error:
            raise DeliveryHeld(f"cannot look whether it arrived: {error}", wait=_LATER) from error
        for spare, tokens in found[1:]:
            if tokens == token:
                self._delete(Place(channel, spare))
        reached(Point.SLACK_LOOKED)
        return found[0][0] if found else None

    def _delete(self, spare: Place) -> None:
        """One copy too many; where Slack keeps it (compliance exports forbid it) nothing waits for that."""
        try:
            with told():
                self._slack.api_call("chat.delete", json={"channel": spare.channel, "ts": spare.ts})
        except (DeliveryFailed, DeliveryHeld, DeliveryUncertain, MessageGone, MessageUnfit) as problem:
            log.warning("a copy of a message stays in Slack: %s", problem)
        else:
            meters.SLACK_DUPLICATES.inc()

    def told_before(
        self, channel: str, names: Collection[str], *, since: datetime, thread: str | None = None
    ) -> str | None:
        """The ts of the message with one of these tokens or marks; None when there is none.

        Raises DeliveryHeld."""
        try:
            with self._on(channel), told():
                found = (
                    ts for ts, known in _named(self._pages(channel, since, thread)) if known & set(names)
                )
                return min(found, default=None)
        except (DeliveryFailed, DeliveryUncertain) as error:
            raise DeliveryHeld(f"cannot look what was told before: {error}", wait=_LATER) from error

    def shown(self, channel: str, *, since: datetime) -> Iterator[tuple[str, frozenset[str]]]:
        """What the desk told in a channel: the text of each message, with its tokens and marks.

        Raises DeliveryHeld."""
        try:
            with told():
                for page in self._pages(channel, since, None):
                    for message in page["messages"]:
                        yield str(message.get("text", "")), _names_of(message)
        except (DeliveryFailed, DeliveryUncertain) as error:
            raise DeliveryHeld(f"cannot look what was told before: {error}", wait=_LATER) from error

    def _drawn_or_plain(self, method: str, call: dict[str, Any]) -> str:
        try:
            return self._call(method, call)
        except MessageUnfit as refused:
            return self._plain(method, call, refused)

    def _plain(self, method: str, call: dict[str, Any], refused: MessageUnfit) -> str:
        blocks = [
            {"type": "section", "text": {"type": "mrkdwn", "text": call["text"][:3000], "verbatim": True}}
        ]
        try:
            return self._call(method, call | {"blocks": blocks})
        except MessageUnfit as again:
            raise DeliveryFailed(
                f"Slack refuses the message: {refused}, then {again}", permanent=True
            ) from again

    def _call(self, method: str, call: dict[str, Any]) -> str:
        posts = method == "chat.postMessage"
        reached(Point.SLACK_POSTING if posts else Point.SLACK_DRAWING)
        with told():
            ts = str(self._slack.api_call(method, json=call)["ts"])
        reached(Point.SLACK_POSTED if posts else Point.SLACK_DRAWN)
        return ts

    def _pages(
        self, channel: str, since: datetime, thread: str | None, before: timedelta = _BEFORE
    ) -> Iterable[Any]:
        window: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{(since - before).timestamp():.6f}",
            "include_all_metadata": True,
            "limit": 200,
        }
        if thread:
            return self._read.conversations_replies(ts=thread, **window)
        return self._read.conversations_history(**window)


def _named(pages: Iterable[Any]) -> Iterator[tuple[str, frozenset[str]]]:
    for page in pages:
        for message in page["messages"]:
            yield str(message["ts"]), _names_of(message)


def _names_of(message: Any) -> frozenset[str]:
    payload = (message.get("metadata") or {}).get("event_payload", {})
    return frozenset(f"{payload.get('token', '')} {payload.get('mark', '')}".split())


def _with_token(pages: Iterable[Any], token: str) -> Iterable[tuple[str, str]]:
    """The messages with that token: each one's ts, and all its tokens."""
    for page in pages:
        for message in page["messages"]:
            metadata = message.get("metadata") or {}
            tokens = str(metadata.get("event_payload", {}).get("token", ""))
            if token in tokens.split():
                yield str(message["ts"]), tokens
