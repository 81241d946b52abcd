"""How every ticket stands when the scenario is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bot.promises import resolves_at
from desk.breach import is_breach, reason_of
from desk.event import Event, Kind
from desk.status import Status
from desk.ticket import Ticket
from rehearsal.desk import RehearsedDesk
from rehearsal.diary import Line
from sla.clock import Clock, clock_of
from sla.course import every_course
from sla.policy import Policy
from store import tickets

_MINUTE = timedelta(minutes=1)


def stands(desk: RehearsedDesk, *, at: datetime) -> Iterator[Line]:
    """A line for each ticket, followed by one for each of its clocks."""
    for number in range(1, desk.diary.count + 1):
        with desk.db.read() as session:
            ticket = tickets.get(session, number)
        yield Line(at, "ticket", number, _facts(ticket, desk))
        for clock in _clocks(ticket, desk.policy, at):
            yield Line(at, "clock", number, _clock(clock, ticket))


def _facts(ticket: Ticket, desk: RehearsedDesk) -> dict[str, Any]:
    waits = ticket.status is Status.WAITING_FOR_CUSTOMER
    return {
        "name": desk.diary.names.get(ticket.number),
        "subject": ticket.subject,
        "customer": ticket.customer,
        "client": ticket.client,
        "status": str(ticket.status),
        "priority": str(ticket.priority),
        "owner": ticket.owner_name or None,
        "opened_at": ticket.opened_at,
        "changed_at": ticket.changed_at,
        "attention_at": ticket.attention_at,
        "due_at": ticket.due_at,
        "resolves_at": resolves_at(ticket, desk.policy) if waits else None,
        "follows": ticket.follows,
        "events": ticket.version,
    }


def _clocks(ticket: Ticket, policy: Policy, at: datetime) -> Iterator[Clock]:
    for course in every_course(ticket, policy):
        clock = clock_of(ticket, course, policy, ticket.priority, now=at)
        if clock is not None:
            yield clock


def _clock(clock: Clock, ticket: Ticket) -> dict[str, Any]:
    warned = [event for event in ticket.history if _is_of(event, clock)]
    breaches = [event for event in warned if is_breach(event)]
    reason = reason_of(ticket, breaches[-1]) if breaches else None
    return {
        "goal": str(clock.goal),
        "cycle": clock.cycle,
        "state": str(clock.state),
        "target": clock.target / _MINUTE,
        "spent": clock.spent / _MINUTE,
        "left": clock.left / _MINUTE,
        "due": clock.due,
        "breached": clock.breached,
        "started_at": clock.started_at,
        "stopped_at": clock.stopped_at,
        "levels": [int(event.detail["level"]) for event in warned],
        "superseded": [int(event.detail["level"]) for event in ticket.history if _was_missed(event, clock)],
        "reason": str(reason) if reason else None,
    }


def _is_of(event: Event, clock: Clock) -> bool:
    return event.kind is Kind.WARNED and _names(event, clock)


def _was_missed(event: Event, clock: Clock) -> bool:
    return event.kind is Kind.SUPERSEDED and _names(event, clock)


def _names(event: Event, clock: Clock) -> bool:
    return (event.detail["goal"], event.detail["cycle"]) == (clock.goal, clock.cycle)
