"""Clocks, calculated from a ticket's history: nothing about them is ever stored."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.event import Event, Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from sla.course import ClockState, Course, Span, courses_of
from sla.hours import BusinessHours
from sla.policy import WORKING_DAY, Goal, Policy
from sla.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Time spent on a goal.

    cycle counts the next-response clocks of a ticket from 1; the others have one cycle.  target and spent are
    business time.  due: the earliest moment at which the target is used up, None where a pause or the end
    came before it.  ran_until: when it last ran, None while it runs; stopped_at: when the ticket said so,
    which may be after a pause.
    """

    goal: Goal
    cycle: int
    state: ClockState
    target: timedelta
    spent: timedelta
    due: datetime | None
    started_at: datetime
    ran_until: datetime | None
    stopped_at: datetime | None

    @property
    def breached(self) -> bool:
        """Whether it ran beyond its due moment, also by an evening in which no open time was spent.

        A clock that stopped exactly at its due moment kept its promise."""
        if self.ran_until is None:
            return self.spent >= self.target
        return self.due is not None and self.due < self.ran_until

    @property
    def left(self) -> timedelta:
        """Business time left; negative when overdue."""
        return self.target - self.spent

    @property
    def is_running(self) -> bool:
        return self.state is ClockState.RUNNING


def read_clock(ticket: Ticket, goal: Goal, policy: Policy, *, now: datetime) -> Clock | None:
    """The clock of that goal as it stands; None where nothing is promised."""
    return _read(ticket, goal, policy, ticket.priority, now)


def read_clocks(ticket: Ticket, policy: Policy, *, now: datetime) -> list[Clock]:
    """Every clock that the ticket has: first response, next response, recovery."""
    clocks = (read_clock(ticket, goal, policy, now=now) for goal in Goal)
    return [clock for clock in clocks if clock is not None]


def preview(ticket: Ticket, priority: Priority, policy: Policy, *, now: datetime) -> list[Clock]:
    """The clocks as another priority would have them: spent time is kept, the target is swapped."""
    clocks = (_read(ticket, goal, policy, priority, now) for goal in Goal)
    return [clock for clock in clocks if clock is not None]


def attention(ticket: Ticket, policy: Policy) -> datetime | None:
    """The next instant at which anything may happen to the ticket by itself; None when nothing can."""
    moments = [
        *(moment for _, _, moment in levels_ahead(ticket, policy)),
        *_silence(ticket, policy),
        *_closing(ticket, policy),
        *([ticket.snoozed_until] if ticket.snoozed_until else []),
    ]
    return min(moments, default=None)


def due(ticket: Ticket, policy: Policy) -> datetime | None:
    """When the first of its running promises is used up; while it waits for the customer, when it resolves
    by itself.  None where nothing is promised, or our question has not left yet."""
    if ticket.status is Status.WAITING_FOR_CUSTOMER:
        waiting = waits_since(ticket)
        return waiting.at + policy.silence if waiting else None
    hours = policy.hours_of(ticket)
    running = [each for each in courses_of(ticket, policy) if each.state is ClockState.RUNNING]
    targets = [(each, policy.target(ticket, each.goal, ticket.priority)) for each in running]
    moments = [_used_up(each.spans, hours, target) for each, target in targets if target is not None]
    return min((moment for moment in moments if moment is not None), default=None)


def levels_ahead(ticket: Ticket, policy: Policy) -> Iterator[tuple[Clock, int, datetime]]:
    """Each level of each running clock that is not on record yet, with the moment it is reached.

    A level is a percentage of the target; 101, 102 and so on are whole working days beyond the breach."""
    hours = policy.hours_of(ticket)
    for course in courses_of(ticket, policy):
        target = policy.target(ticket, course.goal, ticket.priority)
        if target is None or course.state is not ClockState.RUNNING:
            continue
        clock = _clock(course, hours, target, course.spans[-1].start)
        levels = _levels(ticket, course, policy)
        reached = ((level, _used_up(course.spans, hours, _allowed(target, level))) for level in levels)
        yield from ((clock, level, moment) for level, moment in reached if moment is not None)


def waits_since(ticket: Ticket) -> Event | None:
    """The event from which a customer's silence counts: our mail server took the question, or an agent gave
    more time.  None when the ticket does not wait, or the question has not left yet."""
    if ticket.status is not Status.WAITING_FOR_CUSTOMER:
        return None
    asked = next(event for event in reversed(ticket.counted) if event.kind is Kind.ASKED)
    sent = [event for event in ticket.history[asked.seq :] if _is_sent(event, asked.seq)]
    # More time that was given before the question left begins when it leaves.
    more = [
        event for event in ticket.history if sent and event.kind is Kind.EXTENDED and event.seq > sent[0].seq
    ]
    return next(reversed([*sent, *more]), None)


def ended_at(ticket: Ticket) -> datetime | None:
    """When the ticket was resolved or cancelled, if it is."""
    if ticket.status not in (Status.RESOLVED, Status.CANCELLED):
        return None
    ends = (event.at for event in reversed(ticket.counted) if event.kind in (Kind.RESOLVED, Kind.CANCELLED))
    return next(ends, None)


def clock_of(
    ticket: Ticket, course: Course, policy: Policy, priority: Priority, *, now: datetime
) -> Clock | None:
    """The clock of one course as that priority has it; None where nothing is promised.

    What has ended and was sealed stays as it was judged, whatever calendar or contract came since."""
    target = policy.target(ticket, course.goal, priority)
    if target is None:
        return None
    clock = _clock(course, policy.hours_of(ticket), target, now)
    sealed = Verdict.read(ticket.event(course.until), course.goal) if course.until else None
    if sealed is None:
        return clock
    return replace(clock, target=sealed.target, spent=sealed.spent, due=sealed.due)


def _read(ticket: Ticket, goal: Goal, policy: Policy, priority: Priority, now: datetime) -> Clock | None:
    course = next((each for each in courses_of(ticket, policy) if each.goal is goal), None)
    return clock_of(ticket, course, policy, priority, now=now) if course else None


def _clock(course: Course, hours: BusinessHours, target: timedelta, now: datetime) -> Clock:
    return Clock(
        goal=course.goal,
        cycle=course.cycle,
        state=course.state,
        target=target,
        spent=sum((_open_time(span, hours, now) for span in course.spans), timedelta()),
        due=_used_up(course.spans, hours, target),
        started_at=course.spans[0].start,
        ran_until=course.spans[-1].end,
        stopped_at=course.stopped_at if course.state is ClockState.STOPPED else None,
    )


def _open_time(span: Span, hours: BusinessHours, now: datetime) -> timedelta:
    end = now if span.end is None else min(span.end, now)
    return hours.between(span.start, end) if end > span.start else timedelta()


def _used_up(spans: tuple[Span, ...], hours: BusinessHours, allowed: timedelta) -> datetime | None:
    for span in spans:
        if span.end is None:
            return hours.after(span.start, allowed)
        spent = hours.between(span.start, span.end)
        if spent >= allowed:
            return hours.after(span.start, allowed)
        allowed -= spent
    return None


def _is_sent(event: Event, seq: int) -> bool:
    return event.kind is Kind.SENT and event.detail["of"] == seq


def _allowed(target: timedelta, level: int) -> timedelta:
    return target * min(level, BREACH) / 100 + max(level - BREACH, 0) * WORKING_DAY


def _levels(ticket: Ticket, course: Course, policy: Policy) -> Iterator[int]:
    """The levels of a clock that are not on record; after the breach, the next working day."""
    known = {
        int(event.detail["level"])
        for event in ticket.history
        if event.kind in (Kind.WARNED, Kind.SUPERSEDED)
        and (event.detail["goal"], event.detail["cycle"]) == (course.goal, course.cycle)
    }
    for level in sorted({*policy.levels, BREACH}):
        # What is below a level on record was overtaken, also when the settings name it only now.
        if level > max(known, default=0) and not (level < _TAKEN_SILENCES_BELOW and ticket.owner):
            yield level
    yield max([BREACH, *known]) + 1


def _silence(ticket: Ticket, policy: Policy) -> Iterator[datetime]:
    waiting = waits_since(ticket)
    if waiting is not None:
        if not was_reminded(ticket, waiting):
            yield waiting.at + policy.reminder
        yield waiting.at + policy.silence


def _closing(ticket: Ticket, policy: Policy) -> Iterator[datetime]:
    ended = ended_at(ticket)
    if ended is not None:
        yield ended + policy.close_after


def was_reminded(ticket: Ticket, waiting: Event) -> bool:
    """Whether the customer was reminded of that question already."""
    return any(event.kind is Kind.REMINDED and event.detail["of"] == waiting.seq for event in ticket.history)


BREACH = 100
"""Percent at which a promise is broken."""

_TAKEN_SILENCES_BELOW = 75
"""Percent below which a ticket that somebody has taken needs no warning."""
