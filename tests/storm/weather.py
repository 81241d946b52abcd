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

_CLOSED = 2.0
"""Real seconds; the clocks are turned meanwhile, for nothing happens."""


@dataclass
class Weather:
    """Spoils about one in so many things that the world sees of the desk, however slow the machine is.

    at_work: counts them.  closures: how often Slack is closed for the desk for a while: the token is revoked,
    then the channel is archived, and so on."""

    visitor: Visitor
    random: random.Random
    at_work: Callable[[], int]
    closures: int = 0
    one_in: int = 10
    spoiled: int = 0
    closed: int = 0
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
            if self.closed < self.closures and self.spoiled > 5 * (self.closed + 1):
                self._close_slack()
        self.visitor.clear_faults()

    def _close_slack(self) -> None:
        shut = self.visitor.revoke_tokens if self.closed % 2 == 0 else self._archive
        self.closed += 1
        shut(True)
        self._over.wait(_CLOSED)
        shut(False)

    def _archive(self, archived: bool) -> None:
        self.visitor.archive("#support", archived)

    def end(self) -> None:
        """No more faults from now on."""
        self._over.set()
