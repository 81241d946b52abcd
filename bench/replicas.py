"""Replicas that take in mail together: `./run bench replicas [--json] [--mails N] [--rounds N] [--share S]`.

One, two and three of them, on one PostgreSQL; each is a process of its own, with another that reads for it.
So many first mails lie in the inbox; all replicas begin at the same word, and the time runs until the last of
them finds nothing any more.  Counted is that each mail became one ticket, how many each replica took, and how
many of the machine's cores were at work meanwhile, for whomever (/proc/stat).

Where replicas keep all cores of one machine at work, more of them cannot show what they give on machines of
their own.  With --share each may work for that part of the time only, as on a machine that is so much slower:
it is stopped and let go on again, forty times a second, and the database is not.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import random
from statistics import median
from threading import Event, Thread
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _databases import an_address  # noqa: E402 - the path comes first
from _intakes import APART, MONDAY, a_database, a_house  # noqa: E402
from _mails import first_mail  # noqa: E402
from _measuring import Rate, machine, machine_line  # noqa: E402

from mail.intake import Intake  # noqa: E402
from mail.reader import Reader  # noqa: E402
from store import inbox, schema, tickets  # noqa: E402
from store.database import Database  # noqa: E402
from store.inbox import Arrival  # noqa: E402

MOST = 3


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options.add_argument("--mails", type=int, default=300)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--share", type=float, default=1.0, help="of the time that each may work, up to 1")
    options.add_argument("--replica", default="", help=argparse.SUPPRESS)
    asked = options.parse_args()
    logging.disable(logging.CRITICAL)
    if asked.replica:
        be_a_replica(asked.replica)
        return
    rows = measure(asked.mails, asked.rounds, asked.share)
    if asked.json:
        told = [row | {"a second": row["a second"].as_json()} for row in rows]
        print(json.dumps({"machine": machine(), "mails": asked.mails, "rows": told}))
        return
    print(machine_line() + f", {asked.rounds} rounds of {asked.mails} mails", end="")
    print(f", each working {asked.share:.0%} of the time\n" if asked.share < 1 else "\n")
    head = (
        "replicas",
        "mails a second",
        "times as many as one",
        "taken by each, last round",
        "cores at work",
    )
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        cores = f"{row['cores at work']:.1f}"
        print(f"| {row['replicas']} | {row['a second']} | {row['ratio']:.2f} | {row['shares']} | {cores} |")


def measure(mails: int, rounds: int, share: float) -> list[dict[str, Any]]:
    """In turns: a round of one, a round of two, a round of three."""
    with an_address("postgresql") as url, a_database(url) as db, started(url, share) as replicas:
        schema.upgrade(db)
        rates: dict[int, list[float]] = {size: [] for size in range(1, MOST + 1)}
        cores: dict[int, list[float]] = {size: [] for size in rates}
        shares, numbers = dict[int, list[int]](), count()
        for turn in range(rounds + 1):
            for size, taken in rates.items():
                fill(db, [next(numbers) for _ in range(mails)])
                busy = processor_seconds()
                seconds, shares[size] = race(db, replicas[:size])
                cores[size].append((processor_seconds() - busy) / seconds)
                taken += [mails / seconds] if turn else []  # the first warms up what is lazy
    return [
        {
            "replicas": size,
            "a second": Rate(tuple(taken)),
            "ratio": median(mine / one for mine, one in zip(taken, rates[1], strict=True)),
            "shares": shares[size],
            "cores at work": median(cores[size]),
        }
        for size, taken in rates.items()
    ]


def fill(db: Database, numbers: list[int]) -> None:
    for number in numbers:
        at = MONDAY + number * APART
        with db.change() as session:
            inbox.keep(session, Arrival(source="smtp", raw=first_mail(number, at=at), at=at))


def race(db: Database, replicas: list[subprocess.Popen[str]]) -> tuple[float, list[int]]:
    """How many seconds they took together, and what each of them took."""
    with db.read() as session:
        waiting, before = inbox.waiting(session), sum(tickets.count(session).values())
    begin = perf_counter()
    for each in replicas:
        assert each.stdin
        print("go", file=each.stdin, flush=True)
    shares = [int(each.stdout.readline()) for each in replicas if each.stdout]
    took = perf_counter() - begin
    with db.read() as session:
        assert sum(tickets.count(session).values()) == before + waiting == before + sum(shares)
    return took, shares


def processor_seconds() -> float:
    """What all processes of this machine have used; nothing where no /proc tells."""
    told = Path("/proc/stat")
    if not told.exists():
        return 0.0
    user, nice, system, _, _, irq, softirq, *_ = map(int, told.read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


@contextmanager
def held_back(process: subprocess.Popen[str], share: float) -> Iterator[None]:
    """It and its own processes work for that part of each turn, and stand still for the rest."""
    over = Event()

    def run() -> None:
        over.wait(random() * _TURN)
        while not over.wait(share * _TURN):
            os.killpg(process.pid, signal.SIGSTOP)
            over.wait((1 - share) * _TURN)
            os.killpg(process.pid, signal.SIGCONT)

    turning = Thread(target=run)
    turning.start()
    try:
        yield
    finally:
        over.set()
        turning.join()


_TURN = 1 / 40
"""Seconds."""


@contextmanager
def started(url: str, share: float) -> Iterator[list[subprocess.Popen[str]]]:
    program = [sys.executable, __file__, "--replica", url]
    replicas = [
        subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        for _ in range(MOST)
    ]
    try:
        for each in replicas:
            assert each.stdout
            assert each.stdout.readline() == "ready\n"
        with ExitStack() as stack:
            for each in replicas if share < 1 else []:
                stack.enter_context(held_back(each, share))
            yield replicas
    finally:
        for each in replicas:
            each.terminate()
            each.wait()


def be_a_replica(url: str) -> None:
    """Take what waits each time that a word comes in, and say how much that was."""
    with a_database(url) as db:
        reader = Reader()
        intake = Intake(db, a_house(), clock=lambda: MONDAY + timedelta(days=1), read=reader.ahead)
        print("ready", flush=True)
        for _ in sys.stdin:
            print(intake.receive_new(), flush=True)
        reader.stop()


if __name__ == "__main__":
    main()
