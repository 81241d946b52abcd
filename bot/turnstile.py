"""How often somebody may answer on our pages: per address, for a minute at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

_WITHIN = timedelta(minutes=1)
_MOST_KNOWN = 10_000
"""Addresses that are remembered; whoever comes from more than that meets the oldest forgotten."""


class Turnstile:
    """Lets so many of one address through in a minute.  clock: reads the time."""

    def __init__(self, clock: Callable[[], datetime], *, most: int = 30) -> None:
        self._clock = clock
        self._most = most
        self._came: dict[str, tuple[datetime, int]] = {}
        self._lock = Lock()

    def lets_in(self, address: str) -> bool:
        """Whether this one may go on; counts it."""
        now = self._clock()
        with self._lock:
            since, count = self._came.pop(address, (now, 0))
            if not timedelta(0) <= now - since < _WITHIN:
                since, count = now, 0
            self._came[address] = (since, count + 1)
            if len(self._came) > _MOST_KNOWN:
                del self._came[next(iter(self._came))]
        return count < self._most
