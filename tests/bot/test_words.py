"""How dates and durations are said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.words import business, elapsed, moment, plural

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 30, 15, 30, tzinfo=UTC), "Mon 30 Nov 16:30"),
        (datetime(2026, 7, 1, 22, 5, tzinfo=UTC), "Thu 2 Jul 00:05"),
    ],
)
def test_a_moment_is_said_as_the_desks_clock_shows_it(at, said):
    assert moment(at, AMSTERDAM) == said


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(0), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=45), "45 min"),
        (timedelta(hours=6, minutes=20), "6 h 20 min"),
        (timedelta(hours=8), "1 d"),
        (timedelta(hours=19, minutes=30), "2 d 3 h"),
        (-timedelta(hours=2), "2 h"),
    ],
)
def test_a_working_day_of_business_time_has_eight_hours(time, said):
    assert business(time) == said


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=17, minutes=40), "2 days 17 h"),
    ],
)
def test_a_day_that_passes_for_the_customer_has_twenty_four(time, said):
    assert elapsed(time) == said


def test_one_file_and_two_files():
    assert [plural(count, "file") for count in (1, 2)] == ["1 file", "2 files"]
