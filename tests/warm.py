"""The desk's command in a process of its own, made by a server that has its modules already.

A new Python needs two seconds of a processor for them.  What is tested of a process besides its beginning
(how it is killed or told to stop, what it says, with which status it ends) is the same here."""

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from multiprocessing.reduction import DupFd
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import TemporaryFile
from typing import IO, Any, Self

_PRELOADED = ["helpdesk", "psycopg", "terminal.logs", "terminal.serve", "uvicorn", "wiring.whole"]


def context() -> ForkServerContext:
    """Makes a process in hundredths of a second."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(_PRELOADED)
    return made


class Started:
    """`helpdesk` with these words, as a process; told and asked what one of `subprocess` is.

    stdin is empty, and stdout and stderr go nowhere, where none is given."""

    def __init__(
        self,
        *words: str,
        cwd: Path,
        env: Mapping[str, str],
        stdin: IO[bytes] | None = None,
        stdout: IO[bytes] | None = None,
        stderr: IO[bytes] | None = None,
    ) -> None:
        streams = _Streams(stdin, stdout, stderr)
        self._process = context().Process(target=_play, args=(words, cwd, dict(env), streams), daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended; of one that a signal ended the signal, as a negative number."""
        self._process.join(timeout)
        status = self.returncode
        if status is None:
            raise TimeoutExpired("helpdesk", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(
    *words: str, cwd: Path, env: Mapping[str, str], input: bytes = b"", timeout: float = 100
) -> CompletedProcess[bytes]:
    """What came of `helpdesk` with these words, once it has ended by itself."""
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(input)
        given.seek(0)
        process = Started(*words, cwd=cwd, env=env, stdin=given, stdout=out, stderr=err)
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        return CompletedProcess(words, status, out.read(), err.read())


class _Streams:
    """What a process reads and writes; sent along with its beginning."""

    def __init__(self, *files: IO[bytes] | None) -> None:
        self._files = files

    def __reduce__(self) -> tuple[Any, ...]:
        return _Taken, tuple(each and DupFd(each.fileno()) for each in self._files)


class _Taken:
    """The same, on the other side."""

    def __init__(self, *sent: Any) -> None:
        self._sent = sent

    def put_in_place(self) -> None:
        for number, each in enumerate(self._sent):
            given = each.detach() if each else os.open(os.devnull, os.O_RDWR)
            os.dup2(given, number)
            os.close(given)


def _play(words: tuple[str, ...], cwd: Path, env: dict[str, str], streams: _Taken) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    tempfile.tempdir = None  # TMPDIR may be another here
    streams.put_in_place()
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - for as long as the process lives
    signal.signal(signal.SIGINT, signal.default_int_handler)

    import helpdesk

    helpdesk.main(list(words), prog_name="helpdesk")
