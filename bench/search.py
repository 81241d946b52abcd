"""Finding among many tickets: `./run bench search [--engine sqlite|postgresql|both] [--tickets N]`.

Each ticket has a mail, a reply and a note, in words of a made-up language as frequent as words are.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from sweep import a_database, fill, machine, ms, note, rest, say, seconds, spread  # noqa: E402

from desk.query import parse  # noqa: E402
from store import search, tables  # noqa: E402
from store.database import Database  # noqa: E402

_BEGIN, _MIDDLE = ("ka", "lo", "mi", "nu", "pe"), ("ra", "so", "ti")
WORDS = [f"{a}{b}{c}" for a in _BEGIN for b in _MIDDLE for c in range(1000)]
"""15,000 of them; the n-th is used in proportion to 1 / n."""

SHARES = [1 / (place + 1) for place in range(len(WORDS))]
LENGTHS = {0: 4, 1: 120, 1_001: 60, 1_002: 15}
"""Words of the customer, the mail, the reply, the note."""

SEEKER = search.Seeker("U0SANNE", ZoneInfo("Europe/Amsterdam"))
QUERIES = {
    "one rare word": WORDS[9_000],
    "one word, on a tenth of the tickets": WORDS[150],
    "the most frequent word": WORDS[0],
    "three frequent words": " ".join(WORDS[:3]),
    "a phrase": f'"{WORDS[0]} {WORDS[1]}"',
    "the beginning of a word (ka)": "ka",
    "a frequent word, status and date": f"{WORDS[0]} status:open after:2026-11-01",
    "a frequent word and not another": f"{WORDS[0]} -{WORDS[1]}",
    "nothing (every ticket)": "",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    options.add_argument("--tickets", type=int, default=100_000)
    asked = options.parse_args()
    print(f"{machine()}, {asked.tickets:,} tickets\n")
    print("| engine | what | found | median | 5-95 % |\n|---|---|---|---|---|")
    for engine in ["sqlite", "postgresql"] if asked.engine == "both" else [asked.engine]:
        with a_database(engine) as db:
            took = seconds(lambda db=db: say_much(db, asked.tickets))
            say(f"{engine}: {asked.tickets:,} tickets in {took:.0f} s")
            for row in measure(db):
                print("|", " | ".join([engine, *row]), "|", flush=True)


def measure(db: Database) -> Iterator[tuple[str, ...]]:
    """The first page and the count, for each query; then what a note costs, indexed in its commit."""
    for what, line in QUERIES.items():
        total = look(db, line)
        times = spread([seconds(lambda line=line: look(db, line)) for _ in range(20)])
        yield what, f"{total:,}", *_told(times)
    times = spread([seconds(lambda number=number: note(db, number)) for number in range(1, 201)])
    yield "a note, saved and indexed", "", *_told(times)


def _told(times: dict[str, Any]) -> tuple[str, str]:
    return ms(times["median_ms"]), f"{ms(times['low_ms'])} - {ms(times['high_ms'])}"


def look(db: Database, line: str) -> int:
    with db.read() as session:
        query = parse(line, today=date(2026, 12, 1))
        return search.find(session, query, SEEKER, limit=10).total


def say_much(db: Database, count: int) -> None:
    """Fill the desk, and the index as the desk would."""
    fill(db, 1, count)
    chance = random.Random(42)
    for begin in range(1, count + 1, 2_000):
        with db.change() as session:
            rows = [
                {
                    "id": number * search.EVENTS + seq,
                    "ticket": number,
                    "words": search.words_for(session, words),
                }
                for number in range(begin, min(begin + 2_000, count + 1))
                for seq, words in some_texts(chance)
            ]
            session.execute(tables.texts.insert(), rows)
    rest(db)


def some_texts(chance: random.Random) -> Iterator[tuple[int, list[str]]]:
    for seq, length in LENGTHS.items():
        yield seq, chance.choices(WORDS, cum_weights=_SUMS, k=length)


_SUMS = list(accumulate(SHARES))

if __name__ == "__main__":
    main()
