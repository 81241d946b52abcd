"""Mails read a second, by size: `./run bench reading [--json] [--rounds N]`.

Here: read, screened and trimmed, of processor time.  Apart: read in a process of its own, as the desk does,
of the time on the clock.  Then how much longer trimming takes over ten times the text.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import encodebytes
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _mails import first_mail  # noqa: E402 - the path comes first
from _measuring import Rate, machine, machine_line, rate  # noqa: E402

from mail.quoting import trim  # noqa: E402
from mail.reader import Reader  # noqa: E402
from mail.reading import InboundEmail, read  # noqa: E402
from mail.screening import screen  # noqa: E402

LETTERS = ROOT / "tests" / "mail" / "letters"
WORDS = "Goedemorgen, sinds vanochtend drukt de printer in de winkel niets meer af.\n"
ATTRIBUTION = "Op ma 23 nov 2026 om 09:12 schreef Helpdesk <help@desk.example>:\n"
LEAST_SECONDS = 0.3
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def html_of(size: int) -> bytes:
    paragraph = f"<p style='margin:0'>{WORDS}</p><table><tr><td>een</td><td>twee</td></tr></table>\n"
    body = paragraph * (size // len(paragraph)) + "<div class=gmail_quote><blockquote>Oud</blockquote></div>"
    return f"From: a@x.example\nSubject: s\nContent-Type: text/html; charset=utf-8\n\n{body}".encode()


def with_file(size: int) -> bytes:
    head = "From: a@x.example\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" + WORDS
    file = "\n--b\nContent-Type: application/pdf; name=x.pdf\nContent-Transfer-Encoding: base64\n\n"
    return (head + file).encode() + encodebytes(b"x" * (size * 3 // 4)) + b"\n--b--\n"


MAILS: dict[str, Callable[[], bytes]] = {
    "a reply from Thunderbird": lambda: (LETTERS / "thunderbird-reply-nl.eml").read_bytes(),
    "a reply from Outlook": lambda: (LETTERS / "outlook-windows-reply-nl.eml").read_bytes(),
    "a first mail of 5 kB": lambda: first_mail(1, at=MONDAY),
    "50 kB of HTML": lambda: html_of(50_000),
    "500 kB of HTML": lambda: html_of(500_000),
    "a file of 1 MB": lambda: with_file(1_000_000),
    "a file of 10 MB": lambda: with_file(10_000_000),
    "a file of 30 MB": lambda: with_file(30_000_000),
}
TEXTS = {
    "words": WORDS,
    "quotations": "> " + WORDS,
    "attributions": ATTRIBUTION,
    "answers between quotations": f"> {WORDS}{WORDS}\n",
    "headers": "Van: a@x.example\nAan: b@x.example\n\n",
    "signatures": "Groet\n-- \nVerstuurd vanaf mijn iPhone\n",
}
SHORT = 400
"""Times that each of them is repeated, and then ten times as often."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    reader = Reader()
    rows = [measure(name, make(), reader, asked.rounds) for name, make in MAILS.items()]
    reader.stop()
    growth = {name: grown(text) for name, text in TEXTS.items()}
    if asked.json:
        told = [row | {"here": row["here"].as_json(), "apart": row["apart"].as_json()} for row in rows]
        print(json.dumps({"machine": machine(), "rows": told, "ten times the text": growth}))
        return
    print(machine_line() + "\n\n| mail | bytes | here, a second | apart, a second |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row['mail']} | {row['bytes']:,} | {row['here']} | {row['apart']} |")
    print("\n| trimming ten times as much | takes |\n|---|---|")
    print("\n".join(f"| {name} | {times:.1f} times as long |" for name, times in growth.items()))


def measure(name: str, raw: bytes, reader: Reader, rounds: int) -> dict[str, Any]:
    here = [rate(lambda: handled(raw), 1, at_least=LEAST_SECONDS) for _ in range(rounds)]
    apart = [on_the_clock(lambda: reader(raw)) for _ in range(rounds)]
    return {"mail": name, "bytes": len(raw), "here": Rate(tuple(here)), "apart": Rate(tuple(apart))}


def handled(raw: bytes) -> None:
    mail = read(raw)
    assert isinstance(mail, InboundEmail)
    screen(mail)
    trim(mail.text, mail.written)


def on_the_clock(work: Callable[[], object]) -> float:
    work()
    done, begin = 0, perf_counter()
    while perf_counter() - begin < LEAST_SECONDS:
        work()
        done += 1
    return done / (perf_counter() - begin)


def grown(text: str) -> float:
    """Up to the lines that trimming looks at; beyond them it takes no longer at all."""
    return min(seconds(text * SHORT * 10) for _ in range(3)) / min(seconds(text * SHORT) for _ in range(9))


def seconds(text: str) -> float:
    begin = process_time()
    trim("Hallo\n" + text)
    return process_time() - begin


if __name__ == "__main__":
    main()
