"""Business time: how long the desk was open between two moments, and when a span of open time is used up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, chain
from operator import attrgetter

from sla.calendar import Calendar, days_of, since_midnight
from sla.walltime import Period, midnight_of, periods_of

FIRST_YEAR, LAST_YEAR = 1900, 2299
"""How far calendars reach."""

_ZERO, _DAY = timedelta(), timedelta(days=1)
_CLOSES = attrgetter("closes")
_BEGINNING = datetime(FIRST_YEAR - 2, 1, 1, tzinfo=UTC)


class BusinessHours:
    """When the desk is staffed: a lazy sequence of periods, folded.

    The desk is open whenever the clock on its wall shows a time within its week, also in the nights in which
    clocks change.  Moments go in aware and come out in UTC, exact to the microsecond.  Raises ValueError for
    naive moments, and beyond FIRST_YEAR to LAST_YEAR.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._week = [since_midnight(times) for times in calendar.week.days]
        self._years: dict[int, list[Period]] = {}
        self._table = _Table([], range(0))

    def between(self, a: datetime, b: datetime) -> timedelta:
        """How long the desk is open from a to b; negative where b comes before a."""
        a, b = a if a.tzinfo is UTC else _utc(a), b if b.tzinfo is UTC else _utc(b)
        table = self._table
        if not (table.since <= a < table.until and table.since <= b < table.until):
            table = self._reach(min(a, b), max(a, b))
        return table.spent(b) - table.spent(a)

    def after(self, t: datetime, span: timedelta) -> datetime:
        """The earliest instant at which the desk has been open for span since t.

        A span that ends exactly at closing time ends then, not at the next opening.  Raises ValueError for a
        negative span."""
        t = t if t.tzinfo is UTC else _utc(t)
        table = self._table
        if not table.since <= t < table.until:
            table = self._reach(t, t)
        if span <= _ZERO:
            return _no_time_after(t, span)
        total = table.spent(t) + span
        while total > table.upto[-1]:
            table = self._grow(table)
            total = table.spent(t) + span
        return table.used_up(total)

    def is_open(self, t: datetime) -> bool:
        """Whether the desk is staffed at t; at closing time it no longer is."""
        return self._next_period(t).opens <= t

    def next_opening(self, t: datetime) -> datetime:
        """The earliest moment from t on at which the desk is open: t itself when it is."""
        return max(_utc(t), self._next_period(t).opens)

    def next_working_day(self, t: datetime) -> datetime:
        """When the desk is first open on a later date than t's, by the calendar on its wall."""
        zone = self.calendar.zone
        return self.next_opening(midnight_of(t.astimezone(zone).date() + _DAY, zone))

    def periods(self, from_: datetime) -> Iterator[Period]:
        """All periods from that moment on, beginning with the one it lies in."""
        from_ = _utc(from_)
        for year in range(_checked(from_.year) - 1, LAST_YEAR + 2):
            periods = self._year(year)
            for n in range(bisect_right(periods, from_, key=_CLOSES), len(periods)):
                yield periods[n]

    def closed_days(self, year: int) -> dict[date, str]:
        """The days of that year on which the desk stays closed, with their names."""
        return self.calendar.closed_days(year)

    def _next_period(self, t: datetime) -> Period:
        for period in self.periods(t):
            return period
        raise ValueError(f"this calendar has no open hour after {t}")

    # The table of cumulative open time.  Threads share it: a table never changes once it is made, and when
    # two threads make a larger one at the same moment, either will do.

    def _reach(self, a: datetime, b: datetime) -> _Table:
        return self._tabulate(_checked(a.year) - 1, _checked(b.year) + 2)

    def _grow(self, table: _Table) -> _Table:
        first, last = table.years[0], table.years[-1]
        if last > LAST_YEAR:
            raise ValueError(f"this span of open time ends after the year {LAST_YEAR}")
        return self._tabulate(first, last + 1)

    def _tabulate(self, first: int, last: int) -> _Table:
        known = self._table.years
        if known:  # twice as far each time, so that questions that wander off seldom meet an end
            first = known[0] if first >= known[0] else min(first, known[0] - len(known))
            last = known[-1] if last <= known[-1] else max(last, known[-1] + len(known))
        years = range(max(first, FIRST_YEAR - 1), min(last, LAST_YEAR + 1) + 1)
        self._table = table = _Table([self._year(year) for year in years], years)
        return table

    def _year(self, year: int) -> list[Period]:
        if year not in self._years:
            # Sorted, for clocks that go back over midnight show the end of one day after the next has begun.
            self._years[year] = sorted(chain.from_iterable(self._days(year)))
        return self._years[year]

    def _days(self, year: int) -> Iterator[list[Period]]:
        calendar, week = self.calendar, self._week
        closed, short = calendar.closed_days(year), calendar.short_days(year)
        for day in days_of(year):
            if day in short:
                yield periods_of(day, since_midnight(short[day]), calendar.zone)
            elif day not in closed:
                yield periods_of(day, week[day.weekday()], calendar.zone)


class _Table:
    """Periods of some years in order, with the open time up to the end of each.  Good from since to until."""

    __slots__ = ("closes", "opens", "since", "until", "upto", "years")

    def __init__(self, periods: Sequence[Sequence[Period]], years: range) -> None:
        # The first entry is empty, so that every moment has an entry before it.
        first = Period(_BEGINNING, _BEGINNING)
        every = [first, *chain.from_iterable(periods)]
        self.years = years
        self.opens = [period.opens for period in every]
        self.closes = [period.closes for period in every]
        self.upto = list(accumulate(period.closes - period.opens for period in every))
        # A local year begins and ends up to a day away from the UTC year.
        self.since = datetime(years[0], 1, 2, tzinfo=UTC) if years else _BEGINNING
        self.until = datetime(years[-1], 12, 31, tzinfo=UTC) if years else _BEGINNING

    def spent(self, t: datetime) -> timedelta:
        """Open time from the table's beginning to t."""
        n = bisect_right(self.opens, t) - 1
        closes = self.closes[n]
        return self.upto[n] if t >= closes else self.upto[n] - (closes - t)

    def used_up(self, total: timedelta) -> datetime:
        """The earliest instant with that much open time before it."""
        n = bisect_left(self.upto, total)
        return self.closes[n] - (self.upto[n] - total)


def _utc(t: datetime) -> datetime:
    if t.tzinfo is None:
        raise ValueError(f"a moment needs a zone: {t}")
    return t.astimezone(UTC)


def _no_time_after(t: datetime, span: timedelta) -> datetime:
    if span < _ZERO:
        raise ValueError(f"a span of open time cannot be negative: {span}")
    return t


def _checked(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"business time is known from the year {FIRST_YEAR} to {LAST_YEAR}, not for {year}")
    return year
