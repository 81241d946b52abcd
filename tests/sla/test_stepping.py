"""A clock that jumps is noticed; one that is kept right is not."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from sla.stepping import Steps
from store import meters


@dataclass
class Machine:
    """Its clock, which somebody sets, and its pulse, which nobody can."""

    now: datetime = datetime(2026, 11, 30, 10, tzinfo=UTC)
    ticks: float = 1000.0

    def passes(self, seconds: float, *, jump: float = 0) -> None:
        self.ticks += seconds
        self.now += timedelta(seconds=seconds + jump)


@pytest.mark.parametrize("jump", [-3600.0, -2.0, 2.0, 3600.0])
def test_a_jump_is_told_once_with_its_length(jump: float) -> None:
    machine = Machine()
    steps = Steps(lambda: machine.now, lambda: machine.ticks)
    machine.passes(5, jump=jump)
    assert steps.look() == timedelta(seconds=jump)
    assert meters.CLOCK_STEP._value.get() == jump
    machine.passes(5)
    assert steps.look() == timedelta()


def test_what_keeps_a_clock_right_is_no_jump() -> None:
    machine = Machine()
    steps = Steps(lambda: machine.now, lambda: machine.ticks)
    for _ in range(20):
        machine.passes(5, jump=0.4)
        assert steps.look() == timedelta()
