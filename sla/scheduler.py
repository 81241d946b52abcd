"""The pulse: a handful of intervals in memory that say "look now".  What is due stands in the database."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Condition, Thread, current_thread

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from sla.stepping import Steps
from store.database import Unavailable

log = logging.getLogger(__name__)

_GOLDEN = 0.618
"""Steps of this share of an interval come near none of those before them, however many there are."""


@dataclass(frozen=True)
class Job:
    """A function that finds what is due and does it; missed and doubled beats are harmless.

    every: seconds between two beats."""

    name: str
    run: Callable[[], object]
    every: float


class Scheduler:
    """Runs each job at its interval, never two of one at a time, and at once when it is woken.

    A wake during a run is not lost: the run may have looked already, so there is another after it.  Where
    this machine's clock is set back, no job waits until it has caught up.
    clock: reads it.  looks: seconds between two looks at whether it was set.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        looks: float = 5.0,
    ) -> None:
        self.jobs = tuple(jobs)
        self._clock = clock
        self._monotonic = monotonic
        self._looks = looks
        self._turned_at = monotonic()
        self._last_good: dict[str, datetime] = {}
        # Guards the three below.  Nobody takes it while the beat holds its own locks.
        self._gate = Condition()
        self._running: set[str] = set()
        self._woken: set[str] = set()
        self._stopped = False
        self._beat = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(2 * len(jobs), 1))},
            # A beat that comes late is still run (the default drops it after a second), and many are one.
            # The beat sees a run as ended a little after we do: room for what begins then; we keep it to one.
            job_defaults={"coalesce": True, "max_instances": 3, "misfire_grace_time": None},
        )
        self._beat.add_listener(self._complain, EVENT_JOB_ERROR)
        for job in jobs:
            self._beat.add_job(self._run, "interval", [job], seconds=job.every, id=job.name, name=job.name)

    def start(self) -> None:
        """Begin; every job runs once at the start, and after that each at a time of its own: beats that fall
        together would want a thread each, and all the database at once."""
        self._beat.start()
        Thread(target=self._watch_clock, name="watch over the clock", daemon=True).start()
        for place, job in enumerate(self._beat.get_jobs()):
            self._hurry(job.id, by=1 + place * _GOLDEN % 1)

    def stop(self, *, within: float | None = None) -> bool:
        """Begin nothing more and wait for what is running; whether all of it ended within so many seconds."""
        with self._gate:
            # A job that wakes another while the beat waits for it would wait for the beat.
            self._stopped = True
            self._gate.notify_all()
        if self._beat.running:
            self._beat.shutdown(wait=False)
        with self._gate:
            return self._gate.wait_for(lambda: not self._running, within)

    @property
    def silent_for(self) -> float:
        """Seconds since any job last ended, well or not: the pulse itself is dead when that grows."""
        return self._monotonic() - self._turned_at

    def wake(self, name: str) -> None:
        """Run that job now instead of at its next beat."""
        with self._gate:
            if name in self._running:
                self._woken.add(name)
            else:
                self._hurry(name)

    def last_good(self, name: str) -> datetime | None:
        """When that job last ended without a fault."""
        return self._last_good.get(name)

    def last_goods(self, names: Iterable[str]) -> dict[str, datetime]:
        """When each of these jobs last ended without a fault, if it ever did."""
        return {name: self._last_good[name] for name in names if name in self._last_good}

    def _run(self, job: Job) -> None:
        with self._gate:
            if self._stopped or job.name in self._running:
                return
            self._running.add(job.name)
        current_thread().name = job.name  # so that whoever looks knows what it does
        try:
            job.run()
            self._last_good[job.name] = self._clock()
        finally:
            with self._gate:
                self._turned_at = self._monotonic()
                self._running.discard(job.name)
                self._gate.notify_all()
                if job.name in self._woken:
                    self._woken.discard(job.name)
                    self._hurry(job.name)

    def _watch_clock(self) -> None:
        steps = Steps(self._clock, self._monotonic)
        with self._gate:
            while not self._gate.wait_for(lambda: self._stopped, self._looks):
                step = steps.look()
                if step < timedelta():
                    for job in self._beat.get_jobs():
                        job.modify(next_run_time=job.next_run_time + step)

    def _hurry(self, name: str, *, by: float = 1) -> None:
        if self._stopped or not self._beat.running:
            return
        job = self._beat.get_job(name)
        if job is None:
            log.debug("nothing called %s to wake", name)
            return
        # One beat earlier than planned is due already, whatever clock we were handed.
        job.modify(next_run_time=job.next_run_time - by * job.trigger.interval)

    def _complain(self, event: JobExecutionEvent) -> None:
        # A database that is away is said once a beat, and not with forty lines of where that was noticed.
        fault = None if isinstance(event.exception, Unavailable) else event.exception
        log.error("%s failed: %s", event.job_id, event.exception, exc_info=fault)
