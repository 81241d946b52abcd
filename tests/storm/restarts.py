"""Ends the database hard, again and again, and starts it anew while people work."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event

Gone = Callable[[], AbstractContextManager[None]]
"""Begins a while without a server."""


@dataclass
class Restarts:
    """every: seconds between two."""

    gone: Gone
    random: random.Random
    most: int
    every: tuple[float, float]
    done: int = 0
    _over: Event = field(default_factory=Event)

    def run(self) -> None:
        """As often as it was told to, or until it is told that it is over."""
        while self.done < self.most and not self._over.wait(self.random.uniform(*self.every)):
            with self.gone():
                self._over.wait(self.random.uniform(0, 0.5))
            self.done += 1

    def end(self) -> None:
        """No more of them."""
        self._over.set()
