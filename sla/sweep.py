"""One look at the tickets whose attention is due: decide, then act."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from desk.actor import Actor
from desk.errors import Conflict
from desk.ticket import Ticket
from sla.clock import (
    BREACH,
    Clock,
    attention,
    ended_at,
    levels_ahead,
    read_clocks,
    waits_since,
    was_reminded,
)
from sla.notices import may_speak
from sla.policy import WORKING_DAY, Goal, Policy
from store import mailboxes, meters, tickets
from store.database import Database, Session, Unavailable
from store.mishaps import Contained
from store.points import Point, reached

log = logging.getLogger(__name__)

SWEEP = Actor.system("sweep")

_BATCH = 200
"""Tickets that are looked up at once."""

_TOGETHER = 20
"""Tickets in one transaction at the most, which ends early where a person waits: on SQLite, where only one
may write.  On PostgreSQL each has its own: who holds many could wait for others in a circle."""

_LOOK_AGAIN = timedelta(minutes=1)
_AFTER_A_FAULT = timedelta(minutes=5)


@dataclass(frozen=True)
class Warn:
    """Tell the agents, and from 75 % the leads.  late: for how long that has been due."""

    goal: Goal
    cycle: int
    level: int
    due: datetime
    late: timedelta = field(default=timedelta(), compare=False)


@dataclass(frozen=True)
class Supersede:
    """Put on record a level that was missed and is overtaken by a higher one."""

    goal: Goal
    cycle: int
    level: int


@dataclass(frozen=True)
class Remind:
    """Remind the customer of the question, the event with that number."""

    asked: int


@dataclass(frozen=True)
class ResolveSilent:
    """The customer did not answer in time."""


@dataclass(frozen=True)
class Close:
    """Nobody came back to it."""


@dataclass(frozen=True)
class Wake:
    """It was put aside until now."""


Verdict = Warn | Supersede | Remind | ResolveSilent | Close | Wake


def sweep(db: Database, policy: Policy, *, now: datetime, sources: Sequence[str] = ()) -> int:
    """Look at every ticket that is due and return how many.  Some share a transaction, but for a bad one.

    sources: the mailboxes that must have been read before silence counts.  Any number of processes may sweep
    at once.  Raises Unavailable when the database cannot."""
    seen: set[int] = set()
    due = _due(db, now=now)
    if not due:
        return 0
    with db.read() as session:
        read_up_to = mailboxes.all_read_up_to(session, sources, now=now)
    # What is due still because somebody else was changing it is left to the next sweep.
    while fresh := [number for number in due if number not in seen]:
        _look_at_all(db, fresh, policy, now=now, read_up_to=read_up_to)
        seen.update(fresh)
        due = _due(db, now=now) if len(due) == _BATCH else ()
    return len(seen)


def judge(ticket: Ticket, policy: Policy, *, now: datetime, read_up_to: datetime | None) -> Iterator[Verdict]:
    """Decide what is due.  Reads only; the same ticket, moment and mailbox give the same verdicts.

    read_up_to: up to when every mail that reached us is on its ticket; None when that is not known."""
    yield from _warnings(ticket, policy, now)
    yield from _silence(ticket, policy, now, read_up_to)
    if ticket.snoozed_until is not None and ticket.snoozed_until <= now:
        yield Wake()
    ended = ended_at(ticket)
    # A reply that lay in the mailbox reopens the ticket; once it is closed, that reply would be another one.
    if ended is not None and read_up_to is not None and min(now, read_up_to) >= ended + policy.close_after:
        yield Close()


def carry_out(ticket: Ticket, verdict: Verdict, *, at: datetime) -> None:
    """Do what was decided, through the ticket's own methods."""
    match verdict:
        case Warn(goal=goal, cycle=cycle, level=level, due=due):
            ticket.warn(goal, level, cycle=cycle, by=SWEEP, at=at, due=due)
        case Supersede(goal, cycle, level):
            ticket.supersede(goal, level, cycle=cycle, by=SWEEP, at=at)
        case Remind(asked):
            ticket.remind(by=SWEEP, at=at, asked=asked)
        case ResolveSilent():
            ticket.resolve(by=SWEEP, at=at)
        case Close():
            ticket.close(by=SWEEP, at=at)
        case Wake():
            ticket.wake(by=SWEEP, at=at)
        case _:
            assert_never(verdict)


def _due(db: Database, *, now: datetime) -> Sequence[int]:
    with db.read() as session:
        return tickets.needing_attention(session, now=now, limit=_BATCH)


def _look_at_all(
    db: Database, due: Sequence[int], policy: Policy, *, now: datetime, read_up_to: datetime | None
) -> None:
    left = list(due)
    while left:
        together = sorted(left[: _TOGETHER if db.is_sqlite else 1])
        with Contained(passing=Unavailable) as mishap:
            done = _look_at(db, together, policy, now=now, read_up_to=read_up_to)
        if mishap.problem:
            _one_by_one(db, together, policy, mishap.problem, now=now, read_up_to=read_up_to)
            done = len(together)
        left = together[done:] + left[len(together) :]


def _one_by_one(
    db: Database,
    together: Sequence[int],
    policy: Policy,
    problem: Exception,
    *,
    now: datetime,
    read_up_to: datetime | None,
) -> None:
    """Find the bad one among tickets that could not be looked at together."""
    if len(together) > 1:
        for number in together:
            _look_at_all(db, [number], policy, now=now, read_up_to=read_up_to)
    elif isinstance(problem, Conflict):
        log.info("ticket %s was changed by somebody else; the next sweep looks again", *together)
    else:
        log.error("the sweep failed at ticket %s", *together, exc_info=problem)
        _postpone(db, together[0], now=now, until=now + _AFTER_A_FAULT)


def _look_at(
    db: Database, numbers: Sequence[int], policy: Policy, *, now: datetime, read_up_to: datetime | None
) -> int:
    """Look at these, or at fewer where a person waits; how many it were."""
    with db.change() as session:
        for place, ticket in enumerate(tickets.some(session, numbers), 1):
            for verdict in list(judge(ticket, policy, now=now, read_up_to=read_up_to)):
                carry_out(ticket, verdict, at=now)
                if isinstance(verdict, Warn):
                    session.afterwards(partial(_count, ticket.number, verdict))
            session.flush()
            _put_right(session, ticket, policy, now)
            if db.is_awaited:
                return place
        reached(Point.SWEEP_DONE)
    reached(Point.SWEEP_COMMITTED)
    return len(numbers)


def _put_right(session: Session, ticket: Ticket, policy: Policy, now: datetime) -> None:
    """What is due still is held up, or moved by a changed policy; it must not stand in front of others."""
    if ticket.attention_at is not None and ticket.attention_at <= now:
        still = attention(ticket, policy)
        until = still if still is None or still > now else _next_look(ticket, policy, now)
        tickets.postpone(session, ticket.number, now=now, until=until, version=ticket.version)


def _next_look(ticket: Ticket, policy: Policy, now: datetime) -> datetime:
    """When what is held up may go on: at the next opening, or once the mailbox has been read.

    Who put a ticket aside is reminded at night as well, if they said so."""
    waits_for_mail = waits_since(ticket) is not None or ended_at(ticket) is not None
    opening = policy.hours_of(ticket).next_opening(now)
    until = now + _LOOK_AGAIN if waits_for_mail else max(opening, now + _LOOK_AGAIN)
    return min(until, ticket.snoozed_until) if ticket.snoozed_until else until


def _postpone(db: Database, number: int, *, now: datetime, until: datetime) -> None:
    with db.change() as session:
        tickets.postpone(session, number, now=now, until=until)


def _warnings(ticket: Ticket, policy: Policy, now: datetime) -> Iterator[Verdict]:
    if not may_speak(policy.hours_of(ticket), now):
        return
    ahead = list(levels_ahead(ticket, policy))
    for clock in read_clocks(ticket, policy, now=now):
        passed = [
            (level, moment) for other, level, moment in ahead if other.goal is clock.goal and moment <= now
        ]
        if passed and clock.due is not None:
            *missed, (level, since) = passed
            yield from (Supersede(clock.goal, clock.cycle, lower) for lower, _ in missed)
            told = level if level <= BREACH else _overdue(clock)
            yield Warn(clock.goal, clock.cycle, told, clock.due, now - since)


def _count(number: int, told: Warn) -> None:
    """Once it is committed: a line for the log, and the figures."""
    late, level = told.late.total_seconds(), str(told.level)
    meters.SLA_NOTICES.labels(told.goal, level if told.level <= BREACH else "over").inc()
    meters.SLA_LATENESS.observe(max(late, 0))
    log.info(
        "warned", extra={"ticket": number, "clock": told.goal, "threshold": level, "late_s": round(late)}
    )


def _overdue(clock: Clock) -> int:
    """The level of a clock that ran out whole working days ago; a pause since then does not count."""
    return BREACH + -clock.left // WORKING_DAY


def _silence(ticket: Ticket, policy: Policy, now: datetime, read_up_to: datetime | None) -> Iterator[Verdict]:
    waiting = waits_since(ticket)
    if waiting is None or read_up_to is None:
        return
    resolves, reminds = waiting.at + policy.silence, waiting.at + policy.reminder
    if now >= resolves:
        if read_up_to >= resolves:
            yield ResolveSilent()
    elif min(now, read_up_to) >= reminds and not was_reminded(ticket, waiting):
        yield Remind(waiting.seq)
