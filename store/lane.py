"""Turns at the one writer that SQLite allows: people's clicks go before the machines' work."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition


class Lane:
    """A lock for which people wait, and machines behind them.  Whoever holds it may write."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._changed = Condition()
        self._busy = False
        self._since = 0.0
        self._urgent_waiting = 0

    @contextmanager
    def turn(self, *, urgent: bool, within: float | None = None) -> Iterator[None]:
        """Wait for a turn; urgent ones (a person waits for an answer) are served first.

        within: seconds, after which TimeoutError is raised."""
        self._enter(urgent, within)
        try:
            yield
        finally:
            self._leave()

    @property
    def held_for(self) -> float:
        """Seconds for which whoever writes now has been at it."""
        since = self._since
        return self._monotonic() - since if self._busy else 0.0

    @property
    def is_awaited(self) -> bool:
        """Whether a person waits for a turn."""
        return self._urgent_waiting > 0

    def _enter(self, urgent: bool, within: float | None) -> None:
        with self._changed:
            self._urgent_waiting += urgent
            try:
                if not self._changed.wait_for(lambda: self._is_free_for(urgent), within):
                    raise TimeoutError("others write and do not end")
            finally:
                self._urgent_waiting -= urgent
                self._changed.notify_all()
            self._busy, self._since = True, self._monotonic()

    def _is_free_for(self, urgent: bool) -> bool:
        return not self._busy and (urgent or not self._urgent_waiting)

    def _leave(self) -> None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()
