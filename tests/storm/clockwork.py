"""Lets the time of the world and of the desk go on where nothing happens: leases end, retries come due."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Lock, Thread

from sandbox.server import Sandbox
from tests.storm.replicas import PATIENCE, Replica

_STILL = 6
"""Rounds without anything new, after which the clocks are turned.  In each of them every process answers a
question: on a busy machine a round takes as long as that takes, and while one starts no time goes on."""

_AT_ALL = 15 * PATIENCE
"""Seconds after which nothing is waited for any more, whatever else goes on."""

_STEP, _EVERY = timedelta(seconds=30), 0.1
_KINDS = frozenset({"mail", "gesture"})
_CALLS = ("chat.", "files.", "views.open")


class Patience:
    """Ends when nothing new has happened for long; a busy machine takes as long as it takes.

    at_work: counts what happened.  every: seconds between two tries.  still: seconds without anything new."""

    def __init__(self, at_work: Callable[[], int], *, every: float = 0.05, still: float = PATIENCE) -> None:
        self._at_work, self._every, self._still = at_work, every, still
        self._seen, self._since, self._began = at_work(), time.monotonic(), time.monotonic()

    def spend(self, on: str) -> None:
        """Wait a moment.  Raises AssertionError when it is at its end.  on: what was tried in vain."""
        time.sleep(self._every)
        if self._at_work() != self._seen:
            self._seen, self._since = self._at_work(), time.monotonic()
        now = time.monotonic()
        if now - self._since > self._still or now - self._began > _AT_ALL:
            raise AssertionError(f"nothing moves any more: {on}")


@dataclass
class Clockwork:
    """Turns the clocks of the world and of all replicas by the same time.  held: not now; ahead: how many
    seconds that has come to."""

    world: Sandbox
    replicas: Sequence[Replica]
    held: bool = False
    ahead: float = 0.0
    _seen: int = 0
    _read: int = 0
    _turning: Lock = field(default_factory=Lock)
    _over: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self._run, name="clockwork")
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def at_work(self) -> int:
        """Counts what the world has seen of the desk and of people."""
        return self._seen

    def moves(self) -> int:
        """Counts the steps of the desk as well, of which the world sees nothing yet."""
        return self._seen + sum(replica.steps for replica in self.replicas)

    def turn(self, by: timedelta) -> None:
        """Turn them at once."""
        self.world.clock.turn(by)
        with self._turning:
            self.ahead += by.total_seconds()
        self.step(self.replicas, by)

    def step(self, replicas: Sequence[Replica], by: timedelta) -> None:
        """Turn the clocks of these alone: they are wrong from then on, or right again."""
        with self._turning:
            for replica in replicas:
                replica.ahead += by.total_seconds()

    def wait_until(self, look: Callable[[], object], what: str) -> None:
        """Look again and again.  AssertionError when nothing at all has happened for long."""
        patience = Patience(self.moves, every=0.1)
        while not look():
            patience.spend(f"not yet: {what}")

    def _run(self) -> None:
        moved, still = 0, 0
        while not self._over.wait(_EVERY):
            self._look()
            before, moved = moved, self.moves()
            still = still + 1 if moved == before and all(each.answers() for each in self.replicas) else 0
            if still > _STILL and not self.held:
                self.turn(_STEP)

    def _look(self) -> None:
        for entry in self.world.parts.journal.read(after=self._read):
            self._read = entry["number"]
            told = entry["kind"] == "api" and entry["name"].startswith(_CALLS)
            self._seen += told or entry["kind"] in _KINDS
