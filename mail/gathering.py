"""Lets reading go on in a thread of its own, while what was read by then is filed together."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class _End:
    """Nothing more comes.  problem: why, where it did not just end."""

    problem: BaseException | None = None


def gathered(coming: Generator[T, None, None]) -> Generator[list[T], None, None]:
    """What comes, in lists: as much as has come when it is asked for, and one at the least.

    Raises what that raises, behind all that came before.  Left early, it waits until the one that is being
    made is done, and has no more made."""
    arrived, left = SimpleQueue[T | _End](), Event()
    thread = Thread(target=_go_on, args=(coming, arrived, left), name="reading ahead", daemon=True)
    thread.start()
    try:
        yield from _lists(arrived)
    finally:
        left.set()
        thread.join()


def _go_on(coming: Generator[T, None, None], arrived: "SimpleQueue[T | _End]", left: Event) -> None:
    try:
        with closing(coming):
            for each in coming:
                arrived.put(each)
                if left.is_set():
                    break
        arrived.put(_End())
    except BaseException as problem:  # raised where it is waited for
        arrived.put(_End(problem))


def _lists(arrived: "SimpleQueue[T | _End]") -> Generator[list[T], None, None]:
    end: _End | None = None
    while end is None:
        some, end = _taken(arrived)
        if some:
            yield some
    if end.problem is not None:
        raise end.problem


def _taken(arrived: "SimpleQueue[T | _End]") -> tuple[list[T], _End | None]:
    """All that is there, after waiting for the first."""
    some: list[T] = []
    each = arrived.get()
    while not isinstance(each, _End):
        some.append(each)
        try:
            each = arrived.get_nowait()
        except Empty:
            return some, None
    return some, each
