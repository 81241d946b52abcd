"""Calendars and moments of the promises' tests."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from sla.calendar import Calendar, Week
from sla.hours import BusinessHours
from sla.policy import Policy

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def hours() -> BusinessHours:
    """Monday to Friday 09:00-17:00 in Amsterdam, without Dutch holidays."""
    return BusinessHours(Calendar())


@pytest.fixture(scope="session")
def policy(hours: BusinessHours) -> Policy:
    """What the published page promises."""
    return Policy(hours=hours)


@pytest.fixture(scope="session")
def mornings() -> BusinessHours:
    """00:00-12:00 in Amsterdam on all days of the year, so that clocks change while it is open."""
    morning = ((time(0), time(12)),)
    return BusinessHours(Calendar(week=Week(*[morning] * 7), country="", remove=()))


@pytest.fixture(scope="session")
def cases() -> Callable[[str], Iterator[dict[str, Any]]]:
    """The cases of a file in data/, whose answers were found by stepping through the minutes."""

    def read(name: str) -> Iterator[dict[str, Any]]:
        with (DATA / name).open() as lines:
            yield from map(json.loads, lines)

    return read


@pytest.fixture(scope="session")
def at(hours: BusinessHours) -> Callable[[str], datetime]:
    """A moment from wall time in Amsterdam: at("2026-11-27 16:30")."""
    return lambda text: datetime.fromisoformat(text).replace(tzinfo=hours.calendar.zone).astimezone(UTC)
