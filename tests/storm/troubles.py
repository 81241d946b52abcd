"""What can befall a database: locked, full, read-only, cut off, gone, restarted hard."""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from tests import postgres

ROOM = "48m"
"""The disk on which SQLite's file is, where one may be mounted."""

_WRITTEN = ("inbox", "outbox", "tickets", "events", "keepsakes")


@dataclass(frozen=True)
class Trouble:
    """begins: lasts as long as that context.  strict: nothing at all can be written meanwhile."""

    name: str
    begins: Callable[[], AbstractContextManager[None]]
    strict: bool = True


def of_file(url: str, *, on_own_disk: bool) -> list[Trouble]:
    """What befalls SQLite.  on_own_disk: its folder is a disk that may be filled."""
    file = Path(make_url(url).database or "")
    troubles = [Trouble("locked", lambda: _locked_file(file))]
    return troubles + [Trouble("full", lambda: _full_disk(file))] * on_own_disk


def of_server(url: str, home: Path) -> list[Trouble]:
    """What befalls PostgreSQL.  home: where its server is."""
    named = make_url(url)
    return [
        Trouble("locked", lambda: _locked_tables(named)),
        Trouble("read-only", lambda: _read_only(named)),
        Trouble("cut off", lambda: _cut_off(named), strict=False),
        Trouble("gone", lambda: _gone(home)),
    ]


@contextmanager
def own_disk(folder: Path) -> Iterator[bool]:
    """A small disk at that folder; False where this user may mount none."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    with suppress(FileNotFoundError):
        if subprocess.run(mount, capture_output=True).returncode == 0:
            try:
                yield True
            finally:
                subprocess.run(["umount", "--lazy", str(folder)], check=True)
            return
    yield False


@contextmanager
def _locked_file(file: Path) -> Iterator[None]:
    other = sqlite3.connect(file, isolation_level=None, timeout=60)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


@contextmanager
def _full_disk(file: Path) -> Iterator[None]:
    """To the last byte; what was written ahead is made short first, for its room would be used again."""
    filler = file.with_name("filler")
    other = sqlite3.connect(file, isolation_level=None, timeout=60)
    while other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        pass  # somebody reads or writes just now
    other.close()
    try:
        with filler.open("wb", buffering=0) as filling:
            _fill(filling.fileno())
        yield
    finally:
        filler.unlink()


def _fill(descriptor: int) -> None:
    for size in (1 << 20, 1 << 12):
        with suppress(OSError):
            while True:
                os.write(descriptor, b"x" * size)


@contextmanager
def _locked_tables(url: URL) -> Iterator[None]:
    with _connected(url) as engine, engine.begin() as connection:
        connection.execute(text(f"LOCK TABLE {', '.join(_WRITTEN)} IN EXCLUSIVE MODE"))
        yield


@contextmanager
def _read_only(url: URL) -> Iterator[None]:
    """As a server that became a standby; for connections that begin from now on."""
    with _connected(url, isolation_level="AUTOCOMMIT") as engine:
        _say(engine, f"ALTER DATABASE {url.database} SET default_transaction_read_only = on")
        _end_others(engine)
        try:
            yield
        finally:
            _say(engine, f"ALTER DATABASE {url.database} RESET default_transaction_read_only", writes=True)
            _end_others(engine)


@contextmanager
def _cut_off(url: URL) -> Iterator[None]:
    """Every connection is ended, again and again."""
    over = Event()
    with _connected(url, isolation_level="AUTOCOMMIT") as engine:

        def cut() -> None:
            while not over.wait(0.05):
                _end_others(engine)

        thread = Thread(target=cut, name="cutting off")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@contextmanager
def _gone(home: Path) -> Iterator[None]:
    """Ended without a word (-m immediate), and later started again, when it recovers."""
    postgres.end(home)
    try:
        yield
    finally:
        postgres.server_in(home, postgres.LASTING)


def _end_others(engine: Engine) -> None:
    _say(
        engine,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def _say(engine: Engine, words: str, *, writes: bool = False) -> None:
    with engine.connect() as connection:
        if writes:
            connection.execute(text("SET default_transaction_read_only = off"))
        connection.execute(text(words))


@contextmanager
def _connected(url: URL, **how: str) -> Iterator[Engine]:
    engine = create_engine(url, **how)
    try:
        yield engine
    finally:
        with suppress(DBAPIError):
            engine.dispose()
