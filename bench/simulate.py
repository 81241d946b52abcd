"""A year of tickets through the real desk: `./run bench simulate [--json] [--tickets N]`.

The scenario is made here: mails spread over a year, nights and weekends included.  Every ticket is taken and
answered; four of five are resolved by hand, one is asked something and stays silent; some are too late.
Measured is the whole command, the reading of the scenario and the writing of every line included.
"""

import argparse
import json
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _measuring import machine, machine_line  # noqa: E402 - the path comes first
from sqlalchemy import Connection, Engine, event  # noqa: E402

from config import load_rehearsed  # noqa: E402
from rehearsal import reading, telling  # noqa: E402
from rehearsal.playing import play  # noqa: E402

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
YEAR = timedelta(days=365)
AGENTS = ("Sanne", "Bob", "Noor", "Joost")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options.add_argument("--tickets", type=int, default=10_000, help="how many in the year")
    asked = options.parse_args()
    logging.disable(logging.WARNING)
    measured = measure(asked.tickets)
    if asked.json:
        print(json.dumps({"machine": machine(), **measured}))
    else:
        print(f"{machine_line()}\n")
        print("\n".join(table(measured)))


def measure(tickets: int) -> dict[str, Any]:
    """Play the year once."""
    text = json.dumps(a_year(tickets))
    asked = counting()
    wall, processor = time.perf_counter(), time.process_time()
    lines = Counter(played(text))
    spent = time.process_time() - processor
    return {
        "tickets": tickets,
        "seconds": round(time.perf_counter() - wall, 1),
        "processor_seconds": round(spent, 1),
        "lines": dict(sorted(lines.items())),
        "of_each_ticket": {
            "processor_ms": round(spent * 1000 / tickets, 1),
            **{name: round(count / tickets, 1) for name, count in sorted(asked.items())},
        },
    }


def counting() -> Counter[str]:
    """What the database is asked from now on, without BEGIN and COMMIT."""
    asked = Counter[str]()

    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("helpdesk_writes")
        asked["transactions that write" if writes else "transactions that read"] += 1

    event.listen(Engine, "begin", begun)
    event.listen(Engine, "before_cursor_execute", lambda *_sent: asked.update(["statements"]))
    return asked


def played(text: str) -> Iterator[str]:
    """Every line as the command prints it; its kind."""
    said = reading.parse(text)
    config = load_rehearsed(None, {}, reading.overrides(said))
    for line in play(reading.read(said, config.desk.timezone), config):
        telling.as_json(line)
        yield line.kind


def a_year(tickets: int) -> dict[str, Any]:
    """The scenario; JSON is YAML."""
    chance = random.Random(42)
    steps = [step for number in range(tickets) for step in a_life(number, chance, tickets)]
    steps.sort(key=lambda step: step["at"])
    return {
        "start": START.isoformat(),
        "steps": steps,
        "until": (START + YEAR + timedelta(days=30)).isoformat(),
    }


def a_life(number: int, chance: random.Random, tickets: int) -> Iterator[dict[str, Any]]:
    """What people do about one ticket."""
    name, agent = f"t{number}", chance.choice(AGENTS)
    lands = START + YEAR * (number + chance.random()) / tickets
    taken = lands + timedelta(hours=chance.expovariate(1 / 6))
    answered = taken + timedelta(hours=chance.expovariate(1 / 4))
    sender = f"Customer {number % 500} <person{number % 500}@client{number % 40}.example>"
    mail = {"from": sender, "subject": f"Question {number}", "text": "The page shows an error when I save."}
    yield {"at": lands.isoformat(), "as": name, "mail": mail}
    yield {"at": taken.isoformat(), "click": {"ticket": name, "by": agent, "do": "take"}}
    then = "ask" if number % 5 == 0 else "resolve"
    said = {"ticket": name, "by": agent, "text": "Please try it again now.", "then": "keep"}
    yield {"at": answered.isoformat(), "reply": said | ({"then": "ask"} if then == "ask" else {})}
    if then == "resolve":
        done = answered + timedelta(hours=chance.expovariate(1 / 8))
        click = {"ticket": name, "by": agent, "do": "resolve", "text": "Mended."}
        yield {"at": done.isoformat(), "click": click}


def table(measured: dict[str, Any]) -> Iterator[str]:
    lines = measured["lines"]
    yield "| tickets | seconds | of the processor | lines | mails | cards | thread lines | statuses |"
    yield "|---|---|---|---|---|---|---|---|"
    yield (
        f"| {measured['tickets']:,} | {measured['seconds']:,} | {measured['processor_seconds']:,} "
        f"| {sum(lines.values()):,} | {lines.get('mail', 0):,} | {lines.get('card', 0):,} "
        f"| {lines.get('thread', 0):,} | {lines.get('status', 0):,} |"
    )
    yield ""
    yield "| of each ticket | |"
    yield "|---|---|"
    yield from (
        f"| {name.replace('_', ' ')} | {value} |" for name, value in measured["of_each_ticket"].items()
    )


if __name__ == "__main__":
    main()
