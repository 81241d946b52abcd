"""What was worked on a ticket, read off its history: entries of time, each as the last correction left it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from desk import money
from desk.event import Event, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A stretch of work.  on: the day; begins: when that day does, by the desk's wall clock."""

    minutes: int
    on: date
    begins: datetime
    billable: bool = True
    emergency: bool = False

    def written(self) -> dict[str, Any]:
        """As the detail of an event."""
        return {
            "minutes": self.minutes,
            "on": self.on.isoformat(),
            "begins": self.begins.isoformat(),
            "billable": self.billable,
            "emergency": self.emergency,
        }

    @classmethod
    def read(cls, detail: dict[str, Any]) -> Self:
        """Back from the detail of an event."""
        return cls(
            minutes=int(detail["minutes"]),
            on=date.fromisoformat(detail["on"]),
            begins=datetime.fromisoformat(detail["begins"]),
            billable=bool(detail["billable"]),
            emergency=bool(detail["emergency"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Work as it is on record.  seq: the event that logged it; rate: EUR per hour, as it was agreed then."""

    seq: int
    work: Work
    rate: Decimal
    what: str
    who: str
    is_corrected: bool = False

    @property
    def amount(self) -> Decimal:
        """What the client pays for it, excluding VAT."""
        return money.amount_of(self.work.minutes, self.rate) if self.work.billable else Decimal(0)

    @property
    def uses_budget(self) -> bool:
        """Whether it counts against the approved hours: emergencies have a consent of their own."""
        return self.work.billable and not self.work.emergency


def entries_of(history: Iterable[Event]) -> tuple[Entry, ...]:
    """Every entry as it stands, in the order in which they were logged; what was struck out has 0 minutes."""
    found: dict[int, Entry] = {}
    for event in history:
        if event.kind is Kind.TIME_LOGGED:
            found[event.seq] = Entry(
                seq=event.seq, work=Work.read(event.detail), rate=Decimal(event.detail["rate"]),
                what=event.text, who=event.by.name,
            )  # fmt: skip
        elif event.kind is Kind.TIME_CORRECTED:
            of = int(event.detail["of"])
            found[of] = replace(
                found[of], work=Work.read(event.detail), rate=Decimal(event.detail["rate"]),
                what=event.text, is_corrected=True,
            )  # fmt: skip
    return tuple(found.values())
