"""Business time on calendars of every kind, against a second desk that only knows to look at its wall clock.

The second desk shares no code with sla/: it steps through minutes and asks for each whether it is open."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar import Calendar, Times, Week
from sla.hours import BusinessHours
from sla.walltime import Period
from tests.whole import examples

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
YEARS = range(2010, 2031)
ZONES = (
    "Europe/Amsterdam",
    "America/Havana",  # no midnight on the day on which summer begins
    "Africa/Cairo",  # the same, on a working day
    "Asia/Beirut",
    "America/Santiago",  # southern: the year begins in summer
    "America/Asuncion",
    "Australia/Lord_Howe",  # clocks change by half an hour
    "America/St_Johns",  # went back at 00:01, to the day before
    "Pacific/Chatham",  # 12:45 from UTC, changes at 02:45
    "Pacific/Apia",  # had no 30 December 2011
    "Antarctica/Troll",  # clocks change by two hours
    "Africa/Casablanca",  # winter time in Ramadan
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "UTC",
)
Stretches = tuple[tuple[int, int], ...]
"""From and to, in minutes since midnight."""


@dataclass(frozen=True)
class Wall:
    """A desk as somebody standing in front of it sees it."""

    zone: str
    week: tuple[Stretches, ...]
    closed: frozenset[date] = frozenset()
    closed_yearly: frozenset[tuple[int, int]] = frozenset()
    short: Mapping[date, Stretches] = field(default_factory=dict)
    short_weekly: Mapping[int, Stretches] = field(default_factory=dict)

    def is_open(self, t: datetime) -> bool:
        shown = t.astimezone(ZoneInfo(self.zone))
        day, minute = shown.date(), shown.hour * 60 + shown.minute
        usual = self.week[day.weekday()]
        if not usual or day in self.closed or (day.month, day.day) in self.closed_yearly:
            return False
        stretches = self.short.get(day) or self.short_weekly.get(day.weekday()) or usual
        return any(begins <= minute < ends for begins, ends in stretches)

    def between(self, a: datetime, b: datetime) -> timedelta:
        found, minute = timedelta(), a.replace(second=0, microsecond=0)
        while minute < b:
            if self.is_open(minute):
                found += min(b, minute + MINUTE) - max(a, minute)
            minute += MINUTE
        return found

    def after(self, t: datetime, span: timedelta) -> datetime:
        minute = t.replace(second=0, microsecond=0)
        while True:
            begins, ends = max(t, minute), minute + MINUTE
            if self.is_open(minute):
                if span <= ends - begins:
                    return begins + span
                span -= ends - begins
            minute = ends

    def hours(self) -> BusinessHours:
        """The same desk, in the words of sla/."""
        halves: list[tuple[date | str, Times]] = [(day, _times(each)) for day, each in self.short.items()]
        halves += [(f"FREQ=WEEKLY;BYDAY={DAYS[n]}", _times(each)) for n, each in self.short_weekly.items()]
        return BusinessHours(
            Calendar(
                zone=ZoneInfo(self.zone),
                week=Week(*map(_times, self.week)),
                country="",
                remove=(),
                add=tuple(self.closed),
                rules=tuple(f"FREQ=YEARLY;BYMONTH={m};BYMONTHDAY={d}" for m, d in self.closed_yearly),
                half_days=tuple(halves),
            )
        )


DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WHOLE_DAY: Stretches = ((0, 1440),)
WITH_LUNCH: Stretches = ((9 * 60, 12 * 60 + 30), (13 * 60, 17 * 60))
THROUGH_THE_NIGHT: Stretches = ((0, 6 * 60), (22 * 60, 1440))


@st.composite
def some_stretches(draw: st.DrawFn) -> Stretches:
    """Any open hours of one day, to the minute."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=8)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


stretches = st.one_of(
    st.sampled_from([WHOLE_DAY, WITH_LUNCH, THROUGH_THE_NIGHT]), st.just(()), some_stretches()
)
open_stretches = st.one_of(st.sampled_from([WHOLE_DAY, WITH_LUNCH, THROUGH_THE_NIGHT]), some_stretches())


@lru_cache
def changes(zone: str) -> list[date]:
    """The days on whose beginning the clocks of a zone differ from the next day's; else any day."""
    days = [date(YEARS.start, 1, 1) + n * DAY for n in range(365 * len(YEARS))]
    offsets = [datetime.combine(day, time(), UTC).astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return [day for day, (a, b) in zip(days, pairwise(offsets), strict=False) if a != b] or days


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Wall, datetime]:
    """A desk, and a moment to the microsecond, mostly near a day on which something is different there."""
    zone = draw(st.sampled_from(ZONES))
    near = draw(st.one_of(st.sampled_from(changes(zone)), st.dates(date(2010, 1, 3), date(2030, 12, 1))))
    around = [near + n * DAY for n in range(-3, 10)]
    week = draw(st.one_of(st.tuples(*[stretches] * 6, open_stretches), st.just((WHOLE_DAY,) * 7)))
    closed = draw(st.sets(st.sampled_from(around), max_size=3))
    yearly = draw(st.sets(st.sampled_from([(each.month, each.day) for each in around]), max_size=2))
    worked = [
        day
        for day in around
        if week[day.weekday()] and day not in closed and (day.month, day.day) not in yearly
    ]
    short = draw(st.dictionaries(st.sampled_from(worked), open_stretches, max_size=3)) if worked else {}
    weekly = draw(st.dictionaries(st.just(6), open_stretches, max_size=1))
    wall = Wall(zone, week, frozenset(closed), frozenset(yearly), short, weekly)
    moment = datetime.combine(near, time(), UTC) + draw(st.integers(-2 * 1440, 2 * 1440)) * MINUTE
    return wall, moment + draw(st.one_of(st.just(timedelta()), st.timedeltas(timedelta(), MINUTE)))


steadily = settings(deadline=None, max_examples=examples(60))  # a busy machine is no reason to fail
lengths = st.timedeltas(timedelta(), timedelta(days=3))


@steadily
@given(scenes(), lengths)
def test_open_time_is_what_stepping_through_the_minutes_finds(
    scene: tuple[Wall, datetime], length: timedelta
) -> None:
    wall, t = scene
    assert wall.hours().between(t, t + length) == wall.between(t, t + length)


@steadily
@given(scenes(), st.timedeltas(timedelta.resolution, timedelta(hours=12)))
def test_a_span_is_used_up_when_stepping_through_the_minutes_uses_it_up(
    scene: tuple[Wall, datetime], span: timedelta
) -> None:
    wall, t = scene
    assert wall.hours().after(t, span) == wall.after(t, span)


@steadily
@given(scenes())
def test_the_desk_is_open_when_the_clock_on_its_wall_says_so(scene: tuple[Wall, datetime]) -> None:
    wall, t = scene
    desk = wall.hours()
    assert desk.is_open(t) is wall.is_open(t)
    opening = desk.next_opening(t)
    assert wall.is_open(opening)
    assert desk.between(t, opening) == timedelta()


@steadily
@given(scenes(), lengths, lengths)
def test_on_any_calendar_open_time_adds_up_and_never_runs_backwards(
    scene: tuple[Wall, datetime], first: timedelta, second: timedelta
) -> None:
    wall, a = scene
    desk, b, c = wall.hours(), a + first, a + first + second
    assert desk.between(a, a) == timedelta()
    assert desk.between(a, b) + desk.between(b, c) == desk.between(a, c)
    assert timedelta() <= desk.between(a, b) <= desk.between(a, c) <= c - a
    assert desk.between(c, a) == -desk.between(a, c)


@steadily
@given(scenes(), st.timedeltas(timedelta.resolution, timedelta(hours=400)), lengths)
def test_on_any_calendar_after_is_the_least_inverse_of_between_and_grows_with_both(
    scene: tuple[Wall, datetime], span: timedelta, more: timedelta
) -> None:
    wall, t = scene
    desk = wall.hours()
    due = desk.after(t, span)
    assert desk.between(t, due) == span
    assert desk.between(t, due - timedelta.resolution) == span - timedelta.resolution, (
        "no earlier moment will do"
    )
    assert due <= desk.after(t, span + more) == desk.after(due, more)
    assert due <= desk.after(t + more, span)


@steadily
@given(scenes())
def test_periods_are_apart_and_in_order_and_hold_all_open_time(scene: tuple[Wall, datetime]) -> None:
    wall, t = scene
    desk, until = wall.hours(), t + 14 * DAY
    found = list(_before(until, desk, t))
    assert all(period.opens < period.closes for period in found)
    assert all(first.closes <= second.opens for first, second in pairwise(found))
    inside = sum((min(until, p.closes) - max(t, p.opens) for p in found), timedelta())
    assert inside == desk.between(t, until)


@pytest.mark.parametrize("zone", ZONES)
def test_round_the_clock_time_is_time_wherever_the_desk_stands(zone: str) -> None:
    desk = Wall(zone, (WHOLE_DAY,) * 7).hours()
    for day in changes(zone)[:60]:
        t = datetime.combine(day, time(), UTC) - 2 * DAY
        for hours in range(1, 96, 7):
            assert desk.after(t, timedelta(hours=hours)) == t + timedelta(hours=hours)
            assert desk.between(t, t + timedelta(hours=hours)) == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ZONES)
def test_every_change_of_the_clocks_in_twenty_years_is_counted_as_stepping_counts_it(zone: str) -> None:
    wall = Wall(zone, (THROUGH_THE_NIGHT,) * 5 + (WHOLE_DAY, WITH_LUNCH))
    desk = wall.hours()
    for day in changes(zone)[:48]:
        begins = datetime.combine(day, time(), UTC) - timedelta(hours=18)
        ends = begins + timedelta(hours=60)
        assert desk.between(begins, ends) == wall.between(begins, ends), day


def _before(until: datetime, desk: BusinessHours, t: datetime) -> Iterator[Period]:
    for period in desk.periods(t):
        if period.opens >= until:
            return
        yield period


def _times(stretches: Stretches) -> Times:
    return tuple((_clock(begins), _clock(ends)) for begins, ends in stretches)


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
