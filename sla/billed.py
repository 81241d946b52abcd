"""The money of a stretch of time: hours and amounts, hours against budget, what waits for a client's yes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from desk.budget import budget_of
from desk.status import OPEN
from desk.ticket import Ticket


@dataclass(frozen=True, kw_only=True)
class Money:
    """Hours are in minutes, amounts in EUR excluding VAT.

    logged, billable, amount: work done on the days of the stretch, as it stands on record now.  approved,
    used: of budgets that were open at its end or worked on within it, as they stood at its end.  waiting,
    waiting_amount: what clients had not answered then; what has no amount yet counts as nothing."""

    logged: int = 0
    billable: int = 0
    amount: Decimal = Decimal(0)
    approved: int = 0
    used: int = 0
    waiting: int = 0
    waiting_amount: Decimal = Decimal(0)

    def __add__(self, other: Money) -> Money:
        return Money(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        )

    @property
    def share(self) -> int | None:
        """Percent of the approved hours that are used, never rounded up; None where none are approved."""
        return 100 * self.used // self.approved if self.approved else None


def money_of(ticket: Ticket, *, begin: datetime, end: datetime, now: datetime) -> Money:
    """The money of one ticket.  end may lie in the future."""
    until = [event for event in ticket.history if event.at < end]
    if not until:
        return Money()
    then, is_open = budget_of(until), until[-1].status in OPEN
    known = ticket.budget.entries
    worked = [entry for entry in known if begin <= entry.work.begins < end]
    counts = is_open or bool(worked)
    waits = then.unanswered(min(end, now)) if is_open else None
    return Money(
        logged=sum(entry.work.minutes for entry in worked),
        billable=sum(entry.work.minutes for entry in worked if entry.work.billable),
        amount=sum((entry.amount for entry in worked), Decimal(0)),
        approved=then.approved_minutes if counts else 0,
        used=sum(e.work.minutes for e in known if e.uses_budget and e.work.begins < end)
        if counts and then.approved_minutes else 0,
        waiting=1 if waits else 0,
        waiting_amount=(waits.proposal.amount if waits else None) or Decimal(0),
    )  # fmt: skip
