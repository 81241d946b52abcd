"""How a running desk is told to stop: the first signal ends it well and in time, the second at once."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from types import FrameType
from typing import NoReturn, Protocol

log = logging.getLogger(__name__)

_WITHIN = 9.0
"""Seconds after which a desk that cannot stop is ended; whoever starts desks waits for ten or more."""


class Server(Protocol):
    """What is ended: it looks at this now and then."""

    should_exit: bool


class Stopping:
    """Listens to SIGTERM and SIGINT from the moment it is made.

    Before there is a server to end, nothing has begun that must be finished."""

    def __init__(self) -> None:
        self._server: Server | None = None
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._told)

    def ends(self, server: Server) -> None:
        """That is what the first signal ends from now on."""
        self._server = server

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """What is done here is cut short when it takes too long: by then nothing is claimed any more."""
        late = Timer(_WITHIN, self.end_at_once)
        late.daemon = True
        late.start()
        try:
            yield
        finally:
            late.cancel()

    @staticmethod
    def end_at_once() -> NoReturn:
        """End without waiting for threads that hang."""
        log.warning("something hangs, and is not waited for")
        sys.stderr.flush()
        os._exit(0)

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, _end)
        if self._server is None:
            sys.exit(0)
        self._server.should_exit = True


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(128 + number)
