"""What happened in a rehearsal, line by line, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk.delivery import Audience
from desk.event import Event, Kind
from desk.ticket import Ticket


@dataclass(frozen=True)
class Line:
    """One thing that happened.  kind: of line; ticket: its number, None where it is about none."""

    at: datetime
    kind: str
    ticket: int | None
    facts: dict[str, Any]


@dataclass
class _Known:
    """A ticket as of the last commit.  events: what each was, with the detail of warnings."""

    status: str = ""
    priority: str = ""
    owner: str = ""
    version: int = 0
    events: list[tuple[Kind, datetime, dict[str, Any]]] = field(default_factory=list)


class Diary:
    """Writes down what is committed, and what left.  clock: reads the time of the rehearsal."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lines: list[Line] = []
        self._changing: list[tuple[Ticket, Sequence[Event]]] = []
        self._known: dict[int, _Known] = {}
        self.names: dict[int, str] = {}

    def changing(self, ticket: Ticket, fresh: Sequence[Event]) -> None:
        """These events are about to be saved."""
        self._changing.append((ticket, fresh))

    def committed(self) -> None:
        """They were."""
        changes, self._changing = self._changing, []
        for ticket, fresh in changes:
            for event in fresh:
                self._record(ticket, event)

    def owed(self) -> set[Audience]:
        """Who is owed news by what is about to be saved, the card aside, which always is."""
        events = (event for _, fresh in self._changing for event in fresh)
        return {delivery.audience for event in events for delivery in event.deliveries}

    def rolled_back(self) -> None:
        """They were not."""
        self._changing = []

    def write(self, kind: str, ticket: int | None = None, **facts: Any) -> None:
        """Add a line, of this moment."""
        self._lines.append(Line(self._clock(), kind, ticket, facts))

    def take(self) -> list[Line]:
        """The lines since the last time."""
        lines, self._lines = self._lines, []
        return lines

    @property
    def count(self) -> int:
        """How many tickets there are."""
        return len(self._known)

    def as_known(self, number: int) -> dict[str, Any]:
        """The ticket as it is, briefly."""
        known = self._known[number]
        return {"status": known.status, "priority": known.priority, "owner": known.owner or None}

    def version_of(self, number: int) -> int:
        """How many events the ticket has; 0 where there is none."""
        return self._known[number].version if number in self._known else 0

    def event(self, number: int, seq: int) -> tuple[Kind, datetime, dict[str, Any]]:
        """What that event was, when, and its detail if it is a warning."""
        return self._known[number].events[seq - 1]

    def last(self, number: int, wanted: Callable[[Kind, dict[str, Any]], bool]) -> int:
        """The number of the last event like that; 0 where there is none."""
        events = self._known[number].events if number in self._known else []
        return next((n for n in range(len(events), 0, -1) if wanted(events[n - 1][0], events[n - 1][2])), 0)

    def _record(self, ticket: Ticket, event: Event) -> None:
        known = self._known.setdefault(ticket.number, _Known())
        warned = event.kind is Kind.WARNED
        known.events.append((event.kind, event.at, dict(event.detail) if warned else {}))
        if event.status != known.status:
            self._changed("status", ticket, event, known.status, event.status)
        if known.priority and event.priority != known.priority:
            self._changed("priority", ticket, event, known.priority, event.priority)
        known.status, known.priority, known.version = event.status, event.priority, event.seq
        known.owner = ticket.owner_name

    def _changed(self, kind: str, ticket: Ticket, event: Event, before: str, after: str) -> None:
        facts: dict[str, Any] = {
            "from": str(before) or None,
            "to": str(after),
            "by": event.by.name,
            "role": str(event.by.role),
            "why": event.kind.words,
            "event": str(event.kind),
            "text": event.text or None,
            "happened_at": event.at,
        }
        if kind == "priority":
            facts["reclassified"] = bool(event.detail.get("reclassified"))
        if not before:
            facts["subject"] = ticket.subject
            facts["customer"] = ticket.customer
        self.write(kind, ticket.number, **facts)
