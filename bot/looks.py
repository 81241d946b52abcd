"""Looks at what must work, at all of it at once; what hangs is no reason to say nothing."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from threading import Lock, Thread

from store.mishaps import Contained

Check = Callable[[], str | None]
"""Looks at one thing that must work: None when it does, else what is wrong."""

IN_TIME = 4.0
"""Seconds: who asks whether the desk is ready gives up after five."""


class Looks:
    """within: seconds after which a check that says nothing is wrong.

    One that hangs is begun no second time meanwhile, however often it is asked for."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        within: float = IN_TIME,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._checks = checks
        self._within, self._monotonic = within, monotonic
        self._gate = Lock()
        self._running: dict[str, tuple[float, Future[str | None]]] = {}

    def at_once(self) -> dict[str, str | None]:
        """What each says, where none can hang."""
        return {name: check() for name, check in self._checks.items()}

    def in_time(self) -> dict[str, str | None]:
        """What each says, or that it says nothing."""
        running = {name: self._begun(name) for name in self._checks}
        wait([each for _, each in running.values()], self._within)
        now = self._monotonic()
        return {name: _told(now - since, outcome) for name, (since, outcome) in running.items()}

    def _begun(self, name: str) -> tuple[float, Future[str | None]]:
        with self._gate:
            _, before = self._running.get(name, (0.0, None))
            if before is None or before.done():
                outcome: Future[str | None] = Future()
                self._running[name] = self._monotonic(), outcome
                look = Thread(target=_look, args=(self._checks[name], outcome), name=name, daemon=True)
                look.start()
            return self._running[name]


def _look(check: Check, outcome: "Future[str | None]") -> None:
    with Contained() as mishap:
        outcome.set_result(check())
    if mishap.problem:
        outcome.set_exception(mishap.problem)  # raised again where somebody waits for it


def _told(seconds: float, outcome: "Future[str | None]") -> str | None:
    return outcome.result() if outcome.done() else f"no answer for {seconds:.0f} seconds"
