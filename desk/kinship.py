"""Tickets that are about the same: suspected, cancelled as a duplicate, and told when the other is solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from desk.actor import STAFF, Actor
from desk.correspondence import Correspondence
from desk.delivery import Audience
from desk.errors import DeskError
from desk.event import Event, Kind
from desk.record import NO_TIME
from desk.status import Status


@dataclass(eq=False, kw_only=True)
class Kinship(Correspondence):
    """What tickets have to do with each other."""

    def resembles(self, others: Sequence[int], *, by: Actor, at: datetime) -> bool:
        """Say in the thread that it may be the same as those tickets; once."""
        return self._record(Kind.RESEMBLES, by=by, at=at, key="resembles", others=[*others])

    def cancel_as_duplicate(
        self, other: Self, *, text: str = "", by: Actor, at: datetime, undo: timedelta = NO_TIME
    ) -> bool:
        """Stop, for the other ticket is about the same; the customer is told, and joins the other.

        text: what the customer reads besides; undo: for how long it can be taken back.  Raises DeskError
        where the customer would read what is not theirs, or nobody works on the other."""
        by.must_be(STAFF, "cancel a ticket")
        if other.number == self.number:
            raise DeskError("A ticket cannot be a duplicate of itself.")
        if not other.takes_replies:
            raise DeskError(f"Ticket {other.number} is {other.status.words.lower()}: name one that is open.")
        if not self._may_join(other):
            raise DeskError(
                f"Ticket {other.number} is of another customer, who would be read by this one. "
                "Cancel this ticket with a reason instead."
            )
        lines = [event.seq for event in self.history if event.kind is Kind.RESEMBLES]
        moved = self._move(
            Kind.CANCELLED, Status.CANCELLED, by=by, at=at, text=text, duplicate_of=other.number,
            redraws=lines, undo=undo,
        )  # fmt: skip
        if moved and self.customer != other.customer:
            other.join(self, by=by, at=at)
        return moved

    def join(self, duplicate: Self, *, by: Actor, at: datetime) -> bool:
        """The customer of a duplicate may write to this ticket from now on."""
        joins = (each.detail["ticket"] for each in self.history if each.kind is Kind.JOINED)
        again = 0 if duplicate.number in self.duplicates else sum(each == duplicate.number for each in joins)
        key = f"joined:{duplicate.number}" + f":{again}" * bool(again)
        return self._record(
            Kind.JOINED, by=by, at=at, key=key, ticket=duplicate.number,
            sender=duplicate.customer, name=duplicate.customer_name,
        )  # fmt: skip

    def solved_elsewhere(self, other: int, resolved: Event, *, at: datetime) -> bool:
        """The ticket that this one is a duplicate of was resolved: the customer gets to read how."""
        if self.duplicate_of != other or self.status is not Status.CANCELLED:
            return False
        key = f"solved:{other}:{resolved.seq}"
        told = (each.not_before for each in resolved.deliveries if each.audience is Audience.CUSTOMER)
        return self._record(
            Kind.SOLVED_ELSEWHERE, by=resolved.by, at=at, text=resolved.text, key=key, duplicate_of=other,
            undo=max(next(told, at) - at, NO_TIME),
        )  # fmt: skip

    def told_of(self, other: int, seq: int) -> Event | None:
        """What this one's customer is told of event seq, by which the other ticket was resolved."""
        return next((each for each in self.history if each.key == f"solved:{other}:{seq}"), None)

    @property
    def duplicate_of(self) -> int | None:
        """The ticket that this one was cancelled for, as long as it is."""
        ends = (event for event in reversed(self.history) if event.kind is Kind.CANCELLED)
        last = next(ends, None) if self.status in (Status.CANCELLED, Status.CLOSED) else None
        return last.detail.get("duplicate_of") if last else None

    @property
    def duplicates(self) -> list[int]:
        """Tickets of other people that were cancelled because of this one."""
        return [int(event.detail["ticket"]) for event in self.counted if event.kind is Kind.JOINED]

    def joined_by(self, duplicate: int) -> Event | None:
        """The event by which the customer of that duplicate may write here, as long as that holds."""
        joins = (event for event in self.counted if event.kind is Kind.JOINED)
        return next((event for event in joins if event.detail["ticket"] == duplicate), None)

    def _may_join(self, other: Self) -> bool:
        return self.customer == other.customer or bool(self.client and self.client == other.client)
