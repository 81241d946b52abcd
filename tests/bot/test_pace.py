"""Slack is not called faster than it likes."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.pace import Pace


class Hourglass:
    """Time that passes only while somebody sleeps."""

    def __init__(self):
        self.at = datetime(2026, 11, 23, 9, tzinfo=UTC)
        self.slept = []

    def now(self):
        return self.at

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def glass():
    return Hourglass()


@pytest.fixture
def pace(glass):
    return Pace(clock=glass.now, sleep=glass.sleep, every=timedelta(seconds=1), burst=3)


def test_after_a_rest_a_few_go_at_once_and_then_one_each_second(glass, pace):
    for _ in range(6):
        pace.wait("C1")
    assert glass.slept == [1, 1, 1]


def test_channels_do_not_wait_for_one_another(glass, pace):
    for channel in ("C1", "C2") * 3:
        pace.wait(channel)
    assert glass.slept == []


def test_a_clock_that_is_set_back_does_not_silence_the_desk(glass, pace):
    for _ in range(3):
        pace.wait("C1")
    glass.at -= timedelta(hours=1)
    pace.wait("C1")
    assert sum(glass.slept) <= 5
