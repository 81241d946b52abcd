"""What a desk says about its hours: the week in wall time, and the days that are different."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

from sla import rules

Times = tuple[tuple[time, time], ...]
"""Opening and closing times of one day, in order.  Closing at 00:00 means the end of that day."""

GOOD_FRIDAY = "FREQ=YEARLY;BYEASTER=-2"
"""By rule, for a holiday's name differs between versions of a library."""

OWN_CLOSED_DAY = "closed by the desk"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NINE_TO_FIVE: Times = ((time(9), time(17)),)
_DAY = timedelta(days=1)
_LEAP_CYCLE, _CENTURY = range(2024, 2028), range(2024, 2124)


@dataclass(frozen=True, slots=True)
class Week:
    """When the desk is staffed in an ordinary week.

    Raises ValueError for periods that overlap, are out of order, or end before they begin."""

    mon: Times = _NINE_TO_FIVE
    tue: Times = _NINE_TO_FIVE
    wed: Times = _NINE_TO_FIVE
    thu: Times = _NINE_TO_FIVE
    fri: Times = _NINE_TO_FIVE
    sat: Times = ()
    sun: Times = ()

    def __post_init__(self) -> None:
        for times in self.days:
            _check_times(times)

    @property
    def days(self) -> tuple[Times, ...]:
        """Monday to Sunday, as date.weekday() counts."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A week, and the days that are different.

    country and subdivision name the public holidays (country "" for none); remove lists those worked all the
    same, by date or RRULE text; add and rules are more closed days, and both win over a rule in remove.
    half_days have hours of their own, by date or RRULE text: a date beats a rule, the first of two rules the
    second, and a rule opens no day that is closed.  Raises ValueError, saying what is wrong, for whatever
    contradicts itself, for a country nobody knows, for text that is no RRULE, and where no open hour is left.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Amsterdam"))
    week: Week = field(default_factory=Week)
    country: str = "NL"
    subdivision: str = ""
    add: tuple[date, ...] = ()
    remove: tuple[date | str, ...] = (GOOD_FRIDAY,)
    rules: tuple[str, ...] = ()
    half_days: tuple[tuple[date | str, Times], ...] = ()

    def __post_init__(self) -> None:
        for text in (*self.rules, *_texts(self.remove), *_texts(on for on, _ in self.half_days)):
            rules.check(text)
        for day in self.add:
            if day in self.remove:
                raise ValueError(f"{day} is added to the closed days and removed from them")
        self._check_open_hours()
        self._check_half_days()

    def closed_days(self, year: int) -> dict[date, str]:
        """The days of that year on which the desk stays closed, with their names, in order."""
        worked = set(_dates(self.remove, year))
        public = {day: name for day, name in self._public_holidays(year).items() if day not in worked}
        ruled = {day: f"{OWN_CLOSED_DAY} ({text})" for text in self.rules for day in _dates((text,), year)}
        added = dict.fromkeys(_dates(self.add, year), OWN_CLOSED_DAY)
        return dict(sorted({**ruled, **added, **public}.items()))

    def worked_holidays(self, year: int) -> dict[date, str]:
        """The public holidays of that year on which the desk works all the same, with their names."""
        closed = self.closed_days(year)
        return {day: name for day, name in self._public_holidays(year).items() if day not in closed}

    def short_days(self, year: int) -> dict[date, Times]:
        """The open days of that year that have hours of their own, in order."""
        closed, found = self.closed_days(year), dict[date, Times]()
        for on, times in sorted(self.half_days, key=lambda half: isinstance(half[0], str)):
            for day in _dates((on,), year):
                found.setdefault(day, times)
        return {day: found[day] for day in sorted(found) if day not in closed and self._is_weekday_open(day)}

    def _public_holidays(self, year: int) -> dict[date, str]:
        return _public_holidays(self.country, self.subdivision, year) if self.country else {}

    def _is_weekday_open(self, day: date) -> bool:
        return bool(self.week.days[day.weekday()])

    def _check_open_hours(self) -> None:
        if not any(self.week.days):
            raise ValueError("this calendar has no open hour: open the desk on some day of the week")
        # Holidays come round; only the desk's own days can close a year that the next ones do not tell of.
        for year in _CENTURY if self.rules or self.add else _LEAP_CYCLE:
            closed = self.closed_days(year)
            if all(day in closed or not self._is_weekday_open(day) for day in days_of(year)):
                raise ValueError(
                    f"this calendar has no open hour in {year}: its closed days cover every open day"
                )

    def _check_half_days(self) -> None:
        seen: set[date | str] = set()
        for on, times in self.half_days:
            if not times:
                raise ValueError(f"the half day {on} has no hours: make it a closed day")
            if on in seen:
                raise ValueError(f"the half day {on} is given twice")
            seen.add(on)
            _check_times(times)
            self._check_half_day(on)

    def _check_half_day(self, on: date | str) -> None:
        if isinstance(on, str):
            if not any(set(_dates((on,), year)) & self.short_days(year).keys() for year in _CENTURY):
                raise ValueError(f"the half days {on} fall on closed days only")
        elif name := self.closed_days(on.year).get(on):
            raise ValueError(f"the half day {on} is closed: {name}")
        elif not self._is_weekday_open(on):
            raise ValueError(f"the half day {on} is a {WEEKDAYS[on.weekday()]}, when the desk is closed")


def days_of(year: int) -> Iterator[date]:
    """Every day of that year, in order."""
    first, next_year = date(year, 1, 1), date(year + 1, 1, 1)
    return (first + n * _DAY for n in range((next_year - first).days))


def since_midnight(times: Times) -> list[tuple[timedelta, timedelta]]:
    """Opening and closing as the time that clocks show since midnight, so that 24:00 exists."""
    return [(_shown(opens), _shown(closes) or _DAY) for opens, closes in times]


def _shown(moment: time) -> timedelta:
    return timedelta(
        hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )


def _check_times(times: Times) -> None:
    for opens, closes in since_midnight(times):
        if opens >= closes:
            raise ValueError(f"a period that begins at {opens} ends at {closes}")
    for (_, closes), (opens, _) in pairwise(since_midnight(times)):
        if opens < closes:
            raise ValueError(f"a period begins at {opens}, before the one in front of it ends ({closes})")


def _texts(entries: Iterable[date | str]) -> Iterator[str]:
    return (entry for entry in entries if isinstance(entry, str))


def _dates(entries: Iterable[date | str], year: int) -> Iterator[date]:
    for entry in entries:
        if isinstance(entry, str):
            yield from rules.days_in(year, entry)
        elif entry.year == year:
            yield entry


# Remembered, for contracts mostly share their country, and a calendar is looked at more than once.
@lru_cache(maxsize=1024)
def _public_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    try:
        # Without a language the names would follow the locale of the process.
        language = holidays.country_holidays(country, subdivision or None).default_language
        found = holidays.country_holidays(country, subdivision or None, year, language=language)
    except NotImplementedError as error:
        name = f"{country} {subdivision}".strip()
        raise ValueError(f"no public holidays are known for {name!r}") from error
    return {day: name for day, name in found.items() if day.year == year}
