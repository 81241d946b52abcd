"""Lets reading go on in a thread of its own, while what was read by then is filed together."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from queue import Empty, SimpleQueue
from threading import Event
from typing import TypeVar

T = TypeVar("T")


class _End:
    """Nothing more comes."""


def gathered(coming: Generator[T, None, None], *, beat: float) -> Generator[list[T], None, None]:
    """What comes, in lists: as much as has come when it is asked for; an empty one where nothing does for
    `beat` seconds.

    Raises what that raises, behind all that came before.  Left early, it waits until the one that is being
    made is done, and has no more made."""
    arrived, left = SimpleQueue[T | _End](), Event()
    with ThreadPoolExecutor(1, "reading ahead") as thread:
        reading = thread.submit(_go_on, coming, arrived, left)
        try:
            yield from _lists(arrived, beat)
            reading.result()
        finally:
            left.set()


def _go_on(coming: Generator[T, None, None], arrived: "SimpleQueue[T | _End]", left: Event) -> None:
    try:
        with closing(coming):
            for each in coming:
                arrived.put(each)
                if left.is_set():
                    break
    finally:
        arrived.put(_End())


def _lists(arrived: "SimpleQueue[T | _End]", beat: float) -> Generator[list[T], None, None]:
    ended = False
    while not ended:
        some, ended = _taken(arrived, beat)
        if some or not ended:
            yield some


def _taken(arrived: "SimpleQueue[T | _End]", beat: float) -> tuple[list[T], bool]:
    """All that is there, after waiting for the first; and whether that was the end."""
    some: list[T] = []
    try:
        each = arrived.get(timeout=beat)
        while not isinstance(each, _End):
            some.append(each)
            each = arrived.get_nowait()
    except Empty:
        return some, False
    return some, True
