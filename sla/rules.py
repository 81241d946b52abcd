"""Rules for days, as RFC 5545 text: every 24 December, the Friday before Easter, each last Wednesday."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from dateutil.rrule import rrulestr

FIRST_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - a date
"""Where rules count from that do not say so themselves (DTSTART): they name no day before it."""

_CENTURY = 100
_NOT_FROM_DAY_TO_DAY = re.compile(r"INTERVAL=0+(\D|$)|FREQ=(HOUR|MINUTE|SECOND)LY", re.IGNORECASE)


def days_in(year: int, text: str) -> tuple[date, ...]:
    """The days of that year that the rule names, in order.  Raises ValueError, as check does."""
    return _by_year(text, year - year % _CENTURY + _CENTURY).get(year, ())


def check(text: str) -> None:
    """Raise ValueError, which says why, for text that is no rule for days or names none in this century."""
    if not _by_year(text, FIRST_DAY.year + _CENTURY):
        raise ValueError(f"{text!r} names no day")


# Remembered, for a rule has to be read from its beginning whichever year is asked for.
@lru_cache(maxsize=256)
def _by_year(text: str, until: int) -> Mapping[int, tuple[date, ...]]:
    if _NOT_FROM_DAY_TO_DAY.search(text):
        raise ValueError(f"{text!r} does not go from day to day")  # INTERVAL=0 would never end
    found: dict[int, dict[date, None]] = defaultdict(dict)
    try:
        for moment in rrulestr(text, dtstart=FIRST_DAY):
            if moment.tzinfo:
                raise ValueError("it names a zone")
            if moment.year >= until:
                break
            found[moment.year][moment.date()] = None
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        detail = f" ({error})" if "=" in text else ""
        raise ValueError(f"{text!r} is not an RRULE for days without a zone{detail}") from error
    return {year: tuple(days) for year, days in found.items()}
