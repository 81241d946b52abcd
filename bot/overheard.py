"""Channels that another organization reads as well: nothing is told there, unless the settings say so."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

from slack_sdk import WebClient

from bot.outcome import ChannelHeld, MessageGone, MessageUnfit, told
from bot.shut import Shut, calling
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain

log = logging.getLogger(__name__)

_AGAIN = timedelta(seconds=30)
_MEND = "end that in Slack, name another channel in the settings, or allow it in slack.shared_channels"
_UNCLEAR = (DeliveryFailed, DeliveryHeld, DeliveryUncertain, MessageGone, MessageUnfit)


class Overheard:
    """Looks whether the desk's channels are shared (Slack Connect), again and again, and when Slack says so.

    names: what people call each channel that the desk writes to, by its id.  allowed: those that may be."""

    def __init__(self, read: WebClient, names: Mapping[str, str], *, allowed: Collection[str] = ()) -> None:
        self._read = read
        self._names = {channel: name for channel, name in names.items() if channel not in allowed}
        self._unseen = set(self._names)
        self._found: set[str] = set()

    @contextmanager
    def on(self, channel: str) -> Iterator[None]:
        """Call Slack about that channel.  Raises ChannelHeld where others would read of it, or may: what is
        told cannot be taken back."""
        if channel in self._unseen and (silence := self._look_at(channel)):
            raise ChannelHeld(f"{self._unknown(channel)}: {silence}", wait=_AGAIN)
        if channel in self._found:
            raise ChannelHeld(f"{self._said(channel)}: {_MEND}", wait=_AGAIN)
        yield

    def look(self) -> None:
        """Look at all of them; where Slack does not say, what was seen before holds."""
        for channel in self._names:
            self._look_at(channel)

    def forget(self) -> None:
        """Something became of a channel: look at each before it is written to again."""
        self._unseen |= self._names.keys()

    def problem(self) -> str | None:
        """What is wrong, in words; None where nobody overhears."""
        return "; ".join(self._said(channel) for channel in sorted(self._found)) or None

    def lines(self) -> list[str]:
        """The same for App Home, each with what to do."""
        return [f"{self._said(channel)}. Nothing is posted there: {_MEND}" for channel in sorted(self._found)]

    def _said(self, channel: str) -> str:
        return f"Another organization reads the channel of {self._names[channel]}"

    def _unknown(self, channel: str) -> str:
        return f"Slack does not say whether another organization reads the channel of {self._names[channel]}"

    def _look_at(self, channel: str) -> str:
        """Why Slack does not say; "" where it does."""
        try:
            with told():
                found = self._read.conversations_info(channel=channel)["channel"]
        except _UNCLEAR as problem:
            log.info("%s: %s", self._unknown(channel), problem)
            return str(problem)
        self._unseen.discard(channel)
        if not found.get("is_ext_shared"):
            self._found.discard(channel)
        elif channel not in self._found:
            self._found.add(channel)
            log.error("%s (%s): %s", self._said(channel), channel, _MEND)
        return ""


def guarding(shut: Shut | None, overheard: Overheard | None) -> Callable[[str], AbstractContextManager[None]]:
    """What is around a call that tells something in a channel."""
    on = calling(shut)
    if overheard is None:
        return on

    @contextmanager
    def both(channel: str) -> Iterator[None]:
        with on(channel), overheard.on(channel):
            yield

    return both
