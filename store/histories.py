"""What this process has read of the tickets' histories: nothing is read twice, but after an erasure."""

from collections.abc import Sequence
from threading import Lock

from desk.event import Event

_MOST = 16_000_000
_OF_AN_EVENT = 1_000
"""How much an event counts for beside its text, in characters."""


class Histories:
    """Events by ticket, shared by all transactions: an event is never changed once it is recorded, but by an
    erasure, which is an event itself: whoever reads that reads the ticket's others anew (store.loading).

    Only what the database said belongs here, never what is about to be saved.  most: about how many
    characters are kept; what was asked for the longest time ago goes first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._weight = 0
        self._events: dict[int, tuple[Event, ...]] = {}
        self._lock = Lock()

    def known(self, number: int, *, version: int) -> tuple[Event, ...]:
        """The events of a ticket up to that version, as far as they are known."""
        with self._lock:
            events = self._events.pop(number, ())
            if events:
                self._events[number] = events
        return events if len(events) <= version else events[:version]

    def learn(self, number: int, events: Sequence[Event]) -> None:
        """Keep the history of a ticket, from its first event on."""
        with self._lock:
            before = self._events.pop(number, ())
            longer = max(before, tuple(events), key=len)
            self._events[number] = longer
            self._weight += _weight(longer[len(before) :])
            while self._weight > self._most:
                oldest = next(iter(self._events))
                self._weight -= _weight(self._events.pop(oldest))

    def forget(self, number: int) -> None:
        """Keep nothing of that ticket any more."""
        with self._lock:
            self._weight -= _weight(self._events.pop(number, ()))

    def clear(self) -> None:
        """Keep nothing any more: words may have been erased of which no event is left to say so."""
        with self._lock:
            self._events, self._weight = {}, 0


def _weight(events: Sequence[Event]) -> int:
    return sum(len(event.text) + _OF_AN_EVENT for event in events)
