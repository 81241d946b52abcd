"""Which month or week is meant, and when it begins and ends."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.walltime import midnight_of

_MONTHS = (
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
     "november", "december"),
    ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
     "november", "december"),
)  # fmt: skip


def month_of(text: str, zone: ZoneInfo, *, now: datetime) -> tuple[datetime, datetime]:
    """Begin and end of a month of that wall clock: 2026-11, a name like "november", or "" for this one.

    A name means the latest such month that has begun.  Raises ValueError, which says why."""
    today = now.astimezone(zone).date()
    year, month = _month(text.strip().lower(), today)
    begin, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    return midnight_of(begin, zone), midnight_of(after, zone)


def month_before(zone: ZoneInfo, *, now: datetime) -> tuple[datetime, datetime]:
    """Begin and end of the last month that is over on that wall clock."""
    begin, _ = month_of("", zone, now=now)
    return month_of(name_of(begin - timedelta(days=1), zone), zone, now=now)


def name_of(begin: datetime, zone: ZoneInfo) -> str:
    """What the month is called that holds that moment: 2026-11."""
    return f"{begin.astimezone(zone):%Y-%m}"


def week_before(zone: ZoneInfo, *, now: datetime) -> tuple[datetime, datetime]:
    """Begin and end of the last week, Monday to Sunday, that is over on that wall clock."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return midnight_of(monday - timedelta(days=7), zone), midnight_of(monday, zone)


def _month(text: str, today: date) -> tuple[int, int]:
    if not text:
        return today.year, today.month
    if written := re.fullmatch(r"(\d{4})-(\d{1,2})", text):
        year, month = int(written[1]), int(written[2])
        if not (1 <= month <= 12 and 1970 <= year <= 9000):
            raise ValueError(f"there is no month {text}")
        return year, month
    named = [
        names.index(name) + 1
        for names in _MONTHS
        for name in names
        if len(text) > 2 and name.startswith(text)
    ]
    if not named:
        raise ValueError(f"{text!r} is not a month; write it like 2026-11 or november")
    return today.year - (named[0] > today.month), named[0]
