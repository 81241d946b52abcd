"""A sweep among many open tickets: `./run bench sweep [--json] [--engine sqlite|postgresql|both] [--most N]`.

What is measured goes through the desk's own functions; only the many tickets are put there in bulk.
"""

import argparse
import json
import logging
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _databases import an_address  # noqa: E402 - the path comes first
from sqlalchemy import text  # noqa: E402

from desk.actor import Actor  # noqa: E402
from sla.calendar import Calendar  # noqa: E402
from sla.clock import attention, due  # noqa: E402
from sla.hours import BusinessHours  # noqa: E402
from sla.policy import Policy  # noqa: E402
from sla.sealing import seal  # noqa: E402
from sla.sweep import sweep  # noqa: E402
from store import schema, tickets  # noqa: E402
from store.database import Database  # noqa: E402

SIZES = (1_000, 100_000, 1_000_000)
DUE = (0, 100, 10_000)
LANDED = datetime(2026, 11, 30, 8, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
"""9 of 16 business hours after they landed: half of the first response is used up."""

LATER = datetime(2027, 1, 1, tzinfo=UTC)
SANNE = Actor.agent("U0SANNE", "Sanne")
POLICY = Policy(hours=BusinessHours(Calendar()))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    options.add_argument("--most", type=int, default=SIZES[-1], help="the largest number of open tickets")
    asked = options.parse_args()
    logging.disable(logging.CRITICAL)
    engines = ["sqlite", "postgresql"] if asked.engine == "both" else [asked.engine]
    measured = [row for engine in engines for row in measure(engine, asked.most)]
    if asked.json:
        print(json.dumps({"machine": machine(), "date": f"{datetime.now(UTC):%Y-%m-%d}", "rows": measured}))
    else:
        print(f"{machine()}, {datetime.now(UTC):%Y-%m-%d}\n")
        print("\n".join(table(measured)))


def measure(engine: str, most: int) -> Iterator[dict[str, Any]]:
    """Fill one database further and further, and measure at each size."""
    with a_database(engine) as db:
        filled = 0
        for size in [each for each in SIZES if each <= most]:
            began = time.perf_counter()
            fill(db, filled + 1, size)
            filled = size
            say(f"{engine}: {size:,} open tickets in {time.perf_counter() - began:.0f} s")
            for due in [each for each in DUE if each <= size]:
                yield {"engine": engine, "open": size, "what": f"sweep, {due:,} due", **a_sweep(db, due)}
            yield {"engine": engine, "open": size, "what": "save with attention_at", **a_save(db, size)}
            rest(db)


def a_sweep(db: Database, due: int) -> dict[str, Any]:
    """Sweep when so many are due: several times when few are, once and with clicks beside it when many."""
    if due < 1_000:
        times = [seconds(lambda: sweep(db, POLICY, now=NOW)) for _ in warmed(db, due, 5 if due else 200)]
        return spread(times)
    make_due(db, due)
    clicks, ended = list[float](), Event()
    clicking = Thread(target=click_until, args=(db, ended, clicks))
    clicking.start()
    time.sleep(0.2)
    took = seconds(lambda: sweep(db, POLICY, now=NOW))
    ended.set()
    clicking.join()
    return spread([took]) | {f"click_{name}": value for name, value in spread(clicks).items()}


def warmed(db: Database, due: int, times: int) -> Iterator[int]:
    """Make so many due before each time, the first of which only warms up what is lazy."""
    make_due(db, due)
    sweep(db, POLICY, now=NOW)
    for each in range(times):
        make_due(db, due)
        yield each


def a_save(db: Database, size: int) -> dict[str, Any]:
    """Change one ticket: read, one more event, its attention, the card it owes, commit."""
    numbers = [1 + each * (size // 200) for each in range(200)]
    return spread([seconds(lambda number=number: note(db, number)) for number in numbers])


def click_until(db: Database, ended: Event, clicks: list[float]) -> None:
    """Somebody clicks twenty times a second, as long as the sweep goes on."""
    number = 1
    while not ended.is_set():
        clicks.append(seconds(lambda number=number: note(db, number, urgent=True)))
        number += 1
        ended.wait(0.05)


def note(db: Database, number: int, *, urgent: bool = False) -> None:
    with db.change(urgent=urgent) as session:
        tickets.get(session, number).note("Looked at it.", by=SANNE, at=NOW)


# The many tickets

_TICKET = """
    INSERT INTO tickets (number, subject, customer, customer_name, client, language, status, priority,
        owner_name, version, opened_at, changed_at, attention_at)
    SELECT n, 'Blank page', 'anna@bakery.example', 'Anna', 'Bakery', 'en', 'waiting_for_support', 'medium',
        '', 1, :landed, :landed, :later FROM {numbers}
"""
_EVENT = """
    INSERT INTO events (ticket, seq, kind, at, by_role, by_key, by_name, by_door, status, priority, text,
        detail)
    SELECT n, 1, 'opened', :landed, 'customer', 'anna@bakery.example', 'Anna', 'mail',
        'waiting_for_support', 'medium', 'The page is blank.', '{{}}' FROM {numbers}
"""
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT :a UNION ALL SELECT n + 1 FROM c WHERE n < :z) "
    "SELECT n FROM c)",
    "postgresql": "generate_series(CAST(:a AS bigint), CAST(:z AS bigint)) AS c(n)",
}


def fill(db: Database, first: int, last: int) -> None:
    """Put open tickets there, each with the event of its mail, none of them due before next year."""
    numbers = _NUMBERS[db.engine.dialect.name]
    facts = {"landed": stored(db, LANDED), "later": stored(db, LATER), "a": first, "z": last}
    with db.change() as session:
        for statement in (_TICKET, _EVENT):
            used = {key: value for key, value in facts.items() if f":{key}" in statement + numbers}
            session.execute(text(statement.format(numbers=numbers)), used)
    rest(db)


def make_due(db: Database, count: int) -> None:
    """Let the next so many tickets that were never warned about be due now."""
    statement = """
        UPDATE tickets SET attention_at = :now WHERE number IN
            (SELECT number FROM tickets WHERE version = 1 AND number > 250 ORDER BY number LIMIT :count)
    """
    again = "UPDATE tickets SET attention_at = :now WHERE number IN (SELECT number FROM tickets LIMIT :count)"
    with db.change() as session:
        never_warned = text("SELECT count(*) FROM (SELECT 1 FROM tickets WHERE version = 1 LIMIT :n) f")
        fresh = session.execute(never_warned, {"n": count + 250}).scalar_one()
        wanted = statement if fresh >= count + 250 else again
        session.execute(text(wanted), {"now": stored(db, NOW), "count": count})


def stored(db: Database, moment: datetime) -> object:
    """SQLite keeps moments as naive text."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}" if db.is_sqlite else moment


def rest(db: Database) -> None:
    """Let the engine know what it holds, as its own housekeeping would."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


@contextmanager
def a_database(engine: str) -> Iterator[Database]:
    """A fresh one with the desk's schema, wired as the desk wires it."""
    with an_address(engine) as url:
        db = Database(
            url,
            attention=lambda ticket: attention(ticket, POLICY),
            due=lambda ticket: due(ticket, POLICY),
            seal=lambda ticket, fresh: seal(ticket, fresh, POLICY),
        )
        schema.upgrade(db)
        yield db
        db.close()


# What is printed


def seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def spread(times: Sequence[float]) -> dict[str, Any]:
    """The median and where the middle nine tenths lie, in milliseconds."""
    low, high = (min(times), max(times)) if len(times) < 20 else _tails(times)
    figures = {"median_ms": median(times), "low_ms": low, "high_ms": high, "max_ms": max(times)}
    return {name: round(value * 1000, 3) for name, value in figures.items()} | {"times": len(times)}


def _tails(times: Sequence[float]) -> tuple[float, float]:
    parts = quantiles(times, n=20)
    return parts[0], parts[-1]


def table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "| engine | open tickets | what | median | 5-95 % | times | clicks meanwhile: median, 95 %, worst |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        clicks = ""
        if "click_median_ms" in row:
            clicks = f"{ms(row['click_median_ms'])}, {ms(row['click_high_ms'])}, {ms(row['click_max_ms'])}"
        between = f"{ms(row['low_ms'])} - {ms(row['high_ms'])}" if row["times"] > 1 else ""
        yield (
            f"| {row['engine']} | {row['open']:,} | {row['what']} | {ms(row['median_ms'])} | {between} "
            f"| {row['times']} | {clicks} |"
        )


def ms(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.2f} ms"


def machine() -> str:
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
