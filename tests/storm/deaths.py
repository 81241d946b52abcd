"""One journey for each death: at every point, the first, the second and the last time that it is reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from store.points import Point
from tests.storm.engines import New
from tests.storm.journey import Journey, journey
from tests.storm.replicas import Death


@dataclass(frozen=True)
class Tried:
    """What came of the journey in which the desk was to die at that hit of the point."""

    point: Point
    hit: int
    came_of_it: Journey

    @property
    def died(self) -> bool:
        """How often a point is reached in the end differs a little from time to time."""
        return bool(self.came_of_it.died)

    @property
    def wrongs(self) -> list[str]:
        return [f"{self.point.name}, hit {self.hit}: {wrong}" for wrong in self.came_of_it.wrongs]


def deaths(new: New, folder: Path, *, begin: str = "") -> Iterator[Tried]:
    """Over new databases, after one journey without any that counts how often each is reached.

    begin: the name of the first point.  Raises AssertionError where a point is not reached at all."""
    reached = journey(new(), folder).reached
    missed = [point.name for point in Point if not reached[point.name]]
    assert not missed, f"never reached: {missed}"
    points = [*Point]
    for point in points[points.index(Point[begin]) if begin else 0 :]:
        for hit in sorted({1, min(2, reached[point.name]), reached[point.name]}):
            yield Tried(point, hit, journey(new(), folder, Death(frozenset({point}), hit)))
