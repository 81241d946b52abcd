"""Not faster than Slack likes it: a bucket of tokens for each channel and method."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock


class Pace:
    """Lets a few calls through at once and then one each `every`.

    burst: how many may go at once after a rest.  clock, sleep: read the time, and let it pass (seconds)."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        every: timedelta = timedelta(seconds=1.1),
        burst: int = 3,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._every = every
        self._burst = burst
        self._free_at: dict[str, datetime] = {}
        self._lock = Lock()

    def wait(self, lane: str) -> None:
        """Wait for a turn in this lane."""
        pause = self._reserve(lane)
        if pause > timedelta(0):
            self._sleep(pause.total_seconds())

    def _reserve(self, lane: str) -> timedelta:
        now = self._clock()
        with self._lock:
            rested = now - self._every * (self._burst - 1)
            turn = min(max(self._free_at.get(lane, rested), rested), now + self._every * self._burst)
            self._free_at[lane] = turn + self._every
        return turn - now
