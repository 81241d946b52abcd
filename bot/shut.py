"""Channels that take nothing at the moment: where the house has several, only what goes there waits."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from bot.outcome import ChannelHeld
from bot.words import moment
from desk.errors import DeliveryShut

_AGAIN = timedelta(seconds=30)
"""After so long it is tried whether a channel takes something again."""

_AT_ONCE = timedelta(minutes=1)
"""A channel that is mended within this time is nobody's trouble."""

_CHANNEL = re.compile(r"[CG][A-Z0-9]+")


class Shut:
    """Knows which channels are shut, since when and why.

    names: what people call each, by its id.  clock: the desk's."""

    def __init__(self, names: Mapping[str, str], *, clock: Callable[[], datetime]) -> None:
        self._names = names
        self._clock = clock
        self._since: dict[str, tuple[datetime, str]] = {}
        self._tried: dict[str, datetime] = {}
        self._lock = Lock()

    @contextmanager
    def on(self, channel: str) -> Iterator[None]:
        """Call Slack about that channel.  Raises DeliveryShut where it takes nothing, DeliveryHeld where that
        is no channel but a person."""
        self._must_be_due(channel)
        try:
            yield
        except ChannelHeld as held:
            if not _CHANNEL.fullmatch(channel):
                raise
            raise DeliveryShut(str(held), until=self._note(channel, str(held))) from held
        self._open(channel)

    def lines(self, zone: ZoneInfo) -> list[str]:
        """What waits, for App Home."""
        return [
            f"What goes to {name} waits since {moment(since, zone)}: {why}"
            for name, since, why in self._standing()
        ]

    def problem(self) -> str:
        """The same in short; "" where all are open."""
        return "; ".join(f"{name}: {why}" for name, _, why in self._standing())

    def _standing(self) -> list[tuple[str, datetime, str]]:
        now = self._clock()
        with self._lock:
            known = [(self._names.get(channel, channel), *told) for channel, told in self._since.items()]
        return [each for each in known if now - each[1] >= _AT_ONCE]

    def _must_be_due(self, channel: str) -> None:
        now = self._clock()
        with self._lock:
            if channel not in self._since:
                return
            until = self._tried[channel] + _AGAIN
            if now < until:
                raise DeliveryShut(self._since[channel][1], until=until)
            self._tried[channel] = now  # one at a time finds out

    def _note(self, channel: str, why: str) -> datetime:
        now = self._clock()
        with self._lock:
            since, _ = self._since.get(channel, (now, why))
            self._since[channel], self._tried[channel] = (since, why), now
        return now + _AGAIN

    def _open(self, channel: str) -> None:
        with self._lock:
            self._since.pop(channel, None)
            self._tried.pop(channel, None)


def calling(shut: Shut | None) -> Callable[[str], AbstractContextManager[None]]:
    """What is around a call about a channel; nothing where the house has one desk."""
    return shut.on if shut else lambda channel: nullcontext()
