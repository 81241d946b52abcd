"""What other promises would move: each open clock of a ticket whose date would be another one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.ticket import Ticket
from sla.clock import Clock, read_clocks
from sla.course import ClockState
from sla.policy import Goal, Policy

_OPEN = frozenset({ClockState.RUNNING, ClockState.PAUSED})


@dataclass(frozen=True, slots=True)
class Move:
    """A clock that would move.  before, after: due moments, None while paused or where nothing is promised;
    left: the business time that would be left, None where nothing would be promised any more."""

    goal: Goal
    before: datetime | None
    after: datetime | None
    left: timedelta | None

    @property
    def is_late(self) -> bool:
        return self.left is not None and self.left <= timedelta(0)


def moves_of(ticket: Ticket, old: Policy, new: Policy, *, now: datetime) -> Iterator[Move]:
    """What the new policy would move of this ticket.  What has ended stays as it is."""
    before, after = _open_clocks(ticket, old, now), _open_clocks(ticket, new, now)
    for goal in Goal:
        was, becomes = before.get(goal), after.get(goal)
        if _date(was) != _date(becomes):
            left = becomes.left if becomes else None
            yield Move(goal, was.due if was else None, becomes.due if becomes else None, left)


def _open_clocks(ticket: Ticket, policy: Policy, now: datetime) -> dict[Goal, Clock]:
    return {clock.goal: clock for clock in read_clocks(ticket, policy, now=now) if clock.state in _OPEN}


def _date(clock: Clock | None) -> datetime | timedelta | None:
    """What stands for the date: of a paused clock, the time it has left."""
    return (clock.due or clock.left) if clock else None
