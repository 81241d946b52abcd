"""What fails in the world outside while the storm lasts."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from sandbox.visitor import Visitor

FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("chat.postMessage", {"drop": "after"}),
    ("chat.postMessage", {"drop": "before"}),
    ("chat.postMessage", {"status": 500}),
    ("chat.postMessage", {"status": 500, "effect": True}),
    ("chat.postMessage", {"retry_after": 1}),
    ("chat.update", {"drop": "after"}),
    ("chat.update", {"retry_after": 1}),
    ("smtp.connect", {"drop": "before"}),
    ("smtp.rcpt", {"status": 451}),
    ("smtp.data", {"drop": "before"}),
    ("smtp.data", {"drop": "after"}),
    ("event.message", {"twice": True}),
    ("event.message", {"never": True}),
    ("interactive", {"never": True}),
)


@dataclass
class Weather:
    """Spoils about one in so many things that the world sees of the desk, however slow the machine is.

    at_work: counts them."""

    visitor: Visitor
    random: random.Random
    at_work: Callable[[], int]
    one_in: int = 10
    spoiled: int = 0
    _over: Event = field(default_factory=Event)

    def run(self) -> None:
        """Until it is told to calm down."""
        due = self.at_work()
        while not self._over.wait(0.05):
            while self.at_work() > due:
                method, plan = self.random.choice(FAULTS)
                self.visitor.fault(method, **plan)
                self.spoiled += 1
                due += self.random.randint(1, 2 * self.one_in)
        self.visitor.clear_faults()

    def calm_down(self) -> None:
        """No more faults from now on."""
        self._over.set()
