"""From raw mail to committed ticket: `./run bench intake [--beside] [--json] [--rounds N] [--mails N]`.

Each round keeps so many first mails in the inbox, one by one, as the listener does, and receives them as the
running desk does: read in a process of their own, screened, every limit counted, committed.  Then without
that process, and without the keeping, to see what they cost.

--beside measures django-helpdesk in the same run, in turns.  It needs Django and more, which are no part of
our lock: they are put into .venv-others, as bench/others/requirements.txt pins them.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
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

OTHERS = ROOT / ".venv-others"
ENGINES = ("sqlite", "postgresql")
WAYS = ("helpdesk", "read in the same process", "kept before")


class Clock:
    """Shows when the mail that is received came in, so that what is limited by the minute is not used up."""

    now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Side:
    """One of those that are measured: takes a folder of mails and says how many seconds they took."""

    name: str
    takes: Callable[[Path], float]
    rounds: list[float]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options.add_argument("--engine", choices=[*ENGINES, "both"], default="both")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--mails", type=int, default=200)
    options.add_argument("--beside", action="store_true", help="measure django-helpdesk, too")
    asked = options.parse_args()
    logging.disable(logging.CRITICAL)
    if asked.beside:
        set_up_others()
    engines = ENGINES if asked.engine == "both" else (asked.engine,)
    rows = [row for engine in engines for row in measure(engine, asked)]
    if asked.json:
        told = [row | {"a second": row["a second"].as_json()} for row in rows]
        print(json.dumps({"machine": machine(), "mails": asked.mails, "rows": told}))
        return
    print(machine_line() + f", {asked.rounds} rounds of {asked.mails} mails\n")
    print("| engine | | tickets a second | helpdesk, times as many |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row['engine']} | {row['side']} | {row['a second']} | {row['ratio']:.1f} |")
    if not asked.beside:
        print("\nBeside django-helpdesk: ./run bench intake --beside (installs it into .venv-others first).")


def measure(engine: str, asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """In turns: a round of one, a round of the next."""
    with TemporaryDirectory(prefix="helpdesk-mails-") as folder, ExitStack() as opened:
        sides = [Side(way, opened.enter_context(ours(engine, way)), []) for way in WAYS]
        for name, way in others(engine) if asked.beside else ():
            sides.append(Side(name, opened.enter_context(theirs(way, Path(folder))), []))
        numbers = count()
        for turn in range(asked.rounds + 1):
            mails = written(Path(folder) / str(turn), [next(numbers) for _ in range(asked.mails)])
            for side in sides:
                took = side.takes(mails)
                side.rounds += [asked.mails / took] if turn else []  # the first warms up what is lazy
        first = sides[0].rounds
        for side in sides:
            ratio = median(mine / other for mine, other in zip(first, side.rounds, strict=True))
            yield {"engine": engine, "side": side.name, "a second": Rate(tuple(side.rounds)), "ratio": ratio}


def written(folder: Path, numbers: list[int]) -> Path:
    folder.mkdir()
    for number in numbers:
        (folder / f"{number:09}.eml").write_bytes(first_mail(number, at=MONDAY + number * APART))
    return folder


# The desk


@contextmanager
def ours(engine: str, way: str) -> Iterator[Callable[[Path], float]]:
    with an_address(engine) as url, a_database(url) as db:
        clock, reader = Clock(), Reader()
        schema.upgrade(db)
        read = None if way == WAYS[1] else reader.ahead
        intake = Intake(db, a_house(), clock=clock, read=read)
        try:
            yield lambda mails: seconds(db, clock, intake, mails, whole=way != WAYS[2])
        finally:
            reader.stop()


def seconds(db: Database, clock: Clock, intake: Intake, mails: Path, *, whole: bool) -> float:
    arrivals = [(int(file.stem), file.read_bytes()) for file in sorted(mails.iterdir())]
    before = how_many(db)
    begin = perf_counter()
    for number, raw in arrivals:
        with db.change() as session:
            inbox.keep(session, Arrival(source="smtp", raw=raw, at=MONDAY + number * APART))
    if not whole:
        begin = perf_counter()
    clock.now = MONDAY + arrivals[-1][0] * APART
    intake.receive_new()
    took = perf_counter() - begin
    assert how_many(db) == before + len(arrivals)
    return took


def how_many(db: Database) -> int:
    with db.read() as session:
        return sum(tickets.count(session).values())


# The others


def others(engine: str) -> list[tuple[str, str]]:
    if engine == "sqlite":
        return [("django-helpdesk", "sqlite"), ("django-helpdesk, WAL", "sqlite-wal")]
    return [("django-helpdesk", "postgresql")]


@contextmanager
def theirs(way: str, folder: Path) -> Iterator[Callable[[Path], float]]:
    with an_address(way.partition("-")[0]) as url:
        address = url.replace("sqlite:", f"{way}:").replace("+psycopg", "")
        program = [
            OTHERS / "bin" / "python",
            ROOT / "bench" / "others" / "django_helpdesk.py",
            address,
            folder,
        ]
        process = subprocess.Popen(
            list(map(str, program)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
        )
        assert process.stdin
        assert process.stdout
        asked, answers = process.stdin, process.stdout
        assert answers.readline() == "ready\n", "django-helpdesk did not start"

        def takes(mails: Path) -> float:
            print(mails.name, file=asked, flush=True)
            return float(answers.readline().split()[0])

        try:
            yield takes
        finally:
            asked.close()
            process.wait()


def set_up_others() -> None:
    """Make .venv-others hold what is pinned, where it does not."""
    pinned = ROOT / "bench" / "others" / "requirements.txt"
    stamp = OTHERS / "set-up"
    if stamp.exists() and stamp.read_text() == pinned.read_text():
        return
    print(f"Installing django-helpdesk into {OTHERS.name} ...", file=sys.stderr, flush=True)
    venv.create(OTHERS, clear=True, with_pip=True)
    pip = [OTHERS / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*map(str, pip), "-r", str(pinned)], check=True, stdout=sys.stderr)
    stamp.write_text(pinned.read_text())


if __name__ == "__main__":
    main()
