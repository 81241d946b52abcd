"""What a mail may promise at this moment, read off the clocks."""

from collections.abc import Sequence
from datetime import datetime

from desk.ticket import Ticket
from mail.notifications import Promises
from sla.clock import Clock, read_clocks, waits_since
from sla.policy import Goal, Policy


def read_promises(ticket: Ticket, policy: Policy, *, now: datetime) -> Promises:
    """What may be promised to the customer of this ticket now, read off its clocks."""
    running = [clock for clock in read_clocks(ticket, policy, now=now) if clock.is_running]
    hours = policy.hours_of(ticket)
    waiting = waits_since(ticket)
    return Promises(
        response=_latest(running, Goal.FIRST_RESPONSE, Goal.NEXT_RESPONSE),
        recovery=_latest(running, Goal.RECOVERY),
        opens_at=None if hours.is_open(now) else hours.next_opening(now),
        resolves_at=waiting.at + policy.silence if waiting else None,
    )


def _latest(clocks: Sequence[Clock], *goals: Goal) -> datetime | None:
    return max((clock.due for clock in clocks if clock.goal in goals and clock.due), default=None)
