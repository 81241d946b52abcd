"""The pulse of the desk: beats, wakes, faults and the end."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Semaphore
from time import monotonic

import pytest

from sla.scheduler import Job, Scheduler

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SELDOM, PATIENCE = 3600.0, 30.0
Start = Callable[..., Scheduler]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the beat of some jobs; it is stopped after the test."""
    started: list[Scheduler] = []

    def begin(*jobs: Job, at: datetime = NOW) -> Scheduler:
        started.append(Scheduler(jobs, clock=lambda: at))
        started[-1].start()
        return started[-1]

    yield begin
    for each in started:
        each.stop()


def test_a_job_runs_at_the_start_and_at_every_beat(start: Start) -> None:
    beats = Semaphore(0)
    start(Job("sweep", beats.release, every=0.02))
    assert all(beats.acquire(timeout=PATIENCE) for _ in range(3))


def test_jobs_of_one_interval_do_not_beat_all_at_the_same_moment(start: Start) -> None:
    beats, all_there = {number: list[float]() for number in range(10)}, Semaphore(0)

    def beat(number: int) -> None:
        beats[number].append(monotonic())
        if len(beats[number]) == 3:
            all_there.release()

    start(*(Job(f"job {number}", partial(beat, number), every=1) for number in beats))
    assert all(all_there.acquire(timeout=PATIENCE) for _ in beats)
    third = [times[2] for times in beats.values()]
    assert max(third) - min(third) > 0.5


@pytest.mark.parametrize("year", [1990, 2026, 2150])
def test_a_woken_job_runs_now_whatever_clock_the_desk_was_given(year: int, start: Start) -> None:
    beats = Semaphore(0)
    scheduler = start(Job("mail", beats.release, every=SELDOM), at=NOW.replace(year=year))
    assert beats.acquire(timeout=PATIENCE)
    scheduler.wake("mail")
    assert beats.acquire(timeout=PATIENCE)


def test_a_wake_during_a_run_is_not_lost_and_never_makes_two_at_once(start: Start) -> None:
    begun, go_on = Semaphore(0), Semaphore(0)

    def look() -> None:
        begun.release()
        assert go_on.acquire(timeout=PATIENCE)

    scheduler = start(Job("mail", look, every=SELDOM))
    assert begun.acquire(timeout=PATIENCE)
    for _ in range(3):
        scheduler.wake("mail")
    assert not begun.acquire(blocking=False)
    go_on.release()
    assert begun.acquire(timeout=PATIENCE)
    go_on.release()


def test_beats_that_come_during_a_run_do_not_make_two_at_once(start: Start) -> None:
    begun, go_on, beats = Semaphore(0), Event(), Semaphore(0)

    def look() -> None:
        begun.release()
        assert go_on.wait(PATIENCE)

    start(Job("sweep", look, every=0.02), Job("mail", beats.release, every=0.02))
    assert begun.acquire(timeout=PATIENCE)
    assert all(beats.acquire(timeout=PATIENCE) for _ in range(5))
    assert not begun.acquire(blocking=False)
    go_on.set()
    assert begun.acquire(timeout=PATIENCE)


def test_a_fault_is_logged_and_later_beats_go_on(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    beats = Semaphore(0)

    def fail() -> None:
        beats.release()
        raise RuntimeError("the disk is full")

    with caplog.at_level(logging.ERROR, logger="sla.scheduler"):
        scheduler = start(Job("sweep", fail, every=0.02))
        assert all(beats.acquire(timeout=PATIENCE) for _ in range(3))
        scheduler.stop()
    assert "sweep failed: the disk is full" in caplog.text
    assert scheduler.last_good("sweep") is None


def test_the_end_of_a_good_run_is_remembered(start: Start) -> None:
    ran = Event()
    scheduler = start(Job("sweep", ran.set, every=SELDOM))
    assert ran.wait(PATIENCE)
    scheduler.stop()
    assert scheduler.last_good("sweep") == NOW


def test_stopping_waits_for_what_runs_even_when_that_wakes_another(start: Start) -> None:
    begun, ended, stopping = Event(), Event(), Event()

    def work() -> None:
        begun.set()
        assert stopping.wait(PATIENCE)
        scheduler.wake("mail")
        ended.set()

    scheduler = start(Job("fetch", work, every=SELDOM), Job("mail", lambda: None, every=SELDOM))
    assert begun.wait(PATIENCE)
    stopping.set()
    scheduler.stop()
    assert ended.is_set()


def test_waking_before_the_start_after_the_end_or_nobody_does_nothing(start: Start) -> None:
    Scheduler([Job("sweep", lambda: None, every=SELDOM)], clock=lambda: NOW).wake("sweep")
    scheduler = start(Job("sweep", lambda: None, every=SELDOM))
    scheduler.wake("nobody")
    scheduler.stop()
    scheduler.wake("sweep")
    scheduler.stop()


def test_a_stop_waits_for_a_job_only_so_long_and_says_whether_it_ended() -> None:
    # given a job that hangs, and another that would run every moment
    began, may_end = Event(), Event()
    ran: list[int] = []
    hangs = Job("hangs", lambda: (began.set(), may_end.wait(60)), every=0.1)
    scheduler = Scheduler([hangs, Job("runs", lambda: ran.append(1), every=0.05)], clock=lambda: NOW)
    scheduler.start()
    assert began.wait(60)

    # when the scheduler is stopped
    assert not scheduler.stop(within=0.05)

    # then nothing begins any more, and the end of what hangs is seen
    count = len(ran)
    may_end.set()
    assert scheduler.stop(within=60)
    assert len(ran) == count


def test_a_clock_that_is_set_back_keeps_no_job_waiting() -> None:
    beats, now = Semaphore(0), [NOW]
    job = Job("mail", beats.release, every=SELDOM)
    scheduler = Scheduler([job], clock=lambda: now[0], looks=0.02)
    scheduler.start()
    assert beats.acquire(timeout=PATIENCE)
    now[0] -= timedelta(seconds=SELDOM)
    assert beats.acquire(timeout=PATIENCE)
    scheduler.stop()


def test_a_pulse_that_stands_still_is_seen() -> None:
    ticks = [100.0]
    scheduler = Scheduler([], clock=lambda: NOW, monotonic=lambda: ticks[0])
    ticks[0] += 121
    assert scheduler.silent_for == 121
