"""What a desk says about its hours: the week in wall time, and the days on which it stays closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import rrulestr

Times = tuple[tuple[time, time], ...]
"""Opening and closing times of one day, in order.  Closing at 00:00 means the end of that day."""

GOOD_FRIDAY = "FREQ=YEARLY;BYEASTER=-2"
"""By rule, for a holiday's name differs between versions of a library."""

OWN_CLOSED_DAY = "closed by the desk"
_NINE_TO_FIVE: Times = ((time(9), time(17)),)
_DAY = timedelta(days=1)
_DEFAULT_START = datetime(2000, 1, 1)  # noqa: DTZ001 - a date: RRULE text without DTSTART counts from here
_FINER_THAN_A_DAY = re.compile(r"FREQ=(HOURLY|MINUTELY|SECONDLY)", re.IGNORECASE)


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
            for opens, closes in since_midnight(times):
                if opens >= closes:
                    raise ValueError(f"a period that begins at {opens} ends at {closes}")
            for (_, closes), (opens, _) in pairwise(since_midnight(times)):
                if opens < closes:
                    raise ValueError(
                        f"a period begins at {opens}, before the one in front of it ends ({closes})"
                    )

    @property
    def days(self) -> tuple[Times, ...]:
        """Monday to Sunday, as date.weekday() counts."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A week, and the days that are different.

    country and subdivision name the public holidays (country "" for none); remove lists those worked all the
    same, by date or RRULE text; add and rules are more closed days, and win over remove.  Raises ValueError,
    saying what is wrong, for a country nobody knows and for text that is no RRULE.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Amsterdam"))
    week: Week = field(default_factory=Week)
    country: str = "NL"
    subdivision: str = ""
    add: tuple[date, ...] = ()
    remove: tuple[date | str, ...] = (GOOD_FRIDAY,)
    rules: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not any(self.week.days):
            raise ValueError("this calendar has no open hour: open the desk on some day of the week")
        self._public_holidays(_DEFAULT_START.year)
        for text in (*self.rules, *(each for each in self.remove if isinstance(each, str))):
            if next(_days(text, range(_DEFAULT_START.year, _DEFAULT_START.year + 100)), None) is None:
                raise ValueError(f"{text!r} names no day")

    def closed_days(self, year: int) -> dict[date, str]:
        """The days of that year on which the desk stays closed, with their names, in order."""
        worked = set(_dates(self.remove, year))
        public = {day: name for day, name in self._public_holidays(year).items() if day not in worked}
        own = dict.fromkeys(_dates((*self.add, *self.rules), year), OWN_CLOSED_DAY)
        return dict(sorted({**own, **public}.items()))

    def _public_holidays(self, year: int) -> dict[date, str]:
        if not self.country:
            return {}
        subdivision = self.subdivision or None
        try:
            # Without a language the names would follow the locale of the process.
            language = holidays.country_holidays(self.country, subdivision).default_language
            found = holidays.country_holidays(self.country, subdivision, year, language=language)
        except NotImplementedError as error:
            name = f"{self.country} {self.subdivision}".strip()
            raise ValueError(f"no public holidays are known for {name!r}") from error
        return {day: name for day, name in found.items() if day.year == year}


def since_midnight(times: Times) -> list[tuple[timedelta, timedelta]]:
    """Opening and closing as the time that clocks show since midnight, so that 24:00 exists."""
    return [(_shown(opens), _shown(closes) or _DAY) for opens, closes in times]


def _shown(moment: time) -> timedelta:
    return timedelta(
        hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )


def _dates(entries: tuple[date | str, ...], year: int) -> Iterator[date]:
    for entry in entries:
        if isinstance(entry, str):
            yield from _days(entry, range(year, year + 1))
        elif entry.year == year:
            yield entry


def _days(text: str, years: range) -> Iterator[date]:
    if _FINER_THAN_A_DAY.search(text):
        raise ValueError(f"{text!r} repeats within a day; a closed day is a whole one")
    try:
        rule = rrulestr(text, dtstart=_DEFAULT_START)
        first, last = datetime(years.start, 1, 1), datetime(years.stop - 1, 12, 31, 23, 59)  # noqa: DTZ001
        for moment in rule.xafter(first, inc=True):
            if moment > last:
                return
            yield moment.date()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{text!r} is not RFC 5545 text for days without a zone: {error}") from error
