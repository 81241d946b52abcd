"""Time that a person lets pass: an app that follows the clock does each thing in its hour."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.clock import Clock
from sandbox.server import Sandbox
from sandbox.timekeeper import Timekeeper
from sandbox.visitor import NotPossibleHere, Visitor

FRIDAY = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Diary:
    """An app that lives by the sandbox's clock: it has plans, and writes down when it carried each out."""

    def __init__(self, world: Sandbox, *plans: datetime) -> None:
        self.world, self.plans, self.done = world, list(plans), []
        world.follow(lambda: min(self.plans, default=None), self.look)

    def look(self) -> None:
        now = self.world.now()
        for plan in [one for one in self.plans if one <= now]:
            self.plans.remove(plan)
            self.done.append((plan, now - plan))


@pytest.fixture
def world():
    with Sandbox(at=FRIDAY) as running:
        yield running


@pytest.fixture
def guest(world):
    return Visitor(world.url)


def clock_of(visitor):
    return datetime.fromisoformat(visitor.state()["now"])


def test_what_is_due_on_the_way_is_done_in_its_hour(world, guest):
    diary = Diary(world, FRIDAY + 2 * HOUR, FRIDAY + 30 * HOUR, FRIDAY + 200 * HOUR)
    guest.turn_clock(48 * 3600)
    assert [plan for plan, _ in diary.done] == [FRIDAY + 2 * HOUR, FRIDAY + 30 * HOUR]
    assert all(late < timedelta(seconds=20) for _, late in diary.done)
    assert diary.plans == [FRIDAY + 200 * HOUR]


def test_the_clock_goes_on_to_the_next_thing_that_is_due(world, guest):
    Diary(world, FRIDAY + 5 * HOUR)
    guest.turn_to_next_due()
    assert timedelta(0) <= clock_of(guest) - (FRIDAY + 5 * HOUR) < timedelta(seconds=20)
    with pytest.raises(NotPossibleHere, match="nothing is due"):
        guest.turn_to_next_due()


@pytest.mark.parametrize(
    ("weekday", "at", "expected"),
    [
        (1, "09:00", datetime(2026, 11, 30, 8, tzinfo=UTC)),
        (5, "17:00", datetime(2026, 11, 27, 16, tzinfo=UTC)),
        (5, "16:00", datetime(2026, 12, 4, 15, tzinfo=UTC)),
    ],
)
def test_the_clock_goes_on_to_a_day_of_the_week(guest, weekday, at, expected):
    guest.turn_to_weekday(weekday, at)
    assert timedelta(0) <= clock_of(guest) - expected < timedelta(seconds=20)


@pytest.mark.parametrize("moment", ["2026-11-26T00:00:00+00:00", "2026-12-01T00:00:00", "soon"])
def test_time_only_runs_forward_to_a_moment_with_a_zone(guest, moment):
    with pytest.raises(NotPossibleHere):
        guest.turn_to(moment)
    assert clock_of(guest) - FRIDAY < timedelta(minutes=1)


def test_an_app_that_waits_for_something_else_does_not_stop_time():
    clock = Clock(FRIDAY)
    timekeeper = Timekeeper(clock, patience=0.2)
    timekeeper.follow(lambda: FRIDAY, lambda: None)
    asyncio.run(timekeeper.run_to(FRIDAY + HOUR))
    assert clock.now() - FRIDAY >= HOUR
