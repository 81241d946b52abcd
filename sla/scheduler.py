"""The pulse: a handful of intervals in memory that say "look now".  What is due stands in the database."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A function that finds what is due and does it; missed and doubled beats are harmless.

    every: seconds between two beats."""

    name: str
    run: Callable[[], object]
    every: float


class Scheduler:
    """Runs each job at its interval, never two of one at a time, and at once when it is woken."""

    def __init__(self, jobs: Sequence[Job], *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._last_good: dict[str, datetime] = {}
        self._beat = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(len(jobs), 1))},
            # A beat that comes late is still run (the default drops it after a second), and many are one.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._beat.add_listener(self._note, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        for job in jobs:
            self._beat.add_job(job.run, "interval", seconds=job.every, id=job.name, name=job.name)

    def start(self) -> None:
        """Begin; every job runs once at the start."""
        self._beat.start()
        for job in self._beat.get_jobs():
            self.wake(job.id)

    def stop(self) -> None:
        """Wait for what is running, and end."""
        if self._beat.running:
            self._beat.shutdown(wait=True)

    def wake(self, name: str) -> None:
        """Run that job now instead of at its next beat."""
        if not self._beat.running:
            return
        try:
            self._beat.modify_job(name, next_run_time=self._clock())
        except JobLookupError:
            log.debug("nothing called %s to wake", name)

    def last_good(self, name: str) -> datetime | None:
        """When that job last ended without a fault."""
        return self._last_good.get(name)

    def _note(self, event: JobExecutionEvent) -> None:
        if event.exception is None:
            self._last_good[event.job_id] = self._clock()
        else:
            log.error("%s failed: %s", event.job_id, event.exception)
