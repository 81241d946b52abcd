"""The desk as processes that are killed, put to sleep and started again."""

import faulthandler
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Thread, current_thread
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from store import points
from store.points import Point
from tests import warm
from tests.ports import free_ports

if TYPE_CHECKING:
    from sla.scheduler import Scheduler

PATIENCE = 120.0
"""Seconds without any progress, after which something stands still."""

_IDLE = frozenset({Point.COMMITTING, Point.COMMITTED})
"""What a desk reaches that has nothing to do."""


@dataclass(frozen=True)
class Death:
    """Ends the process when one of these points is reached for the n-th time, counted from 1.

    job: only where that job of the scheduler reaches it; "": whoever does."""

    points: frozenset[Point]
    hit: int = 1
    job: str = ""

    def counts(self, point: Point) -> bool:
        """Whether the thread that has just reached this point is one that may die of it."""
        return point in self.points and self.job in ("", current_thread().name)


@dataclass(frozen=True)
class Hit:
    """That a point was reached.  by: the job, or else the thread, that did; died: whether that ended it."""

    point: str
    by: str
    died: bool

    def __str__(self) -> str:
        return f"{'DIED' if self.died else 'on'}\t{self.point}\t{self.by}"

    @classmethod
    def read(cls, line: str) -> "Hit":
        how, point, by = line.split("\t")
        return cls(point, by, how == "DIED")


def hits_in(file: Path) -> list[Hit]:
    """All that a replica wrote there."""
    return [Hit.read(line) for line in file.read_text().splitlines()]


@dataclass
class Replica:
    """One process of the desk, made by a server that has its modules already.

    log: where it writes what goes wrong.  dies: where it ends by itself.  hits: a file in which each point
    that it reaches is a line.  hurried: jobs that look twice a second, however seldom they do elsewhere."""

    settings: Mapping[str, str]
    log: Path
    dies: Death | None = None
    hits: Path | None = None
    hurried: Sequence[str] = ()
    mail_port: int = 0
    _web_port: int = 0
    _process: ForkServerProcess | None = None
    _ahead: Any = field(default_factory=lambda: warm.context().Value("d", 0.0))
    _steps: Any = field(default_factory=lambda: warm.context().RawValue("Q", 0))

    def start(self) -> None:
        """Start it, and wait until it answers, or died where it was told to.

        One that refuses to start, as while Slack refuses its token, is started again, as supervisors do."""
        self.begin()
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if time.monotonic() > deadline:
                raise AssertionError(f"the desk did not start: {self.log.read_text()[-4_000:]}")
            if not self.is_alive:
                if self.dies is not None:
                    return
                self.kill()
                self.begin()
            time.sleep(0.02)

    def begin(self) -> None:
        """Start it, and do not wait."""
        self.mail_port, self._web_port = free_ports(2)
        ports = {
            "HELPDESK_MAIL__LISTENER__PORT": str(self.mail_port),
            "HELPDESK_WEB__PORT": str(self._web_port),
        }
        told = (dict(self.settings) | ports, self.log, self.dies, self.hits, self._ahead, self._steps)
        hurried = tuple(self.hurried)
        self._process = warm.context().Process(target=_serve, args=(*told, hurried), daemon=True)
        self._process.start()

    @property
    def process_id(self) -> int | None:
        """Of the process, while there is one."""
        return self._process.pid if self._process else None

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    @property
    def steps(self) -> int:
        """Counts the points that it reached and all before it, as long as there is something to do."""
        return int(self._steps.value)

    @property
    def ahead(self) -> float:
        """Seconds that its clock is ahead of the machine's; may be turned while it runs."""
        return float(self._ahead.value)

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        self._ahead.value = seconds

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int | None:
        """Tell it to end; its exit status."""
        return self._end(signal.SIGTERM)

    def sleep(self) -> None:
        """Put it to sleep in the middle of whatever it does."""
        self._send(signal.SIGSTOP)

    def wake(self) -> None:
        self._send(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.pid and process.is_alive():
            os.kill(process.pid, how)
        process.join(PATIENCE)
        status = process.exitcode
        process.close()
        return status

    def _send(self, how: signal.Signals) -> None:
        if self._process and self._process.pid and self._process.is_alive():
            os.kill(self._process.pid, how)

    def wrongs(self) -> dict[str, str] | None:
        """What it says under /readyz is wrong; None where it says nothing."""
        try:
            with urlopen(f"http://127.0.0.1:{self._web_port}/readyz", timeout=30) as answer:
                said = json.load(answer)
        except HTTPError as not_ready:
            said = json.load(not_ready)
        except (URLError, OSError):
            return None
        return {name: problem for name, problem in said["checks"].items() if problem != "ok"}

    def answers(self) -> bool:
        """Whether it runs, and comes to answer a question."""
        try:
            with urlopen(f"http://127.0.0.1:{self._web_port}/livez", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


_OURS = ("HELPDESK_", "SLACK_", "DATABASE_")


def _serve(
    settings: Mapping[str, str],
    log: Path,
    dies: Death | None,
    hits: Path | None,
    ahead: Any,
    steps: Any,
    hurried: Sequence[str],
) -> None:
    """What the process does: the command `serve`, on a clock that may be turned."""
    from terminal.call import Call
    from terminal.serve import serve

    for name in [name for name in os.environ if name.startswith(_OURS)]:
        del os.environ[name]
    os.environ.update(settings)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(written, sys.stderr.fileno())
    faulthandler.register(signal.SIGUSR1)  # for whoever wants to know where it stands still
    points.watch(_Watch(dies, hits, steps))

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=ahead.get_obj().value)

    if hurried:
        _serve_in_a_hurry(Call(None, now), hurried)
    else:
        serve.main(args=[], obj=Call(None, now), standalone_mode=False)


def _serve_in_a_hurry(call: Any, hurried: Sequence[str]) -> None:
    """The same desk, some of whose jobs look twice a second: nobody waits minutes for each of their beats."""
    from socket import create_server

    from terminal.logs import write_logs
    from terminal.serving import Server
    from wiring.whole import build

    config = call.settings()
    write_logs(config)
    parts = build(config, clock=call.now, machine=call.now)
    with create_server((config.web.host, config.web.port)) as door:
        parts.start()
        Thread(target=_hurry, args=(parts.scheduler, hurried), daemon=True).start()
        Server.of(parts.web).run(sockets=[door])


def _hurry(scheduler: "Scheduler", jobs: Sequence[str]) -> None:
    while True:
        time.sleep(0.5)
        for job in jobs:
            scheduler.wake(job)


class _Watch:
    """Notes which points are reached, and ends the process at one of them."""

    def __init__(self, dies: Death | None, hits: Path | None, steps: Any) -> None:
        self._dies, self._counts, self._steps = dies, Counter[Point](), steps
        self._file = os.open(hits, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if hits else None

    def __call__(self, point: Point) -> None:
        self._steps.value += point not in _IDLE
        ends = self._dies is not None and self._is_its_end(self._dies, point)
        if self._file is not None:
            os.write(self._file, f"{Hit(point.name, current_thread().name, ends)}\n".encode())
        if ends:
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_its_end(self, dies: Death, point: Point) -> bool:
        if not dies.counts(point):
            return False
        self._counts[point] += 1  # two threads at once may count two hits for one: then it dies a hit later
        return self._counts[point] >= dies.hit
