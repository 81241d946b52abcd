"""Notices when this machine's clock jumps: deadlines are judged by it, and an operator must know."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from store import meters

log = logging.getLogger(__name__)

_TOLD = timedelta(seconds=1)
"""Smaller steps are how clocks are kept right."""


class Steps:
    """Compares the clock with one that nobody sets.  clock, monotonic: read them."""

    def __init__(
        self, clock: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._seen = clock(), monotonic()

    def look(self) -> timedelta:
        """How far the clock has jumped since the last look; forward is positive."""
        (then, ticks), (now, more) = self._seen, (self._clock(), self._monotonic())
        step, self._seen = now - then - timedelta(seconds=more - ticks), (now, more)
        if abs(step) < _TOLD:
            return timedelta()
        log.warning("the clock of this machine jumped by %.1f seconds", step.total_seconds())
        meters.CLOCK_STEP.set(step.total_seconds())
        return step
