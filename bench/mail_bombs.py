"""What each mail that was made to hurt costs: `./run bench mail_bombs [--json] [NAME ...]`.

Each is read in the desk's own way, by a fresh process with its usual bounds, then screened and trimmed here.
Time is the processor's, of both; memory is what the reading process grew by.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _measuring import machine, machine_line  # noqa: E402 - the path comes first

from mail.quoting import trim  # noqa: E402
from mail.reader import Reader  # noqa: E402
from mail.reading import InboundEmail, Unreadable  # noqa: E402
from mail.screening import screen  # noqa: E402
from tests.mail.bombs import BOMBS, TEXT  # noqa: E402

MOST_SECONDS, MOST_MEGABYTES = 2.0, 150.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", help="which; all, if none is named")
    options.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    asked = options.parse_args()
    rows = [measure(name) for name in asked.names or BOMBS]
    if asked.json:
        print(json.dumps({"machine": machine(), "rows": rows}))
    else:
        print(machine_line() + "\n")
        print("\n".join(table(rows)))
    return int(any(row["seconds"] > MOST_SECONDS or row["megabytes"] > MOST_MEGABYTES for row in rows))


def measure(name: str) -> dict[str, Any]:
    raw = BOMBS[name]()
    reader = Reader()
    reader(TEXT + b"warm")
    seconds, before = _spent(reader), _peak(reader)
    mail = reader(raw)
    alive = reader.process_id is not None
    seconds = _spent(reader) - seconds if alive else float("nan")
    megabytes = (_peak(reader) - before) / 1e6 if alive else float("nan")
    begin = process_time()
    ending = _ending(mail)
    seconds += process_time() - begin
    reader.stop()
    return {
        "bomb": name, "megabytes of mail": round(len(raw) / 1e6, 2), "seconds": round(seconds, 2),
        "megabytes": round(megabytes), "ends as": ending,
    }  # fmt: skip


def _ending(mail: InboundEmail | Unreadable) -> str:
    if isinstance(mail, Unreadable):
        return f"a ticket that says: {mail.reason}"
    screen(mail)
    trim(mail.text, mail.written)
    return "a ticket"


def _spent(reader: Reader) -> float:
    """Seconds of the processor that the process has had, from /proc."""
    numbers = Path(f"/proc/{reader.process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / 100


def _peak(reader: Reader) -> float:
    """Bytes that the process has held at most."""
    lines = Path(f"/proc/{reader.process_id}/status").read_text().split("\n")
    return next(float(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def table(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| bomb | mail, MB | seconds | extra MB | ends as |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(str(value) for value in row.values()) + " |" for row in rows]
    worst, largest = (max(rows, key=lambda row: row[name]) for name in ("seconds", "megabytes"))
    lines.append(f"\nMost time: {worst['bomb']}, {worst['seconds']} s.")
    lines.append(f"Most memory: {largest['bomb']}, {largest['megabytes']} MB.")
    return lines


if __name__ == "__main__":
    sys.exit(main())
