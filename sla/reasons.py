"""The sum of a promised date: when its clock began, on which days it ran, who paused it, what changed it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from desk.event import Event, Kind
from desk.priority import Priority
from desk.status import RUNNING
from desk.ticket import Ticket
from sla.clock import Clock, clock_of
from sla.course import Course, Span, courses_of
from sla.hours import BusinessHours
from sla.policy import Policy
from sla.verdict import Verdict
from sla.walltime import midnight_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ran:
    """Days in a row on which the clock ran (or will run) for the same time each."""

    first: date
    last: date
    each: timedelta

    @property
    def total(self) -> timedelta:
        return self.each * ((self.last - self.first) // _DAY + 1)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stretch in which the clock stood still: who stopped it and how, who set it going again and how.

    until, ended_by, end: None while it still stands.  open_time: how long the desk was open meanwhile."""

    since: datetime
    begun_by: str
    begin: Kind
    until: datetime | None
    ended_by: str | None
    end: Kind | None
    open_time: timedelta

    @property
    def is_pause(self) -> bool:
        """Whether the customer was waited for; else the ticket had ended and was opened again."""
        return self.begin not in (Kind.RESOLVED, Kind.CANCELLED)


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of priority.  reclassified: the date it gave had already passed."""

    at: datetime
    by: str
    before: Priority
    after: Priority
    reclassified: bool


@dataclass(frozen=True, kw_only=True)
class Sum:
    """How one clock of a ticket comes by its date.

    priority: the one it is judged by.  begun_by, begin: who and what set it going.  ran: the days up to its
    date, or up to where it stopped.  closed: days by name that the desk stayed closed although it is open on
    such days of the week.  contract: whose promises these are, "" for everybody's.  sealed: it has ended, and
    is judged by the calendar and contract of its time."""

    clock: Clock
    priority: Priority
    begun_by: str
    begin: Kind
    ran: tuple[Ran, ...]
    stops: tuple[Stop, ...]
    turns: tuple[Turn, ...]
    closed: tuple[tuple[date, str], ...]
    contract: str
    sealed: bool


def sums_of(ticket: Ticket, policy: Policy, *, now: datetime) -> list[Sum]:
    """The sum of each clock of the ticket, in the order of its goals."""
    found = [(course, clock_of(ticket, course, policy, ticket.priority, now=now))
             for course in courses_of(ticket, policy)]  # fmt: skip
    return [_sum(ticket, course, clock, policy, now) for course, clock in found if clock is not None]


def _sum(ticket: Ticket, course: Course, clock: Clock, policy: Policy, now: datetime) -> Sum:
    hours, begun = policy.hours_of(ticket), ticket.event(course.since)
    contract = policy.contract_of(ticket.customer)
    ended = ticket.event(course.until) if course.until else None
    sealed = ended is not None and Verdict.read(ended, course.goal) is not None
    counted = _counted(course.spans, clock, hours, now)
    stops = tuple(_stops(ticket, course, hours, now))
    end = clock.due or counted[-1].end or now
    return Sum(
        clock=clock,
        priority=ended.priority if ended and sealed else ticket.priority,
        begun_by=begun.by.name,
        begin=begun.kind,
        ran=tuple(_in_a_row(_by_day(counted, hours))),
        stops=stops,
        turns=tuple(_turns(ticket, course)),
        closed=tuple(_closed(clock.started_at, max(end, clock.started_at), hours)),
        contract=contract.name if contract else "",
        sealed=sealed,
    )


def _counted(spans: Sequence[Span], clock: Clock, hours: BusinessHours, now: datetime) -> list[Span]:
    """The stretches up to the due moment, or to now where there is none."""
    counted: list[Span] = []
    for span in spans:
        end = span.end or clock.due or now
        if clock.due is not None and end >= clock.due:
            return [*counted, Span(span.start, max(clock.due, span.start))]
        counted.append(Span(span.start, end))
    return counted


def _by_day(spans: Sequence[Span], hours: BusinessHours) -> Iterator[tuple[date, timedelta]]:
    zone, spent = hours.calendar.zone, dict[date, timedelta]()
    for span in spans:
        begin, end = span.start, span.end or span.start
        while begin < end:
            day = begin.astimezone(zone).date()
            tomorrow = min(midnight_of(day + _DAY, zone), end)
            ran = hours.between(begin, tomorrow)
            if ran:
                spent[day] = spent.get(day, timedelta()) + ran
            begin = tomorrow
    yield from sorted(spent.items())


def _in_a_row(days: Iterator[tuple[date, timedelta]]) -> Iterator[Ran]:
    last: Ran | None = None
    for day, ran in days:
        if last and last.last + _DAY == day and last.each == ran:
            last = Ran(last.first, day, ran)
            continue
        if last:
            yield last
        last = Ran(day, day, ran)
    if last:
        yield last


def _stops(ticket: Ticket, course: Course, hours: BusinessHours, now: datetime) -> Iterator[Stop]:
    """Where it stood still between two stretches, or stands still now."""
    turning = _turning(ticket)
    for number, span in enumerate(course.spans):
        if span.end is None or (number + 1 == len(course.spans) and course.until is not None):
            return
        following = course.spans[number + 1] if number + 1 < len(course.spans) else None
        begun, ended = turning[2 * number], turning[2 * number + 1] if following else None
        until = following.start if following else None
        yield Stop(
            since=span.end,
            begun_by=begun.by.name,
            begin=begun.kind,
            until=until,
            ended_by=ended.by.name if ended else None,
            end=ended.kind if ended else None,
            open_time=hours.between(span.end, max(until or now, span.end)),
        )


def _turning(ticket: Ticket) -> list[Event]:
    """The events that stopped the recovery clock and set it going again, in turn."""
    return [
        event
        for earlier, event in pairwise(ticket.counted)
        if (event.status in RUNNING) is not (earlier.status in RUNNING)
    ]


def _turns(ticket: Ticket, course: Course) -> Iterator[Turn]:
    """The changes of priority that this clock lived to see; what came after its end does not touch it."""
    for event in ticket.history:
        if event.kind is Kind.PRIORITISED and event.seq < (course.until or event.seq + 1):
            yield Turn(
                at=event.at,
                by=event.by.name,
                before=Priority(event.detail["before"]),
                after=event.priority,
                reclassified=bool(event.detail.get("reclassified")),
            )


def _closed(begin: datetime, end: datetime, hours: BusinessHours) -> Iterator[tuple[date, str]]:
    zone = hours.calendar.zone
    first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    for year in range(first.year, last.year + 1):
        for day, name in hours.closed_days(year).items():
            if first <= day <= last and hours.calendar.week.days[day.weekday()]:
                yield day, name
