"""Calls that nobody can cut off: they are waited for so long, and then left behind."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Answer = TypeVar("Answer")


def begun(call: Callable[[], Answer]) -> Future[Answer]:
    """The call, in a thread of its own that keeps no process from ending."""
    future: Future[Answer] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as problem:  # noqa: BLE001 - whoever waits for it raises it
            future.set_exception(problem)

    Thread(target=run, name="waited for", daemon=True).start()
    return future


def within(
    seconds: float, call: Callable[[], Answer], *, late: Callable[[Answer], object] = lambda answer: None
) -> Answer:
    """What it returns.  late: what is done with an answer for which nobody waits any more.

    Raises TimeoutError where it takes longer, and what the call raises."""
    future = begun(call)
    try:
        return future.result(max(seconds, 0))
    except TimeoutError as silence:
        if future.done() and future.exception() is silence:
            raise
        future.add_done_callback(lambda done: done.exception() or late(done.result()))
        raise TimeoutError(f"nothing came within {seconds:g} seconds") from None
