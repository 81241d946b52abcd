"""Wall time made into moments: when a desk is open on a day, also on the days on which clocks change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

_ZERO, _SECOND, _HOUR, _DAY = timedelta(), timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


class Period(NamedTuple):
    """A stretch of time when the desk is staffed, in UTC: from opens up to, not including, closes."""

    opens: datetime
    closes: datetime


def periods_of(day: date, times: Sequence[tuple[timedelta, timedelta]], zone: ZoneInfo) -> list[Period]:
    """When the wall clock shows that day and a time within times (counted from midnight), in order."""
    if not times:
        return []
    midnight, offset = datetime.combine(day, time(), UTC), _offset(day, zone)
    if offset != _offset(day + _DAY, zone, fold=1):
        return list(_joined(_on_day_of_change(midnight, times, zone)))
    return [Period(midnight - offset + opens, midnight - offset + closes) for opens, closes in times]


def midnight_of(day: date, zone: ZoneInfo) -> datetime:
    """When that day begins on the wall clock."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def shown_once(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which clocks of that zone show this.

    Raises ValueError, which says why, where they never show it or show it twice."""
    first, second = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    shown = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    often = "twice" if shown == wall else "never"
    raise ValueError(f"clocks in {zone} show {wall} {often}; write the time with its offset, like +01:00")


def _on_day_of_change(
    midnight: datetime, times: Sequence[tuple[timedelta, timedelta]], zone: ZoneInfo
) -> Iterator[Period]:
    # Between two changes wall time is UTC plus a constant, so each stretch is cut out by itself.  An hour
    # that is shown twice counts twice, one that is never shown does not count.
    for begin, end in pairwise(_changes(midnight - _DAY, midnight + 2 * _DAY, zone)):
        shown = midnight - _offset_at(begin, zone)
        for opens, closes in times:
            period = Period(max(begin, shown + opens), min(end, shown + closes))
            if period.opens < period.closes:
                yield period


def _joined(periods: Iterator[Period]) -> Iterator[Period]:
    last = next(periods, None)
    if last is None:
        return
    for period in periods:
        if last.closes == period.opens:
            last = Period(last.opens, period.closes)
        else:
            yield last
            last = period
    yield last


def _changes(begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    yield begin
    hours = [begin + n * _HOUR for n in range((end - begin) // _HOUR + 1)]
    for early, late in pairwise(hours):
        if _offset_at(early, zone) != _offset_at(late, zone):
            yield _change_between(early, zone)
    yield end


def _change_between(early: datetime, zone: ZoneInfo) -> datetime:
    offset = _offset_at(early, zone)
    seconds = bisect_left(
        range(_HOUR // _SECOND), True, key=lambda n: _offset_at(early + n * _SECOND, zone) != offset
    )
    return early + seconds * _SECOND


def _offset(day: date, zone: ZoneInfo, *, fold: int = 0) -> timedelta:
    """The zone's offset at midnight; fold=1: when clocks show midnight for the second time, if they do."""
    return datetime.combine(day, time(fold=fold), zone).utcoffset() or _ZERO


def _offset_at(t: datetime, zone: ZoneInfo) -> timedelta:
    return t.astimezone(zone).utcoffset() or _ZERO
