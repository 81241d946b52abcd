"""A process that ends at a point of the code, played within the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from store import points
from store.points import Point


class Died(BaseException):
    """Nobody catches it, as nobody catches kill -9."""


@contextmanager
def dying_at(point: Point) -> Iterator[None]:
    """What is done here ends there, and nothing of it after that.  AssertionError where it gets by."""

    def end(reached: Point) -> None:
        if reached is point:
            raise Died

    points.watch(end)
    try:
        yield
    except Died:
        return
    finally:
        points.watch(None)
    raise AssertionError(f"nothing came to {point.name}")
