"""How a ticket's clocks ran, read off its history: in which stretches, and how each ended."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from desk.event import HUMAN_MAILS, Event, Kind
from desk.status import OPEN, RUNNING, Status
from desk.ticket import Ticket
from sla.policy import Goal, Policy, ResponseCounts
from sla.verdict import Verdict


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


@dataclass(frozen=True)
class Course:
    """How one clock ran and how it ended.  since, until: the events that began and ended it."""

    goal: Goal
    cycle: int
    spans: tuple[Span, ...]
    state: ClockState
    since: int = 1
    until: int | None = None
    stopped_at: datetime | None = None


def courses_of(ticket: Ticket, policy: Policy) -> list[Course]:
    """Each clock that the ticket has had cause for, whether or not its priority promises anything; of the
    next responses, the latest."""
    first = _first_response(ticket, policy)
    return [first, *[*_next_responses(ticket, first)][-1:], _recovery(ticket)]


def every_course(ticket: Ticket, policy: Policy) -> list[Course]:
    """The same with every next response."""
    first = _first_response(ticket, policy)
    return [first, *_next_responses(ticket, first), _recovery(ticket)]


def _first_response(ticket: Ticket, policy: Policy) -> Course:
    taken_counts = policy.response_counts is ResponseCounts.REPLY_OR_TAKEN
    sealed = next((event for event in ticket.counted if Verdict.read(event, Goal.FIRST_RESPONSE)), None)
    course = Course(Goal.FIRST_RESPONSE, 1, (Span(ticket.opened_at, None),), _RUNS)
    if sealed:
        return _ended(course, sealed)  # it ended so, whatever counts today
    if ticket.history[0].detail.get("heard"):
        return _ended(course, ticket.history[0])  # a human spoke with them when it was written down
    for event in ticket.counted:
        taken = taken_counts and event.kind is Kind.TAKEN
        if taken or event.kind in _ENDS or _answers(ticket, event):
            return _ended(course, event)
    return course


def _next_responses(ticket: Ticket, first: Course) -> Iterator[Course]:
    """The clocks of a customer who wrote again, or whose ticket was reopened, after we had answered."""
    ending: Event | None = ticket.event(first.until) if first.until else None
    cycle = 0
    while ending is not None:
        call = _next_call(ticket, ending)
        if call is None:
            break
        cycle += 1
        spans = (Span(call.at, None),)
        course = Course(Goal.NEXT_RESPONSE, cycle, spans, _RUNS, since=call.seq)
        later = [each for each in ticket.counted if each.seq > max(ending.seq, call.seq)]
        ending = next((each for each in later if _ends(ticket, each, course)), None)
        yield _ended(course, ending) if ending else course


def _next_call(ticket: Ticket, ending: Event) -> Event | None:
    """The first call for an answer that the end of the last clock did not answer.

    Mails cross: what a customer wrote after our words were written is not answered when those leave."""
    written = ending.detail["of"] if ending.kind is Kind.SENT else ending.seq
    later = (each for each in ticket.counted if each.seq > written)
    return next((each for each in later if _calls_for_answer(ticket, each)), None)


def _answers(ticket: Ticket, event: Event, since: int = 0) -> bool:
    """Whether our mail server took a human's mail, written after the event `since`."""
    if event.kind is not Kind.SENT or event.detail["of"] < since:
        return False
    return ticket.event(event.detail["of"]).kind in HUMAN_MAILS


def _calls_for_answer(ticket: Ticket, event: Event) -> bool:
    if event.kind is Kind.REOPENED:
        return ticket.event(event.seq - 1).status not in OPEN
    return event.kind is Kind.CUSTOMER_WROTE and event.status in OPEN


def _ends(ticket: Ticket, event: Event, course: Course) -> bool:
    return event.kind in _ENDS or _answers(ticket, event, since=course.since)


def _ended(course: Course, event: Event) -> Course:
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


def _recovery(ticket: Ticket) -> Course:
    spans: list[Span] = []
    since: datetime | None = None
    changed = ticket.opened_at
    history = ticket.counted
    for event in history:
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
    status = [event.status for event in history if event.status is not Status.CLOSED][-1]
    ends = [event for event in history if event.kind in _ENDS]
    stopped_at = max(changed, ends[-1].at) if status is Status.RESOLVED else None
    until = ends[-1].seq if status in (Status.RESOLVED, Status.CANCELLED) else None
    state = _RECOVERY_STATES[status]
    return Course(Goal.RECOVERY, 1, tuple(spans), state, until=until, stopped_at=stopped_at)
