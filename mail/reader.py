"""Reads mails in a process of its own, so that no mail can hang, fill or crash the desk."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from threading import Condition, Lock, Thread
from time import monotonic
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

    The last is generous, for a busy machine makes no mail bad."""

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
        self._watch: _Watch

    def __call__(self, raw: bytes) -> InboundEmail | Unreadable:
        """Read a mail as mail.reading.read does, within the bounds.

        Raises OSError where no process can be started."""
        with self._turn:
            return self._read(raw)

    def ahead(self, raws: Iterable[bytes]) -> Iterator[InboundEmail | Unreadable]:
        """Read several: each while whoever asks is busy with the one before.  Raises OSError, as above.

        Other threads wait until that is over or left."""
        asked: _Asked | None = None
        with self._turn:
            try:
                for raw in raws:
                    before, asked = asked, None
                    answer = self._read_out(before) if before else None
                    asked = self._ask(raw)
                    if answer:
                        yield answer
                last, asked = asked, None
                if last:
                    yield self._read_out(last)
            finally:
                if asked:  # nobody waits for its answer any more
                    self._forget(asked)

    @property
    def process_id(self) -> int | None:
        """Of the process that reads, while there is one."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """End the process, when it has read what it is at.  A mail after that starts another one."""
        with self._turn:
            process, self._process = self._process, None
            if process is not None:
                self._watch.end()
                _end(process, patience=_LAST_WORDS)

    def _read(self, raw: bytes) -> InboundEmail | Unreadable:
        try:
            return self._answer_to(self._ask(raw))
        except _Died as first:
            if first.reason:
                return unreadable(raw, first.reason)
        try:  # once more: not by this mail, perhaps, but by whatever makes room on a full machine
            return self._answer_to(self._ask(raw))
        except _Died as again:
            return unreadable(raw, again.reason or "the process that reads it ends over it")

    def _read_out(self, asked: "_Asked") -> InboundEmail | Unreadable:
        """What was asked a while ago.  Whoever asked may be who was slow: it is late only if it is again."""
        try:
            return self._answer_to(asked)
        except _Died as died:
            final = died.reason and not asked.watch.late
            return unreadable(asked.raw, died.reason) if final else self._read(asked.raw)

    def _ask(self, raw: bytes) -> "_Asked":
        if self._process is None:
            self._process = self._started()
            self._watch = _Watch(self._process, self._bounds.patience)
        asked = _Asked(raw, self._process, self._watch)
        asked.watch.begin()
        with suppress(OSError):  # it has died before, as its answer will show
            pickle.dump(raw, _pipe(asked.process.stdin), pickle.HIGHEST_PROTOCOL)
            _pipe(asked.process.stdin).flush()
        return asked

    def _answer_to(self, asked: "_Asked") -> InboundEmail | Unreadable:
        try:
            answer: InboundEmail | Unreadable | MemoryError = pickle.load(_pipe(asked.process.stdout))
        except (OSError, EOFError, pickle.UnpicklingError) as problem:
            raise _Died(self._why(self._forget(asked), too_long=asked.watch.late)) from problem
        if asked.watch.rest() or isinstance(answer, MemoryError):
            self._forget(asked)
        if isinstance(answer, MemoryError):
            raise _Died("reading it takes more memory than a mail may have")
        return answer

    def _forget(self, asked: "_Asked") -> int:
        """End the process.  Its exit status."""
        self._process = None
        asked.watch.end()
        return _end(asked.process, patience=0)

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


class _Watch:
    """Kills the process over a mail that outlasts our patience.  late: whether it did.

    One thread for each process: to start one for each mail takes as long as reading it."""

    def __init__(self, process: subprocess.Popen[bytes], patience: float) -> None:
        self.late = False
        self._process, self._patience = process, patience
        self._changed = Condition()
        self._until: float | None = None
        self._asleep = self._over = False
        Thread(target=self._run, name="watch over reading", daemon=True).start()

    def begin(self) -> None:
        """Watch from now on."""
        with self._changed:
            self._until = monotonic() + self._patience
            if self._asleep:  # else it wakes for an earlier mail, and sees how long this one may take
                self._changed.notify()

    def rest(self) -> bool:
        """Watch no more until the next; whether it was late."""
        with self._changed:
            self._until = None
            return self.late

    def end(self) -> None:
        """The process is gone."""
        with self._changed:
            self._over = True
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while not (self._over or self.late):
                left = None if self._until is None else self._until - monotonic()
                if left is not None and left <= 0:
                    self.late = True
                    self._process.kill()
                else:
                    self._asleep = left is None
                    self._changed.wait(left)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A mail that is being read."""

    raw: bytes
    process: subprocess.Popen[bytes]
    watch: _Watch


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
