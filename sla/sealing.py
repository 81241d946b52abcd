"""Seals the clocks that an event ends: handed to the database, which calls it in the commit of that event."""

from collections.abc import Sequence

from desk.event import Event, Kind
from desk.ticket import Ticket
from sla.clock import clock_of
from sla.course import every_course
from sla.policy import Policy
from sla.verdict import Verdict

_MAY_END = frozenset({Kind.SENT, Kind.TAKEN, Kind.RESOLVED, Kind.CANCELLED})


def seal(ticket: Ticket, fresh: Sequence[Event], policy: Policy) -> None:
    """Write into the events that are not saved yet what became of the clocks they end."""
    ending = {event.seq: event for event in fresh if event.kind in _MAY_END or event.detail.get("heard")}
    if not ending:
        return
    for course in every_course(ticket, policy):
        event = ending.get(course.until or 0)
        if event is None:
            continue
        # By a clock that was set back, a click is recorded before the stretch that came in front of it ended.
        now = max(event.at, course.spans[-1].end or event.at)
        clock = clock_of(ticket, course, policy, event.priority, now=now)
        if clock is not None:
            Verdict(clock.cycle, clock.target, clock.spent, clock.due).write(event, course.goal)
