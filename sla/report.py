"""A stretch of time in figures: what came and went, which promises were kept, how long it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from desk.breach import BreachReason, is_breach, reason_of
from desk.event import Event, Kind
from desk.priority import Priority
from desk.reach import EVERYTHING, Reach
from desk.satisfaction import Opinion, opinion_in, ratings_of
from desk.status import OPEN, Status
from desk.ticket import Ticket
from sla.billed import Money, money_of
from sla.clock import Clock, clock_of
from sla.course import ClockState, every_course
from sla.policy import Goal, Policy
from store import tickets as store
from store.database import Database

_BATCH = 500
PROMISED = (Goal.FIRST_RESPONSE, Goal.RECOVERY)
"""What customers are told a date for; a next response is the desk's own promise to itself."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many promises were decided, and how many of those were kept."""

    kept: int
    decided: int

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.kept + other.kept, self.decided + other.decided)

    @property
    def percent(self) -> int | None:
        """Never rounded up to a whole that it is not; None where nothing was decided."""
        return 100 * self.kept // self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long something took, or how old it is.  most: what nine of ten stayed within; longest: the last."""

    count: int
    middle: timedelta
    most: timedelta
    longest: timedelta

    @classmethod
    def of(cls, lengths: Sequence[timedelta]) -> Lengths | None:
        """None where there is nothing to measure."""
        if not lengths:
            return None
        ordered = sorted(lengths)
        return cls(len(ordered), _middle(ordered), ordered[ceil(0.9 * len(ordered)) - 1], ordered[-1])


def _middle(ordered: Sequence[timedelta]) -> timedelta:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What happened from begin up to, not including, end.  client: None for all of them together.

    A promise counts once, in the stretch in which it was decided: kept when its clock stopped in time,
    broken when its due moment passed.  reasons: of the broken ones, None where nobody said why.  times: in
    business time, of the clocks that stopped.  ages: elapsed, of what was open at the end.
    money: of the same stretch.  helped: customers who answered in it, and those who said that it was good.
    """

    client: str | None
    begin: datetime
    end: datetime
    opened: int
    resolved: int
    cancelled: int
    rates: Mapping[tuple[Goal, Priority], Rate]
    reasons: Mapping[BreachReason | None, int]
    times: Mapping[Goal, Lengths | None]
    ages: Lengths | None
    money: Money = field(default_factory=Money)
    helped: Rate = Rate(0, 0)

    def rate(self, goal: Goal) -> Rate:
        """Of all priorities together."""
        return sum((rate for (of, _), rate in self.rates.items() if of is goal), Rate(0, 0))


def report_of(
    db: Database, policy: Policy, *, begin: datetime, end: datetime, now: datetime, reach: Reach = EVERYTHING
) -> list[Figures]:
    """The figures of what is kept there.  reach: of these desks.  Raises Unavailable."""
    return report(_alive(db, begin, end, reach), policy, begin=begin, end=end, now=now)


def _alive(db: Database, begin: datetime, end: datetime, reach: Reach) -> Iterator[Ticket]:
    last = 0
    while True:
        with db.read() as session:
            found = store.alive_after(session, last, begin=begin, end=end, limit=_BATCH, reach=reach)
        if not found:
            return
        yield from found
        last = found[-1].number


def report(
    tickets: Iterable[Ticket], policy: Policy, *, begin: datetime, end: datetime, now: datetime
) -> list[Figures]:
    """The figures of all clients together, then of each in the order of their names.

    tickets: at least those that were open at some moment of the stretch.  end may lie in the future."""
    everybody = _Tally(begin, end, now)
    tallies: dict[str, _Tally] = {}
    for ticket in tickets:
        own = tallies.setdefault(ticket.client, _Tally(begin, end, now))
        promises = list(_promises(ticket, policy, now))
        for tally in (everybody, own):
            tally.add(ticket, promises)
    named = sorted(client for client, tally in tallies.items() if not tally.is_empty)
    return [everybody.figures(None), *(tallies[client].figures(client) for client in named)]


@dataclass
class _Tally:
    begin: datetime
    end: datetime
    now: datetime
    happened: Counter[Kind] = field(default_factory=Counter)
    decided: Counter[tuple[Goal, Priority]] = field(default_factory=Counter)
    kept: Counter[tuple[Goal, Priority]] = field(default_factory=Counter)
    reasons: Counter[BreachReason | None] = field(default_factory=Counter)
    times: dict[Goal, list[timedelta]] = field(default_factory=dict)
    ages: list[timedelta] = field(default_factory=list)
    money: Money = field(default_factory=Money)
    opinions: Counter[Opinion] = field(default_factory=Counter)

    @property
    def is_empty(self) -> bool:
        return not (self.happened or self.decided or self.ages or self.opinions or self.money != Money())

    def add(self, ticket: Ticket, promises: Iterable[tuple[Clock, Priority]]) -> None:
        events = [event for event in ticket.counted if self._within(event.at)]
        self.happened.update({event.kind for event in events} & _COUNTED)
        if _status_at(ticket, self.end) in OPEN:
            self.ages.append(min(self.end, self.now) - ticket.opened_at)
        said = (opinion_in(event) for event in ratings_of(ticket.history) if self._within(event.at))
        self.opinions.update(said)
        self.money += money_of(ticket, begin=self.begin, end=self.end, now=self.now)
        for clock, priority in promises:
            self._judge(ticket, clock, priority)

    def _judge(self, ticket: Ticket, clock: Clock, priority: Priority) -> None:
        if clock.stopped_at and self._within(clock.stopped_at):
            self.times.setdefault(clock.goal, []).append(clock.spent)
        decided = _decided_at(ticket, clock)
        if decided is None or not self._within(decided):
            return
        self.decided[clock.goal, priority] += 1
        if clock.breached:
            self.reasons[_reason(ticket, clock)] += 1
        else:
            self.kept[clock.goal, priority] += 1

    def _within(self, at: datetime) -> bool:
        return self.begin <= at < self.end

    def figures(self, client: str | None) -> Figures:
        return Figures(
            client=client,
            begin=self.begin,
            end=self.end,
            opened=self.happened[Kind.OPENED],
            resolved=self.happened[Kind.RESOLVED],
            cancelled=self.happened[Kind.CANCELLED],
            rates={
                each: Rate(self.kept[each], count) for each, count in sorted(self.decided.items(), key=_place)
            },
            reasons=dict(self.reasons.most_common()),
            times={goal: Lengths.of(self.times.get(goal, ())) for goal in PROMISED},
            ages=Lengths.of(self.ages),
            money=self.money,
            helped=Rate(self.opinions[Opinion.GOOD], self.opinions.total()),
        )


_COUNTED = frozenset({Kind.OPENED, Kind.RESOLVED, Kind.CANCELLED})
_PRIORITIES, _GOALS = tuple(Priority), tuple(Goal)


def _place(entry: tuple[tuple[Goal, Priority], int]) -> tuple[int, int]:
    (goal, priority), _ = entry
    return _GOALS.index(goal), _PRIORITIES.index(priority)


def _promises(ticket: Ticket, policy: Policy, now: datetime) -> Iterator[tuple[Clock, Priority]]:
    """Each promise to the customer that was not called off, with the priority it is judged by."""
    for course in every_course(ticket, policy):
        if course.goal not in PROMISED or course.state is ClockState.VOID:
            continue
        priority = ticket.event(course.until).priority if course.until else ticket.priority
        clock = clock_of(ticket, course, policy, priority, now=now)
        if clock is not None:
            yield clock, priority


def _decided_at(ticket: Ticket, clock: Clock) -> datetime | None:
    if not clock.breached:
        return clock.stopped_at
    assert clock.due is not None
    return max([clock.due, *(event.at for event in ticket.history if _reclassifies(event))])


def _reclassifies(event: Event) -> bool:
    """A priority whose date had passed already when it was given: the promise was broken by giving it."""
    return event.kind is Kind.PRIORITISED and bool(event.detail.get("reclassified"))


def _reason(ticket: Ticket, clock: Clock) -> BreachReason | None:
    told = (event for event in ticket.history if is_breach(event) and _is_of(event, clock))
    first = next(told, None)
    return reason_of(ticket, first) if first else None


def _is_of(event: Event, clock: Clock) -> bool:
    return (event.detail["goal"], event.detail["cycle"]) == (clock.goal, clock.cycle)


def _status_at(ticket: Ticket, at: datetime) -> Status | None:
    """How the ticket stood just before that moment; None before it was opened."""
    return next((event.status for event in reversed(ticket.counted) if event.at < at), None)
