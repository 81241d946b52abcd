"""Why a promise was broken, in the words of whoever answers for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from desk.event import Event, Kind

if TYPE_CHECKING:
    from desk.ticket import Ticket

BREACH = 100
"""Percent of a target at which a promise is broken; from here on a warning asks for a reason."""


class BreachReason(StrEnum):
    """The reasons that reports group by."""

    SUPPLIER = "supplier"
    UNDERESTIMATED = "underestimated"
    NOBODY_FREE = "nobody_free"
    RECLASSIFIED = "reclassified"
    MAIL_PROBLEM = "mail_problem"
    OTHER = "other"

    @property
    def words(self) -> str:
        """The reason as people read it: "Waiting for a supplier"."""
        return _WORDS.get(self) or self.value.replace("_", " ").capitalize()


_WORDS = {BreachReason.SUPPLIER: "Waiting for a supplier"}


def explanation_of(ticket: Ticket, breach: Event) -> Event | None:
    """The event that last said why the promise of that warning was broken."""
    said = (event for event in reversed(ticket.history) if event.kind is Kind.BREACH_EXPLAINED)
    return next((event for event in said if _same(event, breach)), None)


def reason_of(ticket: Ticket, breach: Event) -> BreachReason | None:
    """Why the promise of that warning was broken, as far as anybody said; a date that had passed when a
    priority was changed needs nobody to say so."""
    said = explanation_of(ticket, breach)
    if said is not None:
        return BreachReason(said.detail["reason"])
    return BreachReason.RECLASSIFIED if _was_reclassified(ticket, breach) else None


def breaches_like(ticket: Ticket, breach: Event) -> Iterator[Event]:
    """Every warning on record that this very promise is broken."""
    return (event for event in ticket.history if is_breach(event) and _same(event, breach))


def is_breach(event: Event) -> bool:
    """Whether the event says that a promise is broken."""
    return event.kind is Kind.WARNED and int(event.detail["level"]) >= BREACH


def _same(one: Event, other: Event) -> bool:
    return all(one.detail[fact] == other.detail[fact] for fact in ("goal", "cycle"))


def _was_reclassified(ticket: Ticket, breach: Event) -> bool:
    first = next(breaches_like(ticket, breach), breach)
    changes = (event for event in ticket.history[: first.seq] if event.kind is Kind.PRIORITISED)
    last = next(iter(reversed(list(changes))), None)
    passed = last is not None and datetime.fromisoformat(first.detail["due"]) <= last.at
    return passed and last is not None and bool(last.detail.get("reclassified"))
