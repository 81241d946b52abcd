"""What can befall a server of PostgreSQL where it runs: it is stopped, its disk is full, it is ended."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests import postgres

PUMPED = 4 << 20
"""Bytes of write-ahead log at a time."""


@contextmanager
def stopped(home: Path) -> Iterator[None]:
    """Every process of the server is put to sleep; connections stay, and the system lets new ones in."""
    asleep = processes(home)
    for each in asleep:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in reversed(asleep):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)


def processes(home: Path) -> list[int]:
    """Of the server in that folder: first the one that makes the others."""
    first = int((home / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


@contextmanager
def full(home: Path) -> Iterator[None]:
    """Its disk is filled to the last byte: what takes new room is refused, the rest goes on for a while."""
    filler = home / "filler"
    try:
        fill(filler)
        yield
    finally:
        filler.unlink()
        postgres.server_in(home, postgres.LASTING)  # where it did not come back by itself


@contextmanager
def log_full(home: Path, engine: Engine) -> Iterator[None]:
    """The disk is full, and so is the log that is written ahead: then the server ends by itself."""
    with full(home):
        while (home / "data" / "postmaster.pid").exists():
            fill(home / "filler")
            with suppress(DBAPIError), engine.connect() as connection:
                written = text("SELECT pg_logical_emit_message(false, 'storm', repeat('x', :size))")
                connection.execute(written, {"size": PUMPED})
        yield


@contextmanager
def gone(home: Path) -> Iterator[None]:
    """Ended without a word (-m immediate), and later started again, when it recovers."""
    postgres.end(home)
    try:
        yield
    finally:
        postgres.server_in(home, postgres.LASTING)


def fill(filler: Path) -> None:
    """That file takes what room is left."""
    with filler.open("ab", buffering=0) as filling:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while True:
                    os.write(filling.fileno(), b"x" * size)
