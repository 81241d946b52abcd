"""Reads mails in a process of its own, so that no mail can hang, fill or crash the desk."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from threading import Lock, Timer
from typing import IO

from mail.reading import InboundEmail, Unreadable, unreadable

_ROOT = Path(__file__).resolve().parent.parent
_MADE_BY_SYSTEM = ("SYSTEMROOT", "PATH", "LANG", "LC_ALL", "TZDIR", "PYTHONTZPATH")
"""What the process is given of our environment: nothing secret."""

_LAST_WORDS = 5.0
"""Seconds in which a process whose work is over may end by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one mail may take: processor seconds, bytes of memory for the whole process (both where the system
    can limit them), and seconds altogether.

    The last is generous, for a busy machine makes no mail bad; it is less than half of a mail's lease."""

    processor: int = 5
    memory: int = 512 * 1024 * 1024
    patience: float = 20.0


class Reader:
    """One process, started for the first mail and kept; what dies over a mail is replaced for the next.

    Threads take turns.  prefix, zone: as for mail.reading.read."""

    def __init__(self, *, prefix: str = "HD", zone: tzinfo = UTC, bounds: Bounds | None = None) -> None:
        self._ways = (prefix, zone)
        self._bounds = bounds or Bounds()
        self._turn = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, raw: bytes) -> InboundEmail | Unreadable:
        """Read a mail as mail.reading.read does, within the bounds.

        Raises OSError where no process can be started."""
        with self._turn:
            try:
                return self._ask(raw)
            except _Died as first:
                if first.reason:
                    return unreadable(raw, first.reason)
            try:  # once more: not by this mail, perhaps, but by whatever makes room on a full machine
                return self._ask(raw)
            except _Died as again:
                return unreadable(raw, again.reason or "the process that reads it ends over it")

    @property
    def process_id(self) -> int | None:
        """Of the process that reads, while there is one."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """End the process, when it has read what it is at.  A mail after that starts another one."""
        with self._turn:
            process, self._process = self._process, None
            if process is not None:
                _end(process, patience=_LAST_WORDS)

    def _ask(self, raw: bytes) -> InboundEmail | Unreadable:
        process = self._process = self._process or self._started()
        with _killed_after(self._bounds.patience, process) as too_long:
            try:
                pickle.dump(raw, _pipe(process.stdin), pickle.HIGHEST_PROTOCOL)
                _pipe(process.stdin).flush()
                answer: InboundEmail | Unreadable | MemoryError = pickle.load(_pipe(process.stdout))
            except (OSError, EOFError, pickle.UnpicklingError) as problem:
                self._process = None
                ended = _end(process, patience=0)
                raise _Died(self._why(ended, too_long=bool(too_long))) from problem
        if isinstance(answer, MemoryError) or too_long:
            self._process = None
            _end(process, patience=0)
        if isinstance(answer, MemoryError):
            raise _Died("reading it takes more memory than a mail may have")
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        given = {name: os.environ[name] for name in _MADE_BY_SYSTEM if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mail.reader_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=given | {"PYTHONPATH": str(_ROOT)},
        )
        limits = (self._bounds.processor, self._bounds.memory)
        pickle.dump((*self._ways, *limits), _pipe(process.stdin), pickle.HIGHEST_PROTOCOL)
        return process

    def _why(self, ended: int, *, too_long: bool) -> str:
        """Why the process died, in words; empty where that says nothing about the mail."""
        if ended == -getattr(signal, "SIGXCPU", 0) != 0:
            return f"reading it takes more than {self._bounds.processor} seconds of the processor"
        return f"reading it takes more than {self._bounds.patience:g} seconds" if too_long else ""


class _Died(Exception):
    """The process ended over a mail.  reason: in words, or empty."""

    @property
    def reason(self) -> str:
        return str(self)


@contextmanager
def _killed_after(seconds: float, process: subprocess.Popen[bytes]) -> Iterator[list[bool]]:
    """Kill the process when the time is over; what is given says whether it was."""
    killed: list[bool] = []

    def kill() -> None:
        killed.append(True)
        process.kill()

    timer = Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield killed
    finally:
        timer.cancel()
        timer.join()


def _end(process: subprocess.Popen[bytes], *, patience: float) -> int:
    """Close its pipes, wait for its end, and see to it.  Its exit status."""
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what it never took is lost with it
            _pipe(pipe).close()
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # both were asked for
    return pipe
