"""Ends the database hard, again and again, and starts it anew while people work."""

import random
from dataclasses import dataclass, field
from threading import Event

from tests.storm.troubles import Trouble


@dataclass
class Restarts:
    """gone: the trouble that lasts while there is no server.  every: seconds between two."""

    gone: Trouble
    random: random.Random
    most: int
    every: tuple[float, float]
    done: int = 0
    _over: Event = field(default_factory=Event)

    def run(self) -> None:
        """As often as it was told to, or until it is told that it is over."""
        while self.done < self.most and not self._over.wait(self.random.uniform(*self.every)):
            with self.gone.begins():
                self._over.wait(self.random.uniform(0, 0.5))
            self.done += 1

    def end(self) -> None:
        """No more of them."""
        self._over.set()
