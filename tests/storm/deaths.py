"""One journey for each death: at every point, the first, the second and the last time that it is reached."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from store.points import Point
from tests.storm.engines import New
from tests.storm.journey import Journey, journey
from tests.storm.replicas import Death
from tests.storm.rounds import JOBS, Rounds, rounds

OF_ROUNDS = (
    *(Point.NEWS_TAKEN, Point.NEWS_TOLD, Point.ANCHOR_WRITTEN, Point.SUMMARY_BEGUN, Point.SUMMARY_TOLD),
    *(Point.MONTH_TAKEN, Point.MONTH_SENT, Point.ALARM_TAKEN, Point.ALARM_SENT),
    *(Point.CANARY_TAKEN, Point.CANARY_SENT, Point.HOME_DRAWN, Point.HOME_PUBLISHED),
)
"""Those that the journey of tickets need not reach, and that of what is told of no ticket has to."""

SHARED = (
    *(Point.COMMITTING, Point.COMMITTED, Point.SLACK_POSTING, Point.SLACK_POSTED),
    *(Point.SLACK_DRAWING, Point.SLACK_DRAWN, Point.SLACK_LOOKING, Point.SLACK_LOOKED),
    *(Point.SMTP_OPEN, Point.SMTP_ANNOUNCED, Point.SMTP_WRITTEN, Point.SMTP_ENDED, Point.SMTP_TAKEN),
)
"""Those to which jobs of many kinds come: the desk dies there in each of the jobs that do."""


@dataclass(frozen=True)
class Tried:
    """What came of the journey in which the desk was to die at that hit of the point.  job: in that job."""

    point: Point
    hit: int
    came_of_it: Journey | Rounds
    job: str = ""

    @property
    def died(self) -> bool:
        """How often a point is reached in the end differs a little from time to time."""
        return bool(self.came_of_it.died)

    @property
    def name(self) -> str:
        return f"{self.point.name} in {self.job}" if self.job else self.point.name

    @property
    def wrongs(self) -> list[str]:
        return [f"{self.name}, hit {self.hit}: {wrong}" for wrong in self.came_of_it.wrongs]


def deaths(new: New, folder: Path, *, begin: str = "") -> Iterator[Tried]:
    """Over new databases, after one journey without any that counts how often each is reached; then the same
    for what is told of no ticket.

    begin: the name of the first.  Raises AssertionError where a point is not reached at all."""
    of_rounds = begin in {point.name for point in OF_ROUNDS} or " in " in begin
    if not of_rounds:
        yield from _of_tickets(new, folder, begin)
    yield from deaths_in_rounds(new, folder, begin=begin if of_rounds else "")


def _of_tickets(new: New, folder: Path, begin: str) -> Iterator[Tried]:
    reached = journey(new(), folder).reached
    points = [point for point in Point if point not in OF_ROUNDS]
    missed = [point.name for point in points if not reached[point.name]]
    assert not missed, f"never reached: {missed}"
    for point in points[points.index(Point[begin]) if begin else 0 :]:
        for hit in _hits(reached[point.name]):
            yield Tried(point, hit, journey(new(), folder, Death(frozenset({point}), hit)))


def deaths_in_rounds(new: New, folder: Path, *, begin: str = "") -> Iterator[Tried]:
    """At every point of these rounds, and at the first of all shared ones in each job that comes to it."""
    reached = rounds(new(), folder).reached
    seen = Counter(point for point, _ in reached.elements())
    missed = [point.name for point in OF_ROUNDS if not seen[point.name]]
    assert not missed, f"never reached: {missed}"
    todo = [(point, "", hit) for point in OF_ROUNDS for hit in _hits(seen[point.name])]
    todo += [(point, job, 1) for job in JOBS for point in SHARED if reached[point.name, job]]
    names = [f"{point.name} in {job}" if job else point.name for point, job, _ in todo]
    for point, job, hit in todo[names.index(begin) if begin else 0 :]:
        came_of_it = rounds(new(), folder, Death(frozenset({point}), hit, job))
        yield Tried(point, hit, came_of_it, job)


def _hits(times: int) -> list[int]:
    return sorted({1, min(2, times), times})
