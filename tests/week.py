"""The made-up week of the tests, 30 November to 6 December 2026, by the clock on the wall in Amsterdam."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.actor import Actor

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 30, tzinfo=AMSTERDAM)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SANNE, TOM = Actor.agent("U0SANNE", "Sanne"), Actor.agent("U0TOM", "Tom")
LEA = Actor.lead("U0LEA", "Lea")


def moment(said: str) -> datetime:
    """A moment of that week: "tue 10:00"."""
    day, clock = said.split()
    date = (MONDAY + timedelta(days=DAYS.index(day))).date()
    return datetime.combine(date, time.fromisoformat(clock), tzinfo=AMSTERDAM).astimezone(UTC)
