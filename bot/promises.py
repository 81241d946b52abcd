"""How promised dates are said: on the card, in lists, and before a priority is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.words import business, moment
from desk.priority import Priority
from desk.ticket import Ticket
from sla.clock import Clock, preview, read_clocks, waits_since
from sla.course import ClockState
from sla.policy import Goal, Policy

_PRESSING = 0.75
"""From this share of the target on, the mark changes its colour."""


@dataclass(frozen=True)
class Promised:
    """What another priority would promise.  lines: in Slack's markup; late: a date it gives has passed."""

    lines: list[str]
    late: bool


def clocks_of(ticket: Ticket, policy: Policy, *, now: datetime) -> list[Clock]:
    """The clocks that people look at: how soon to answer (the latest such promise), how soon to solve."""
    return _current(read_clocks(ticket, policy, now=now))


def resolves_at(ticket: Ticket, policy: Policy) -> datetime | None:
    """When a waiting ticket resolves by itself; None where it does not, or our question has not left yet."""
    waiting = waits_since(ticket)
    return waiting.at + policy.silence if waiting else None


def soonest(clocks: Sequence[Clock]) -> Clock | None:
    """The running clock that is due first."""
    running = [clock for clock in clocks if clock.is_running and clock.due]
    return min(running, key=lambda clock: clock.due or clock.started_at, default=None)


def promise(clock: Clock, zone: ZoneInfo) -> tuple[str, str]:
    """A clock as a name and a value in Slack's markup."""
    return clock.goal.words, _said(clock, zone)


def mark_of(clock: Clock) -> str:
    """The colour of a running clock; the words stand beside it."""
    if clock.breached:
        return "🔴"
    return "🟠" if clock.spent >= clock.target * _PRESSING else "🟢"


def promised(ticket: Ticket, level: Priority, policy: Policy, zone: ZoneInfo, *, now: datetime) -> Promised:
    """What that priority would promise, compared with what is promised now."""
    before = {clock.goal: clock for clock in read_clocks(ticket, policy, now=now)}
    after = [clock for clock in _current(preview(ticket, level, policy, now=now)) if _is_open(clock)]
    late = any(clock.breached and not _was_late(before.get(clock.goal)) for clock in after)
    lines = [_compared(clock, before.get(clock.goal), zone) for clock in after]
    return Promised(lines or ["No dates are promised."], late)


def _current(clocks: Sequence[Clock]) -> list[Clock]:
    """Once a next response is owed, the first one is history."""
    again = any(clock.goal is Goal.NEXT_RESPONSE for clock in clocks)
    return [clock for clock in clocks if not (again and clock.goal is Goal.FIRST_RESPONSE)]


def _said(clock: Clock, zone: ZoneInfo) -> str:
    time = business(clock.left)
    due = moment(clock.due, zone) if clock.due else ""
    match clock.state:
        case ClockState.RUNNING if clock.breached:
            return f"🔴 *Overdue* since\n{due}, {time}"
        case ClockState.RUNNING:
            return f"{mark_of(clock)} {due}\n{time} left"
        case ClockState.PAUSED:
            return f"⏸️ Paused\n{time} {'over' if clock.breached else 'left'}"
        case ClockState.STOPPED:
            return f"🔴 Missed by {time}" if clock.breached else f"✅ Met\n{time} to spare"
    return "No longer counts"


def _is_open(clock: Clock) -> bool:
    return clock.state in (ClockState.RUNNING, ClockState.PAUSED)


def _was_late(clock: Clock | None) -> bool:
    return clock is not None and clock.breached


def _compared(clock: Clock, before: Clock | None, zone: ZoneInfo) -> str:
    was = f" (now {_date(before, zone)})" if before and _date(before, zone) != _date(clock, zone) else ""
    late = "  ⚠️ *already passed*" if clock.breached else ""
    if late and not _was_late(before):
        late += ": a broken promise, marked as reclassified"
    return f"{clock.goal.words}: *{_date(clock, zone)}*{was}{late}"


def _date(clock: Clock, zone: ZoneInfo) -> str:
    return moment(clock.due, zone) if clock.due else f"paused, {business(clock.left)} left"
