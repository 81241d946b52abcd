"""From the start of a process until it is ready, and from SIGTERM until it is gone:
`./run bench start [--json] [--engine E] [--tickets N] [--rounds N]`.

The desk is a process of its own, as in production, in Socket Mode; the local workspace plays Slack and mail.
Ready is when `/readyz` answers 200: the database was written, Slack is connected, intake, deliveries and
the sweep ended well once.  Under load it is told to stop while mails come in and news of others is on its
way; what is still claimed afterwards is counted.  After a crash (kill -9) it is also timed until a mail that
was kept before is on its ticket.  *Processor* are the seconds that a core worked until the desk was ready,
which says more than the clock where others use the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Thread

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from _databases import an_address  # noqa: E402 - the path comes first
from _measuring import machine, machine_line  # noqa: E402
from clicks import PATIENCE, is_ready, pour, unread  # noqa: E402
from sqlalchemy import func, select  # noqa: E402
from sweep import fill, say  # noqa: E402

from desk.delivery import DeliveryState  # noqa: E402
from sandbox.installed import Installed  # noqa: E402
from sandbox.server import Sandbox  # noqa: E402
from sandbox.visitor import Visitor  # noqa: E402
from store import counters, tables  # noqa: E402
from store.database import Database  # noqa: E402
from terminal.demo import demo_settings  # noqa: E402
from terminal.setup import MANIFEST  # noqa: E402
from tests.ports import free_ports  # noqa: E402

ENGINES = ("sqlite", "postgresql")
MAILS = 60
"""Come in while it is told to stop."""


@dataclass
class Times:
    """Seconds of each round, by what was timed; processor: those of them that a core worked, on Linux."""

    engine: str
    what: str
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    left: int | None = None

    def __str__(self) -> str:
        spread = f"{min(self.seconds):.2f} - {max(self.seconds):.2f} s"
        worked = f"{median(self.processor):.2f} s" if self.processor else ""
        left = "" if self.left is None else str(self.left)
        return (
            f"| {self.engine} | {self.what} | {median(self.seconds):.2f} s | {spread} | {worked} | {left} |"
        )


@dataclass
class Desk:
    """The desk on one database, started and ended again and again."""

    world: Sandbox
    url: str

    def __post_init__(self) -> None:
        self.mail, self.web = free_ports(2)
        self.world.deliver_mail_to = ("127.0.0.1", self.mail)
        ports = {"HELPDESK_MAIL__LISTENER__PORT": str(self.mail), "HELPDESK_WEB__PORT": str(self.web)}
        limits = {"HELPDESK_MAIL__LIMITS__OF_STRANGERS": "1000", "HELPDESK_LOG__LEVEL": "error"}
        self.environ = os.environ | demo_settings(self.world, self.url) | ports | limits
        self.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start compiles the house

    def start(self) -> float:
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk", "serve"], cwd=ROOT, env=self.environ
        )
        self.until(lambda: is_ready(self.web))
        return time.perf_counter() - began

    def stop(self, how: int = signal.SIGTERM) -> float:
        began = time.perf_counter()
        self.process.send_signal(how)
        self.process.wait()
        return time.perf_counter() - began

    def start_timed(self, times: Times) -> None:
        times.seconds.append(self.start())
        stat = Path(f"/proc/{self.process.pid}/stat")
        if stat.exists():
            ticks = stat.read_text().rpartition(")")[2].split()[11:13]  # in user mode, and in the kernel's
            times.processor.append(sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def until(self, look: object) -> None:
        Visitor(self.world.url).wait_until(look, seconds=PATIENCE)  # type: ignore[arg-type]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options.add_argument("--engine", choices=[*ENGINES, "both"], default="both")
    options.add_argument("--tickets", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    busy = os.getloadavg()[0]
    engines = ENGINES if asked.engine == "both" else (asked.engine,)
    rows = []
    for engine in engines:
        for row in measure(engine, asked.tickets, asked.rounds):
            rows.append(row)
            say(str(row))
    load = f"load average {busy:.0f} at the beginning, {os.getloadavg()[0]:.0f} at the end"
    if asked.json:
        shown = [
            {
                "engine": row.engine,
                "what": row.what,
                "seconds": row.seconds,
                "processor": row.processor,
                "left": row.left,
            }
            for row in rows
        ]
        print(json.dumps({"machine": machine(), "load": load, "rows": shown}))
        return
    print(f"{machine_line()}, {load}\n\n| database | what | median | from - to | processor | left claimed |")
    print("|---|---|---|---|---|---|")
    print("\n".join(map(str, rows)))


def measure(engine: str, tickets: int, rounds: int) -> Iterator[Times]:
    with ExitStack() as opened:
        world = opened.enter_context(Sandbox(app=Installed.of(MANIFEST), ack_seconds=30, limits="none"))
        yield from first_starts(engine, world, rounds)
        desk = Desk(world, opened.enter_context(an_address(engine)))
        opened.callback(desk.kill)
        desk.start()
        desk.stop()
        yield from again(engine, desk, "empty", rounds)
        db = Database(desk.url)
        opened.callback(db.close)
        fill(db, 1, tickets)
        with db.change() as session:
            counters.go_on_behind(session, "tickets", tickets)
        say(f"{engine}: {tickets:,} tickets are there")
        desk.start()
        desk.stop()
        yield from again(engine, desk, f"{tickets:,} tickets", rounds)
        yield under_load(engine, desk, db, rounds)
        yield from after_crash(engine, desk, db, rounds)


def first_starts(engine: str, world: Sandbox, rounds: int) -> Iterator[Times]:
    cold = Times(engine, "start on an empty place, which gets the schema")
    for _ in range(rounds):
        with an_address(engine) as url:
            desk = Desk(world, url)
            desk.start_timed(cold)
            desk.stop()
    yield cold


def again(engine: str, desk: Desk, what: str, rounds: int) -> Iterator[Times]:
    starts, stops = Times(engine, f"start, {what}"), Times(engine, f"stop, {what}")
    for _ in range(rounds):
        desk.start_timed(starts)
        stops.seconds.append(desk.stop())
    yield from (starts, stops)


def under_load(engine: str, desk: Desk, db: Database, rounds: int) -> Times:
    stops, number = Times(engine, "stop while mails come in", left=0), 0
    for _ in range(rounds):
        desk.start()
        mailing = Thread(target=_pour, args=(desk.mail, range(number, number + MAILS)))
        number += MAILS
        mailing.start()
        desk.until(lambda: unread(db) or claimed(db))
        stops.seconds.append(desk.stop())
        mailing.join()
        stops.left = (stops.left or 0) + claimed(db)
    return stops


def after_crash(engine: str, desk: Desk, db: Database, rounds: int) -> Iterator[Times]:
    starts = Times(engine, "start after kill -9")
    works = Times(engine, "from there until a mail of before is on its ticket")
    for number in range(1_000, 1_000 + rounds):
        desk.start()
        pour(desk.mail, [number])
        desk.stop(signal.SIGKILL)
        began = time.perf_counter()
        desk.start_timed(starts)
        desk.until(lambda: not unread(db))
        works.seconds.append(time.perf_counter() - began)
        desk.stop()
    yield from (starts, works)


def claimed(db: Database) -> int:
    sending = select(func.count()).where(tables.outbox.c.state == DeliveryState.SENDING)
    taken = select(func.count()).where(tables.inbox.c.state == "new", tables.inbox.c.attempts > 0)
    with db.read() as session:
        return int(session.scalar(sending)) + int(session.scalar(taken))


def _pour(port: int, numbers: range) -> None:
    with suppress(OSError):  # it stops meanwhile, as is measured
        pour(port, numbers)


if __name__ == "__main__":
    main()
