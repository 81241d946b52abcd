"""The ticket: one customer's request, from the mail that opens it to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.actor import CLOSERS, RESOLVERS, STAFF, Actor
from desk.billing import Billing
from desk.breach import BreachReason, breaches_like, explanation_of, is_breach, reason_of
from desk.correspondence import along
from desk.delivery import Audience
from desk.erasing import Erasable
from desk.errors import DeskError
from desk.event import OWED_TO, Kind, level_key
from desk.exporting import Exporting
from desk.files import Named, shown_in
from desk.kinship import Kinship
from desk.notes import Notes
from desk.priority import Priority
from desk.record import NO_TIME
from desk.satisfaction import Satisfaction
from desk.snoozing import Snoozing
from desk.status import OPEN, TRANSITIONS, Status

CARD_HOLDS = 600
"""Characters of the first mail that fit the card; a longer one is told in the thread as well."""


@dataclass(eq=False, kw_only=True)
class Ticket(Billing, Kinship, Notes, Satisfaction, Snoozing, Exporting, Erasable):
    """A request.  Its fields are set by its own methods only, each of which records an event.

    Every method takes `by` (who) and `at` (when, aware UTC) and says whether it changed anything: a second
    identical request does not.  Refusals are DeskErrors with words for the one who asked.
    """

    @classmethod
    def open(
        cls,
        *,
        by: Actor,
        at: datetime,
        subject: str,
        text: str,
        confirm: bool = True,
        key: str | None = None,
        detail: dict[str, Any] | None = None,
        customer: Actor | None = None,
        **facts: Any,
    ) -> Ticket:
        """Open a ticket for what a customer wrote, or for what an agent wrote down for them.

        at: when the mail reached our mailbox.  confirm: whether the customer gets a confirmation (never a
        machine).  customer: for whom, where it is not who acts.  detail: heard, where a human has spoken with
        them.  facts: client, language, priority, follows, desk.
        """
        whose = customer or by
        ticket = cls(
            subject=subject, customer=whose.key, customer_name=whose.name, opened_at=at, changed_at=at,
            **facts,
        )  # fmt: skip
        owed = (Audience.CUSTOMER,) if confirm else ()
        if len(text) > CARD_HOLDS or (detail or {}).get("files") or by.is_staff:
            owed = (Audience.AGENTS, *owed)
        if shown_in(detail or {}):
            owed = (*owed, Audience.FILES)
        ticket._record(Kind.OPENED, by=by, at=at, text=text, key=key, owed=owed, **(detail or {}))
        return ticket

    # What agents do

    def take(self, *, by: Actor, at: datetime) -> bool:
        """Make the ticket mine and start on it; the customer is told when work starts."""
        by.must_be(STAFF, "take a ticket")
        if self.status is Status.IN_PROGRESS:
            return self.assign(by.key, by.name, by=by, at=at)
        self._check(Status.IN_PROGRESS)
        self.owner, self.owner_name = by.key, by.name
        return self._move(Kind.TAKEN, Status.IN_PROGRESS, by=by, at=at)

    def assign(self, owner: str, name: str, *, by: Actor, at: datetime) -> bool:
        """Hand the ticket to an agent."""
        by.must_be(STAFF, "hand over a ticket")
        if owner == self.owner:
            return False
        self._must_stand_in(OPEN, "hand it over")
        before, self.owner, self.owner_name = self.owner_name, owner, name
        return self._record(Kind.ASSIGNED, by=by, at=at, owner=owner, name=name, before=before)

    def release(self, *, by: Actor, at: datetime) -> bool:
        """Nobody's again: whoever has time takes it."""
        by.must_be(STAFF, "hand over a ticket")
        if self.owner is None:
            return False
        self._must_stand_in(OPEN, "hand it over")
        before, self.owner, self.owner_name = self.owner_name, None, ""
        return self._record(Kind.ASSIGNED, by=by, at=at, owner=None, name="", before=before)

    def prioritise(self, priority: Priority, *, by: Actor, at: datetime, reclassified: bool = False) -> bool:
        """Give another priority.  reclassified: the date it gives had already passed."""
        by.must_be(STAFF, "change a priority")
        if priority is self.priority:
            return False
        if self.status not in OPEN:
            raise DeskError(f"This ticket is {self.status.words.lower()}: its priority no longer matters.")
        before, self.priority = self.priority, priority
        return self._record(Kind.PRIORITISED, by=by, at=at, before=before, reclassified=reclassified)

    def explain_breach(self, seq: int, reason: BreachReason, *, by: Actor, at: datetime) -> bool:
        """Say why the promise of that warning was broken; said again, the last word counts."""
        by.must_be(STAFF, "say why a promise was broken")
        breach = self.event(seq)
        if not is_breach(breach):
            raise DeskError("That warning is not of a broken promise.")
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED}, "say why")
        if reason is reason_of(self, breach) and explanation_of(self, breach):
            return False
        return self._record(
            Kind.BREACH_EXPLAINED, by=by, at=at, reason=reason,
            goal=breach.detail["goal"], cycle=breach.detail["cycle"],
            redraws=[each.seq for each in breaches_like(self, breach)],
        )  # fmt: skip

    def extend(self, *, by: Actor, at: datetime) -> bool:
        """Give the customer the whole waiting time again, from now."""
        by.must_be(STAFF, "extend the wait")
        if self.status is not Status.WAITING_FOR_CUSTOMER:
            raise DeskError("Only a ticket that waits for the customer can be extended.")
        return self._record(Kind.EXTENDED, by=by, at=at)

    def resolve(
        self,
        text: str = "",
        *,
        by: Actor,
        at: datetime,
        key: str | None = None,
        files: Sequence[Named] = (),
        undo: timedelta = NO_TIME,
    ) -> bool:
        """Say that it is solved.  text: what was done, for the customer to read; files: what goes along;
        undo: for how long it can be taken back."""
        by.must_be(RESOLVERS, "resolve a ticket")
        more = along(Kind.RESOLVED, files)
        return self._move(Kind.RESOLVED, Status.RESOLVED, by=by, at=at, text=text, key=key, undo=undo, **more)

    def cancel(
        self, reason: str, *, by: Actor, at: datetime, key: str | None = None, undo: timedelta = NO_TIME
    ) -> bool:
        """Stop without solving.  reason: why, for the customer to read; undo: for how long it can be taken
        back."""
        by.must_be(STAFF, "cancel a ticket")
        self._must_say(reason)
        return self._move(Kind.CANCELLED, Status.CANCELLED, by=by, at=at, text=reason, key=key, undo=undo)

    def reopen(self, *, by: Actor, at: datetime) -> bool:
        """Take it up again; the recovery clock goes on with what it had spent."""
        by.must_be(STAFF, "reopen a ticket")
        owed = (Audience.AGENTS,) if self.status is Status.WAITING_FOR_CUSTOMER else OWED_TO[Kind.REOPENED]
        return self._move(Kind.REOPENED, Status.WAITING_FOR_SUPPORT, by=by, at=at, owed=owed)

    def close(self, *, by: Actor, at: datetime) -> bool:
        """End it for good.  Only a lead, or seven quiet days."""
        by.must_be(CLOSERS, "close a ticket for good")
        return self._move(Kind.CLOSED, Status.CLOSED, by=by, at=at)

    # What the desk itself does

    def warn(self, goal: str, level: int, *, cycle: int, by: Actor, at: datetime, due: datetime) -> bool:
        """A promise is in danger or broken.  level: percent of the target; once per goal, cycle and level.

        Never after the ticket's end: then there is nothing left to warn of."""
        if self.status not in OPEN:
            return False
        owed = (Audience.AGENTS, Audience.LEADS) if level >= _LEADS_HEAR_FROM else (Audience.AGENTS,)
        recorded = self._record(
            Kind.WARNED, by=by, at=at, key=level_key(goal, cycle, level), owed=owed,
            goal=goal, level=level, cycle=cycle, due=due.isoformat(),
        )  # fmt: skip
        if recorded:
            for delivery in self.history[-1].deliveries:
                if delivery.audience is Audience.LEADS:
                    delivery.not_before = at + _TOLD_TOGETHER
        return recorded

    def supersede(self, goal: str, level: int, *, cycle: int, by: Actor, at: datetime) -> bool:
        """A lower level was missed and a higher one is told instead: on record, told to nobody."""
        if self.status not in OPEN:
            return False
        key = level_key(goal, cycle, level)
        return self._record(Kind.SUPERSEDED, by=by, at=at, key=key, goal=goal, level=level, cycle=cycle)

    def remind(self, *, by: Actor, at: datetime, asked: int) -> bool:
        """Remind the customer, once per question.  asked: the event that started this wait."""
        if self.status is not Status.WAITING_FOR_CUSTOMER:
            return False
        return self._record(Kind.REMINDED, by=by, at=at, key=f"reminded:{asked}", of=asked)


_LEADS_HEAR_FROM = 75
"""Percent of a target from which leads are told; below it, only the thread."""

_TOLD_TOGETHER = timedelta(seconds=5)
"""How long the leads' news waits, so that what falls due together can be told in one message."""
