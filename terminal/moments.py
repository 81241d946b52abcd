"""Times and spans as people type them in a terminal, and as they read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

WORKING_DAY = timedelta(hours=8)
_HOUR, _MINUTE, _SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
_MICROSECOND = timedelta.resolution
_UNITS = (WORKING_DAY, _HOUR, _MINUTE, _SECOND)
_SPAN = re.compile(r"(?=.)" + r"\s*".join(rf"(?:(\d+(?:\.\d+)?){unit})?" for unit in ("d", "h", "m", "s")))
_HALF_PAST = re.compile(r"(?<=h)(\d{1,2})$")
_FINER_THAN_KEPT = re.compile(r"[.,]\d{7}")


def moment(text: str, zone: ZoneInfo) -> datetime:
    """ISO 8601 text; wall time of that zone where it names none.  Raises ValueError, which says why."""
    from sla.walltime import shown_once

    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time; write it like 2026-11-27T16:30 or ...T15:30:00Z") from None
    if len(text) > len("2026-11-27T16:30:00.123456Z") and _FINER_THAN_KEPT.search(text):
        raise ValueError(f"{text!r} is finer than a microsecond")
    return read if read.tzinfo else shown_once(read, zone)


def span(text: str) -> timedelta:
    """A span like 8h, 1h30, 90m, 45s or 2d (working days of 8 hours).  Raises ValueError, which says why."""
    found = _SPAN.fullmatch(_HALF_PAST.sub(r"\1m", text.strip()))
    if not found:
        raise ValueError(f"{text!r} is not a span; write it like 8h, 1h30, 90m or 2d")
    given = zip(found.groups(), _UNITS, strict=True)
    parts = [Decimal(number) * (unit // _MICROSECOND) for number, unit in given if number]
    total = sum(parts, Decimal())
    if total != int(total):
        raise ValueError(f"{text!r} is finer than a microsecond")
    try:
        return int(total) * _MICROSECOND
    except OverflowError:
        raise ValueError(f"{text!r} is longer than any calendar") from None


def in_words(length: timedelta) -> str:
    """8 h 30 min 2.5 s."""
    if length < timedelta():
        return f"-{in_words(-length)}"
    hours, rest = divmod(length, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    parts = [f"{hours:,} h" if hours else "", f"{minutes} min" if minutes else "", _seconds(rest)]
    return " ".join(filter(None, parts)) or "0 min"


def exactly(length: timedelta) -> str:
    """510 minutes, or 30602.5 seconds where it is not minutes."""
    minutes, rest = divmod(length, _MINUTE)
    if not rest:
        return f"{minutes} minutes"
    return f"{(Decimal(length // _MICROSECOND) / 1_000_000).normalize():f} seconds"


def on_the_wall(t: datetime, zone: ZoneInfo) -> str:
    """Monday 30 November 2026 16:30 CET."""
    shown = t.astimezone(zone)
    clock = f"{shown:%H:%M}" if not (shown.second or shown.microsecond) else f"{shown.time().isoformat()}"
    return f"{shown:%A} {shown.day} {shown:%B %Y} {clock} {shown:%Z}"


def in_utc(t: datetime) -> str:
    """2026-11-30T15:30:00Z."""
    return t.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _seconds(rest: timedelta) -> str:
    if not rest:
        return ""
    return f"{rest.seconds + Decimal(rest.microseconds) / 1_000_000:f} s"
