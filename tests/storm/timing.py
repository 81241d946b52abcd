"""How long it takes from the mail server of a customer to a committed ticket, while everything fails."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy import func, select

from store import tables
from store.database import Database, Unavailable

EVERY = 0.25
"""Seconds between two looks at the database: what is measured is too long by that at the most, never too
short."""

_BACK = 1_000
"""Tickets looked at again: their numbers are not given in the order in which they are committed."""


@dataclass
class Moments:
    """When something happened first, by the address of the customer, on the clock of this machine.

    ahead: by how many seconds the clocks of the desk were turned until now.  A time is told twice: as people
    at the machine see it pass, and as the desk does, for which turned clocks are time as well."""

    ahead: Callable[[], float]
    known: dict[str, tuple[float, float]] = field(default_factory=dict)

    def note(self, address: str) -> None:
        now = time.monotonic()
        self.known.setdefault(address, (now, now + self.ahead()))


@dataclass
class Timing:
    """offered, taken: when a first mail was handed in for the first time, and when its server heard 250;
    committed: when its ticket was seen in the database."""

    db: Database
    ahead: Callable[[], float]
    offered: Moments = field(init=False)
    taken: Moments = field(init=False)
    committed: Moments = field(init=False)
    _over: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.offered, self.taken, self.committed = (Moments(self.ahead) for _ in range(3))

    def run(self) -> None:
        """Look until it is told that it is over."""
        while not self._over.wait(EVERY):
            self.look()

    def end(self) -> None:
        self._over.set()

    def look(self) -> None:
        """Note which tickets are there by now."""
        row = tables.tickets.c
        last = select(func.max(row.number)).scalar_subquery()
        try:
            with self.db.read() as session:
                found = session.scalars(select(row.customer).where(row.number > last - _BACK)).all()
        except Unavailable:
            return
        for address in found:
            self.committed.note(address)

    def seconds(self, since: Moments, clock: int = 0) -> list[float]:
        """From then to the ticket, the shortest first.  clock: 0 this machine's, 1 the desk's."""
        ended, begun = self.committed.known, since.known
        return sorted(ended[each][clock] - begun[each][clock] for each in begun if each in ended)


def percentile(ordered: list[float], share: float) -> float:
    """The value that so many of them do not exceed; 0 where there are none."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def told(timing: Timing) -> Iterable[str]:
    """Lines for people."""
    for name, since in (("first offered", timing.offered), ("250 heard", timing.taken)):
        for clock, whose in enumerate(("of the clock on the wall", "as the desk counts them")):
            found = timing.seconds(since, clock)
            figures = ", ".join(
                f"p{100 * share:g} {percentile(found, share):.1f}" for share in (0.5, 0.99, 1)
            )
            yield f"{name} to ticket committed, {len(found)} tickets, seconds {whose}: {figures}"
