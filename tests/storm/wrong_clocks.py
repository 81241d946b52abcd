"""Sets the clocks of the desk's machines wrong while people work, and right again at the end."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

from tests.storm.clockwork import Clockwork
from tests.storm.replicas import Replica

_WRONG = tuple(map(timedelta, [0] * 5, (0, 30, -30, 3600, -3600)))
"""How far a clock is ahead of the world's: by seconds as after a bad start, by an hour as in a wrong zone."""

_SOME = 8
"""Things that the world sees of the desk between two steps, at the least."""


@dataclass
class WrongClocks:
    """Sets the clock of one process, or of all at once, to something else."""

    clocks: Clockwork
    random: random.Random
    most: int
    done: int = 0
    _over: Event = field(default_factory=Event)
    _ahead: dict[int, timedelta] = field(default_factory=dict)

    def run(self) -> None:
        """As often as it was told to, or until it is told that it is over; then they are right."""
        try:
            while self.done < self.most and self._waited():
                everyone = range(len(self.clocks.replicas))
                self._set(self.random.choice([*everyone, None]), self.random.choice(_WRONG))
                self.done += 1
        finally:
            self._set(None, timedelta())

    def end(self) -> None:
        """No more of them."""
        self._over.set()

    def _waited(self) -> bool:
        seen = self.clocks.at_work()
        while not (over := self._over.wait(0.1)):
            if self.clocks.at_work() >= seen + _SOME:
                break
        return not over

    def _set(self, only: int | None, ahead: timedelta) -> None:
        """None: those of all processes, by however much each is wrong now."""
        for place, replica in enumerate(self.clocks.replicas):
            if only in (None, place):
                self._step(place, replica, ahead)

    def _step(self, place: int, replica: Replica, ahead: timedelta) -> None:
        self.clocks.step([replica], ahead - self._ahead.get(place, timedelta()))
        self._ahead[place] = ahead
