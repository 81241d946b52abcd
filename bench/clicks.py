"""Click to committed and acknowledged, through a real socket, while mails come in:
`./run bench clicks [--json] [--engine E] [--mails N] [--cards N]`.

The desk is a process of its own, as in production, in Socket Mode.  The local workspace plays Slack and
hands in mails as fast as the desk's listener takes them; meanwhile agents click on cards, one click after
the other.  A click counts from the moment it is made to the desk's acknowledgement, which follows the commit.
It holds the workspace's own work, too: what that costs is measured with clicks on a desk that is at rest.
"""

from __future__ import annotations

import argparse
import json
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from threading import Thread
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _databases import an_address  # noqa: E402 - the path comes first
from _mails import first_mail  # noqa: E402
from _measuring import machine, machine_line  # noqa: E402

from sandbox.installed import Installed  # noqa: E402
from sandbox.server import Sandbox  # noqa: E402
from sandbox.visitor import Visitor  # noqa: E402
from store import inbox  # noqa: E402
from store.database import Database  # noqa: E402
from terminal.demo import demo_settings  # noqa: E402
from terminal.setup import MANIFEST  # noqa: E402
from tests.ports import free_ports  # noqa: E402

ENGINES = ("sqlite", "postgresql")
PATIENCE = 120.0
AGENTS = ("Alice", "Bob")
AT_REST = 100


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options.add_argument("--engine", choices=[*ENGINES, "both"], default="both")
    options.add_argument("--mails", type=int, default=1_000)
    options.add_argument("--cards", type=int, default=10, help="on which they click")
    asked = options.parse_args()
    engines = ENGINES if asked.engine == "both" else (asked.engine,)
    rows = [row for engine in engines for row in measure(engine, asked.mails, asked.cards)]
    if asked.json:
        print(json.dumps({"machine": machine(), "rows": rows}))
        return
    print(f"{machine_line()}\n\n| database | while | clicks | median | p99 | longest |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        figures = " | ".join(f"{row[each]:.0f} ms" for each in ("median", "p99", "longest"))
        print(f"| {row['engine']} | {row['while']} | {row['clicks']} | {figures} |")


def measure(engine: str, mails: int, cards: int) -> Iterator[dict[str, Any]]:
    """Click while the desk is at rest, and while mails come in."""
    with ExitStack() as opened:
        world = opened.enter_context(Sandbox(app=Installed.of(MANIFEST), ack_seconds=30, limits="none"))
        url = opened.enter_context(an_address(engine))
        port = opened.enter_context(a_desk(world, url))
        db, visitor = Database(url), Visitor(world.url)
        opened.callback(db.close)
        pour(port, range(cards))
        drawn = visitor.wait_until(lambda: cards_of(visitor, cards), seconds=PATIENCE)
        yield row(engine, "at rest", [a_click(visitor, *each) for each in clicks(drawn, AT_REST)])
        mailing = Thread(target=pour, args=(port, range(cards, cards + mails)))
        mailing.start()
        began, times, pairs = time.perf_counter(), [], clicks(drawn, 1_000_000)
        while mailing.is_alive() or unread(db):
            times.append(a_click(visitor, *next(pairs)))
        seconds = time.perf_counter() - began
        yield row(engine, f"{mails:,} mails come in ({mails / seconds:.0f} a second)", times)


@contextmanager
def a_desk(world: Sandbox, url: str) -> Iterator[int]:
    """The real desk in a process of its own; yields the port that takes mail."""
    mail, web = free_ports(2)
    ports = {"HELPDESK_MAIL__LISTENER__PORT": str(mail), "HELPDESK_WEB__PORT": str(web)}
    limits = {"HELPDESK_MAIL__LIMITS__OF_STRANGERS": "1000"}
    environ = os.environ | demo_settings(world, url) | ports | limits
    process = subprocess.Popen([sys.executable, "-m", "helpdesk", "serve"], cwd=ROOT, env=environ)
    try:
        Visitor(world.url).wait_until(lambda: is_ready(web), seconds=PATIENCE)
        yield mail
    finally:
        process.terminate()
        process.wait()


def is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def pour(port: int, numbers: Sequence[int]) -> None:
    """Hand in the first mails of these customers, one after the other."""
    with smtplib.SMTP("127.0.0.1", port) as listener:
        for n in numbers:
            mail = first_mail(n, at=datetime.now(UTC))
            listener.sendmail(f"klant{n}@bedrijf.example", ["help@desk.example"], mail)


def cards_of(visitor: Visitor, count: int) -> list[dict[str, Any]]:
    roots = [message for message in visitor.channel("#support") if message.get("blocks")]
    return roots if len(roots) >= count else []


def unread(db: Database) -> int:
    with db.read() as session:
        return inbox.waiting(session)


def clicks(drawn: Sequence[dict[str, Any]], most: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Who clicks where: each takes the other's ticket over, so that every click changes something."""
    pairs = cycle((agent, card) for agent in AGENTS for card in drawn)
    return (next(pairs) for _ in range(most))


def a_click(visitor: Visitor, agent: str, card: dict[str, Any]) -> float:
    """Milliseconds until it is acknowledged."""
    began = time.perf_counter()
    visitor.click(agent, card, "take")
    return 1_000 * (time.perf_counter() - began)


def row(engine: str, meanwhile: str, times: Sequence[float]) -> dict[str, Any]:
    cuts = quantiles(times, n=100)
    figures = {"median": cuts[49], "p99": cuts[98], "longest": max(times)}
    return {"engine": engine, "while": meanwhile, "clicks": len(times)} | figures


if __name__ == "__main__":
    main()
