"""The sandbox's clock wakes who waits on it as soon as it is turned there."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk import WebClient

from sandbox.clock import Clock
from sandbox.server import Sandbox
from sandbox.visitor import Visitor

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


def test_it_may_start_at_a_moment_and_goes_on_from_there() -> None:
    clock = Clock(MONDAY)
    first = clock.now()
    assert timedelta(0) <= first - MONDAY < timedelta(seconds=5)
    assert clock.now() >= first
    clock.turn(timedelta(hours=2))
    assert clock.now() - first >= timedelta(hours=2)
    clock.set(MONDAY + timedelta(days=1))
    assert timedelta(days=1) <= clock.now() - MONDAY < timedelta(days=1, seconds=5)
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2026, 11, 30))  # noqa: DTZ001 - that is what is refused


def test_a_ts_is_always_later_than_the_one_before_even_when_the_clock_is_turned_back() -> None:
    clock = Clock(MONDAY)
    stamps = [clock.ts()]
    clock.turn(timedelta(hours=-1))
    stamps += [clock.ts(), clock.ts()]
    assert stamps == sorted(set(stamps))


def test_who_waits_is_woken_by_a_turn_from_another_thread() -> None:
    clock = Clock()

    async def wait() -> float:
        began = time.monotonic()
        turning = threading.Thread(target=clock.turn, args=(timedelta(hours=1),))
        waiting = asyncio.create_task(clock.wait(3600))
        await asyncio.sleep(0)
        turning.start()
        await waiting
        turning.join()
        return time.monotonic() - began

    assert asyncio.run(wait()) < 30


def test_a_turn_that_is_not_far_enough_wakes_nobody_and_time_itself_does() -> None:
    clock = Clock()

    async def wait() -> timedelta:
        began = clock.now()
        waiting = asyncio.create_task(clock.wait(10.05))
        await asyncio.sleep(0)
        clock.turn(timedelta(seconds=10))
        assert not waiting.done()
        await waiting
        return clock.now() - began

    assert asyncio.run(wait()) >= timedelta(seconds=10.05)


def test_the_whole_sandbox_lives_by_it() -> None:
    with Sandbox(at=MONDAY) as world:
        slack = WebClient(token=world.bot_token, base_url=world.api_url, retry_handlers=[])
        posted = slack.chat_postMessage(channel="#support", text="x")
        assert abs(float(posted["ts"]) - MONDAY.timestamp()) < 5
        state = Visitor(world.url).state()
        assert state["now"].startswith("2026-11-30T09:00:0")
