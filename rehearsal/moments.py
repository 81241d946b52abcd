"""Times as a scenario writes them: absolute, counted from the step before, or the next such weekday."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.walltime import shown_once

_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_WORDS = {
    "week": "w",
    "day": "d",
    "hour": "h",
    "hr": "h",
    "min": "m",
    "minute": "m",
    "sec": "s",
    "second": "s",
}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")
_WEEKDAY = re.compile(r"(?:([a-z]{2,9})\.?,?\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
POSSIBLE = "write it like 2026-11-27T16:30, 2026-11-27T15:30:00Z, +2h, +3d or Mon 09:30"


def read(text: str, zone: ZoneInfo, *, since: datetime | None) -> datetime:
    """The moment.  since: from when +2h counts and after which "Mon 09:30" comes; None where nothing was yet.

    Raises ValueError, which says why."""
    said = text.strip()
    relative, weekday = said.startswith("+"), _WEEKDAY.fullmatch(said.lower())
    if not (relative or weekday):
        return _absolute(said, zone)
    if since is None:
        raise ValueError(f"{text!r} counts from something before it, and there is nothing")
    return since + _span(said[1:]) if relative else _next(weekday, since, zone)


def _absolute(text: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time; {POSSIBLE}") from None
    return found if found.tzinfo else shown_once(found, zone)


def _span(text: str) -> timedelta:
    """Time as it passes for everyone: a day has 24 hours."""
    said = text.strip().lower()
    parts = [(float(number), _unit(unit)) for number, unit in _PART.findall(said)]
    if not parts or _PART.sub("", said).strip() or any(unit is None for _, unit in parts):
        raise ValueError(f"'+{text}' is not a span; write it like +90m, +2h, +1h30m or +3d")
    return sum((number * unit for number, unit in parts if unit), timedelta())


def _unit(word: str) -> timedelta | None:
    return _UNITS.get(word) or _UNITS.get(_WORDS.get(word.removesuffix("s"), ""))


def _next(found: re.Match[str] | None, since: datetime, zone: ZoneInfo) -> datetime:
    assert found is not None
    name, hour, minute, second = found.groups()
    weekday = next((index for index, day in enumerate(_DAYS) if name and name.startswith(day)), None)
    if name and weekday is None:
        raise ValueError(f"{name!r} is not a weekday; {POSSIBLE}")
    wall = f"T{int(hour):02}:{minute}:{second or '00'}"
    today = since.astimezone(zone).date()
    for ahead in range(8):
        day: date = today + timedelta(days=ahead)
        if weekday in (None, day.weekday()) and (at := _absolute(f"{day}{wall}", zone)) >= since:
            return at
    raise ValueError(f"there is no such moment within a week of {since}")
