"""Kills and freezes the desk's processes while they work."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event

from tests.storm.replicas import Replica

_NAP = (72.0, 120.0)
"""Seconds: 1.2 to 2 times the lease of the outbox."""

_MEANWHILE, _ASLEEP = 20, (0.3, 1.5)
"""Steps that the others take while one sleeps, and the least and most seconds that this may take."""

_SOME, _IDLE = 5, 10.0
"""Things that the world sees of the desk between two kills; seconds after which none is waited for."""


@dataclass
class Killer:
    """Kills one replica after the other, each some moments after the desk began to do things again.

    others: all that there are.  at_work: counts what the world has seen of the desk.  pause: seconds between
    the start of work and the kill.  turn: turns the clocks by so many seconds.  naps: how often one is put to
    sleep for longer than its leases, each before a kill as long as there are any."""

    replicas: Sequence[Replica]
    others: Sequence[Replica]
    random: random.Random
    most: int
    pause: tuple[float, float]
    at_work: Callable[[], int]
    turn: Callable[[float], None]
    naps: int = 0
    kills: int = 0
    naps_taken: int = 0
    _over: Event = field(default_factory=Event)

    @property
    def share(self) -> float:
        """How much of it is done, up to 1."""
        return (self.kills + self.naps_taken) / max(self.most + self.naps, 1)

    def run(self) -> None:
        """Kill as often as it was told to, or until it is told that it is over."""
        while (self.kills < self.most or self.naps_taken < self.naps) and not self._over.is_set():
            self._wait_for_work()
            self._over.wait(self.random.uniform(*self.pause))
            replica = self.random.choice(self.replicas)
            napped = self.naps_taken < self.naps
            if napped:
                self._nap(replica)
            if self.kills < self.most:
                if napped:
                    self._wait_for_work()
                replica.kill()
                self.kills += 1
                replica.start()

    def end(self) -> None:
        """Kill no more."""
        self._over.set()

    def _nap(self, sleeper: Replica) -> None:
        """It sleeps over the end of its leases and goes on where it was; others may be at it by then."""
        sleeper.sleep()
        self.turn(self.random.uniform(*_NAP))
        least, most = (time.monotonic() + each for each in _ASLEEP)
        begun = self._steps(sleeper)
        while time.monotonic() < most and not self._over.is_set():
            if time.monotonic() > least and self._steps(sleeper) >= begun + _MEANWHILE:
                break
            time.sleep(0.02)
        sleeper.wake()
        self.naps_taken += 1

    def _steps(self, sleeper: Replica) -> int:
        return sum(each.steps for each in self.others if each is not sleeper)

    def _wait_for_work(self) -> None:
        """A slow machine is killed no oftener than it can begin anew; where nothing is left to do, it is
        killed all the same."""
        seen, deadline = self.at_work(), time.monotonic() + _IDLE
        while self.at_work() < seen + _SOME and time.monotonic() < deadline and not self._over.is_set():
            time.sleep(0.02)
