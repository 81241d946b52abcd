"""When a notice may be posted, and whether there still is a reason to post it."""

from datetime import datetime, timedelta

from desk.event import Event, Kind
from desk.ticket import Ticket
from sla.course import ClockState, courses_of
from sla.hours import BusinessHours
from sla.policy import Policy

AT_CLOSING = timedelta(minutes=5)
"""Most dates fall on closing time, and are told then: for so long after it the desk still speaks."""


def may_speak(hours: BusinessHours, now: datetime) -> bool:
    """Whether a notice may be posted now: while the desk is open, and just after it closed."""
    return hours.is_open(now) or hours.between(now - AT_CLOSING, now) > timedelta(0)


def still_holds(ticket: Ticket, warning: Event, policy: Policy) -> bool:
    """Whether a warning should still be posted: its clock runs, and no later one was given."""
    goal, cycle = warning.detail["goal"], warning.detail["cycle"]
    running = any(
        (course.goal, course.cycle, course.state) == (goal, cycle, ClockState.RUNNING)
        for course in courses_of(ticket, policy)
    )
    later = (event for event in ticket.history[warning.seq :] if event.kind is Kind.WARNED)
    overtaken = any((event.detail["goal"], event.detail["cycle"]) == (goal, cycle) for event in later)
    return running and not overtaken
