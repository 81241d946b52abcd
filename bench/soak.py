"""The desk under a steady load, and whether it takes more and more of anything:
`./run bench soak [--json] [--engine E] [--minutes M] [--rate R] [--pace S] [--warm-up S]`.

The desk is a process of its own, as in production, in Socket Mode; the local workspace plays Slack, with its
limits, and takes the desk's mails.  So many mails a second come in by SMTP, each a new ticket of a client.
They keep to the clock: one that the desk takes late is counted as late, and the next ones are not put off.
Meanwhile two agents take tickets over every other second, and send a reply every twentieth; what is timed is
from the click to the desk's acknowledgement, which follows the commit, the workspace's own work included.

Every five seconds it is noted what the desk and the process that reads its mails take of the machine, how
long the write-ahead log of SQLite is, and what `/metrics` says of the mails and deliveries that wait.  After
the warm-up that is judged.  In the end every mail that was taken must be one ticket.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import smtplib
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from threading import Event, Thread
from time import monotonic, process_time
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from _databases import an_address  # noqa: E402 - the path comes first
from _mails import first_mail  # noqa: E402
from _measuring import machine, machine_line  # noqa: E402
from _soaked import Asked, Noted, by_minute, table_of, verdicts  # noqa: E402
from _watching import MB, children_of, taken_by  # noqa: E402
from clicks import AGENTS, PATIENCE, cards_of, pour, unread  # noqa: E402
from prometheus_client.parser import text_string_to_metric_families  # noqa: E402
from start import Desk  # noqa: E402

from sandbox.installed import Installed  # noqa: E402
from sandbox.server import Sandbox  # noqa: E402
from sandbox.visitor import Visitor  # noqa: E402
from store import tickets  # noqa: E402
from store.database import Database  # noqa: E402
from terminal.setup import MANIFEST  # noqa: E402

ENGINES = ("sqlite", "postgresql")
CARDS, ANSWERED = 10, 5
"""On so many cards they click, and to so many others they reply."""

FIRST = CARDS + ANSWERED

CLICK_EVERY, REPLY_EVERY, LOOK_EVERY = 2.0, 20.0, 5.0
GRACE = 60
"""Seconds after the end for what is late; what is later is not done."""

SLACKS_PACE = 1.1

CLIENTS = [{"name": f"Bedrijf {n}", "domains": [f"bedrijf{n}.example"]} for n in range(200)]
"""Who writes: people who are nobody's may open twenty tickets a minute together, and the rest is counted."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    options.add_argument("--engine", choices=[*ENGINES, "both"], default="both")
    options.add_argument("--minutes", type=float, default=10, help="after the warm-up")
    options.add_argument("--rate", type=float, default=20, help="mails a second")
    options.add_argument("--pace", type=float, default=SLACKS_PACE, help="seconds between messages to Slack")
    options.add_argument("--warm-up", type=float, default=60, help="seconds that are not judged")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the desk ends as well
    asked = Asked(given.minutes, given.rate, given.pace, given.warm_up)
    runs = []
    for engine in ENGINES if given.engine == "both" else (given.engine,):
        busy = os.getloadavg()[0]
        run = measure(engine, asked)
        load = f"load average {busy:.0f} at the beginning, {os.getloadavg()[0]:.0f} at the end"
        runs.append({"engine": engine, "load": load, **asdict(asked), **run})
    if given.json:
        print(json.dumps({"machine": machine(), "runs": runs}))
        return
    for run in runs:
        print(f"{machine_line()}, {run['load']}\n\n{table_of(run['minute by minute'])}\n")
        print(f"{run['engine']}, {run['rate']:g} mails a second for {run['minutes']:g} minutes:\n")
        print("\n".join(f"- {line}" for line in run["verdicts"]), end="\n\n")


def measure(engine: str, asked: Asked) -> dict[str, Any]:
    with ExitStack() as opened:
        limits = "slack" if asked.pace >= 1 else "none"
        world = opened.enter_context(Sandbox(app=Installed.of(MANIFEST), ack_seconds=30, limits=limits))
        desk = Desk(world, opened.enter_context(an_address(engine)))
        desk.environ |= {
            "HELPDESK_SLACK__SECONDS_BETWEEN_MESSAGES": str(asked.pace),
            "HELPDESK_CONTRACTS": json.dumps(CLIENTS),
        }
        opened.callback(desk.kill)
        desk.start()
        db = Database(desk.url)
        opened.callback(db.close)
        visitor = Visitor(world.url)
        pour(desk.mail, range(FIRST))
        drawn = visitor.wait_until(lambda: cards_of(visitor, FIRST), seconds=PATIENCE)
        noted = Noted()
        seconds = asked.warm_up + 60 * asked.minutes
        at_work(desk, world, drawn, noted, asked.rate, seconds)
        begun = monotonic()
        desk.until(lambda: not unread(db))
        emptied = monotonic() - begun
        with db.read() as session:
            opened_tickets = sum(tickets.count(session).values())
        desk.stop()
    noted.tickets, noted.emptied = opened_tickets - FIRST, emptied
    told = {"minute by minute": by_minute(noted), "verdicts": verdicts(noted, asked)}
    return told | {"looks": noted.looks, "tickets": noted.tickets, "refused": noted.refused}


def at_work(
    desk: Desk, world: Sandbox, drawn: list[dict[str, Any]], noted: Noted, rate: float, seconds: float
) -> None:
    """Mails, clicks and looks at the same time, each by the clock."""
    begun, over = monotonic(), Event()

    def steadily(do: Callable[[int, float], object], every: float) -> None:
        """Do it at each of its moments; one that takes too long makes the next ones late, not fewer."""
        for number in range(int(seconds / every)):
            planned, now = number * every, monotonic() - begun
            if now > seconds + GRACE or over.wait(max(0.0, planned - now)):
                return
            do(number, planned)

    mailman, hands = Mailman(desk.mail, noted, lambda: monotonic() - begun), Visitor(world.url)
    clicks = cycle((agent, card) for agent in AGENTS for card in drawn[:CARDS])

    def click(_number: int, planned: float) -> None:
        agent, card = next(clicks)
        timed(noted, planned, lambda: hands.click(agent, card, "take"))

    def reply(number: int, planned: float) -> None:
        card = drawn[CARDS + number % ANSWERED]
        hands.click("Lena", card, "reply")
        hands.submit("Lena", {"text": f"We look at it, and call you back before {number % 12} o'clock."})
        timed(noted, planned, lambda: hands.submit("Lena"))

    def look(_number: int, _planned: float) -> None:
        noted.looks.append(look_at(desk, world, monotonic() - begun))

    work = [
        Thread(target=steadily, args=each)
        for each in (
            (mailman.bring, 1 / rate),
            (click, CLICK_EVERY),
            (reply, REPLY_EVERY),
            (look, LOOK_EVERY),
        )
    ]
    for each in work:
        each.start()
    try:
        for each in work:
            each.join()
    finally:
        over.set()


class Mailman:
    """Brings mails over one connection, and over another one where that ends."""

    def __init__(self, port: int, noted: Noted, now: Callable[[], float]) -> None:
        self._port, self._noted, self._now = port, noted, now
        self._line: smtplib.SMTP | None = None

    def bring(self, number: int, planned: float) -> None:
        mail = first_mail(FIRST + number, at=datetime.now(UTC))
        try:
            self._line = self._line or smtplib.SMTP("127.0.0.1", self._port, timeout=60)
            sender = f"klant{FIRST + number}@bedrijf.example"
            self._line.sendmail(sender, ["help@desk.example"], mail)
        except (smtplib.SMTPException, OSError):
            self._line = None
            self._noted.refused += 1
            return
        self._noted.lateness.append((planned, 1_000 * (self._now() - planned)))


def timed(noted: Noted, planned: float, do: Callable[[], object]) -> None:
    begun = monotonic()
    do()
    noted.clicks.append((planned, 1_000 * (monotonic() - begun)))


def look_at(desk: Desk, world: Sandbox, at: float) -> dict[str, float]:
    pid = desk.process.pid
    mine, readers = taken_by(pid), [taken_by(child) for child in children_of(pid)]
    begun = monotonic()
    with urlopen(f"{world.url}/_control/journal?after=1000000000", timeout=60) as answer:
        answer.read()
    workspace = 1_000 * (monotonic() - begun)
    return {
        "at": at,
        "memory": mine.memory,
        "reader": sum(each.memory for each in readers),
        "files": mine.files,
        "threads": mine.threads,
        "processor": mine.processor + sum(each.processor for each in readers),
        "measuring": process_time(),
        "workspace": workspace,
        **figures_of(desk),
    }


def figures_of(desk: Desk) -> dict[str, float]:
    with urlopen(f"http://127.0.0.1:{desk.web}/metrics", timeout=60) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    found = [sample for family in families for sample in family.samples]

    def total(name: str, **labels: str) -> float:
        return sum(one.value for one in found if one.name == name and labels.items() <= one.labels.items())

    return {
        "log": total("wal_bytes") / MB,
        "waiting": total("inbound_waiting"),
        "cards": total("outbox_depth", kind="card"),
        "lines": total("outbox_depth", kind="agents"),
        "mails": total("outbox_depth", kind="customer"),
    }


if __name__ == "__main__":
    main()
