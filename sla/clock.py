"""Clocks, calculated from a ticket's history: nothing about them is ever stored."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from desk.event import HUMAN_MAILS, Event, Kind
from desk.priority import Priority
from desk.status import OPEN, RUNNING, Status
from desk.ticket import Ticket
from sla.hours import BusinessHours
from sla.policy import WORKING_DAY, Goal, Policy, ResponseCounts


class ClockState(StrEnum):
    """PAUSED: waiting for the customer.  VOID: cancelled, nothing is promised any more."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of elapsed time in which a clock ran; end is None while it runs."""

    start: datetime
    end: datetime | None


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


@dataclass(frozen=True)
class _Course:
    """How one clock ran and how it ended.  since, until: the events that began and ended it."""

    goal: Goal
    cycle: int
    spans: tuple[Span, ...]
    state: ClockState
    since: int = 1
    until: int | None = None
    stopped_at: datetime | None = None


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
    ]
    return min(moments, default=None)


def levels_ahead(ticket: Ticket, policy: Policy) -> Iterator[tuple[Clock, int, datetime]]:
    """Each level of each running clock that is not on record yet, with the moment it is reached.

    A level is a percentage of the target; 101, 102 and so on are whole working days beyond the breach."""
    hours = policy.hours_of(ticket)
    for course in _courses(ticket, policy):
        target = policy.target(ticket, course.goal, ticket.priority)
        if target is None or course.state is not ClockState.RUNNING:
            continue
        clock = _clock(course, hours, target, course.spans[-1].start)
        for level in _levels(ticket, course, policy):
            moment = _used_up(course.spans, hours, _allowed(target, level))
            if moment is not None:
                yield clock, level, moment


def waits_since(ticket: Ticket) -> Event | None:
    """The event from which a customer's silence counts: our mail server took the question, or an agent gave
    more time.  None when the ticket does not wait, or the question has not left yet."""
    if ticket.status is not Status.WAITING_FOR_CUSTOMER:
        return None
    asked = next(event for event in reversed(ticket.history) if event.kind is Kind.ASKED)
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
    ends = (event.at for event in reversed(ticket.history) if event.kind in (Kind.RESOLVED, Kind.CANCELLED))
    return next(ends, None)


def _read(ticket: Ticket, goal: Goal, policy: Policy, priority: Priority, now: datetime) -> Clock | None:
    target = policy.target(ticket, goal, priority)
    course = next((each for each in _courses(ticket, policy) if each.goal is goal), None)
    if target is None or course is None:
        return None
    return _clock(course, policy.hours_of(ticket), target, now)


def _clock(course: _Course, hours: BusinessHours, target: timedelta, now: datetime) -> Clock:
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


def _courses(ticket: Ticket, policy: Policy) -> list[_Course]:
    first = _first_response(ticket, policy)
    following = _next_response(ticket, first)
    return [first, *([following] if following else []), _recovery(ticket)]


def _first_response(ticket: Ticket, policy: Policy) -> _Course:
    taken_counts = policy.response_counts is ResponseCounts.REPLY_OR_TAKEN
    for event in ticket.history:
        taken = taken_counts and event.kind is Kind.TAKEN
        if taken or event.kind in _ENDS or _answers(ticket, event):
            return _ended(_Course(Goal.FIRST_RESPONSE, 1, (Span(ticket.opened_at, None),), _RUNS), event)
    return _Course(Goal.FIRST_RESPONSE, 1, (Span(ticket.opened_at, None),), _RUNS)


def _next_response(ticket: Ticket, first: _Course) -> _Course | None:
    """The latest clock of a customer who wrote again, or whose ticket was reopened, after we had answered."""
    if first.until is None:
        return None
    ending: Event | None = ticket.event(first.until)
    course, cycle = None, 0
    while ending is not None:
        call = _next_call(ticket, ending)
        if call is None:
            break
        cycle += 1
        spans = (Span(call.at, None),)
        course = _Course(Goal.NEXT_RESPONSE, cycle, spans, _RUNS, since=call.seq)
        ending = next((each for each in ticket.history[ending.seq :] if _ends(ticket, each, course)), None)
        course = _ended(course, ending) if ending else course
    return course


def _next_call(ticket: Ticket, ending: Event) -> Event | None:
    """The first call for an answer that the end of the last clock did not answer.

    Mails cross: what a customer wrote after our words were written is not answered when those leave."""
    written = ending.detail["of"] if ending.kind is Kind.SENT else ending.seq
    return next((each for each in ticket.history[written:] if _calls_for_answer(ticket, each)), None)


def _answers(ticket: Ticket, event: Event, since: int = 0) -> bool:
    """Whether our mail server took a human's mail, written after the event `since`."""
    if event.kind is not Kind.SENT or event.detail["of"] < since:
        return False
    return ticket.event(event.detail["of"]).kind in HUMAN_MAILS


def _calls_for_answer(ticket: Ticket, event: Event) -> bool:
    if event.kind is Kind.REOPENED:
        return ticket.event(event.seq - 1).status not in OPEN
    return event.kind is Kind.CUSTOMER_WROTE and event.status in OPEN


def _ends(ticket: Ticket, event: Event, course: _Course) -> bool:
    return event.kind in _ENDS or _answers(ticket, event, since=course.since)


def _is_sent(event: Event, seq: int) -> bool:
    return event.kind is Kind.SENT and event.detail["of"] == seq


def _ended(course: _Course, event: Event) -> _Course:
    state = ClockState.VOID if event.kind is Kind.CANCELLED else ClockState.STOPPED
    start = course.spans[0].start
    end = max(start, event.at)  # a mail that reached us before a click may be recorded after it
    return replace(course, spans=(Span(start, end),), state=state, until=event.seq, stopped_at=end)


_ENDS = frozenset({Kind.RESOLVED, Kind.CANCELLED})
"""A ticket that ends owes no response."""

_RUNS = ClockState.RUNNING


_RECOVERY_STATES = {
    Status.WAITING_FOR_SUPPORT: ClockState.RUNNING,
    Status.IN_PROGRESS: ClockState.RUNNING,
    Status.WAITING_FOR_CUSTOMER: ClockState.PAUSED,
    Status.RESOLVED: ClockState.STOPPED,
    Status.CANCELLED: ClockState.VOID,
}


def _recovery(ticket: Ticket) -> _Course:
    spans: list[Span] = []
    since: datetime | None = None
    changed = ticket.opened_at
    for event in ticket.history:
        runs = event.status in RUNNING
        if runs == (since is not None):
            continue
        changed = max(changed, event.at)  # a mail that came in before a click may be recorded after it
        if since is None:
            since = changed
        else:
            spans.append(Span(since, changed))
            since = None
    if since is not None:
        spans.append(Span(since, None))
    # Closing ends nothing: what was cancelled stays void.
    status = [event.status for event in ticket.history if event.status is not Status.CLOSED][-1]
    resolved = [event.at for event in ticket.history if event.kind is Kind.RESOLVED]
    stopped_at = max(changed, resolved[-1]) if status is Status.RESOLVED else None
    return _Course(Goal.RECOVERY, 1, tuple(spans), _RECOVERY_STATES[status], stopped_at=stopped_at)


def _allowed(target: timedelta, level: int) -> timedelta:
    return target * min(level, BREACH) / 100 + max(level - BREACH, 0) * WORKING_DAY


def _levels(ticket: Ticket, course: _Course, policy: Policy) -> Iterator[int]:
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
