"""What can befall a database: locked, full, read-only, cut off, silent, gone, restarted hard."""

import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from tests.storm import serverside
from tests.wire import Wire

ROOM = {"sqlite": "48m", "postgresql": "400m"}
"""The disk on which the database is, where one may be mounted."""

_WRITING = "pwrite64,write,ftruncate,fallocate,unlink"
"""What a disk that may only be read refuses of a file that is open."""

_WRITTEN = ("inbox", "outbox", "tickets", "events", "keepsakes")


@dataclass(frozen=True)
class Trouble:
    """begins: given the processes of the desk, it lasts as long as that context.  strict: nothing at all can
    be written meanwhile.  lasts: seconds after every process has said so."""

    name: str
    begins: Callable[[Sequence[int]], AbstractContextManager[None]]
    strict: bool = True
    lasts: float = 20.0


def of_file(url: str, *, on_own_disk: bool, traced: bool) -> list[Trouble]:
    """What befalls SQLite.  on_own_disk: its folder is a disk that may be filled; traced: what the desk asks
    of the system may be refused."""
    file = Path(make_url(url).database or "")
    troubles = [Trouble("locked", lambda _: _locked_file(file))]
    troubles += [Trouble("full", lambda _: _full_disk(file))] * on_own_disk
    return troubles + [Trouble("read-only", lambda desks: _read_only_disk(file, desks))] * traced


def of_server(url: str, home: Path, wire: Wire, *, on_own_disk: bool) -> list[Trouble]:
    """What befalls PostgreSQL.  home: where its server is; wire: between it and the desk."""
    named = make_url(url)
    return [
        Trouble("locked", lambda _: _locked_tables(named)),
        Trouble("read-only", lambda _: _read_only(named)),
        Trouble("cut off", lambda _: _cut_off(named), strict=False),
        Trouble("stopped", lambda _: serverside.stopped(home)),
        Trouble("lost", lambda _: wire.silent()),
        Trouble("gone", lambda _: serverside.gone(home), lasts=60.0),
        *[
            Trouble("full", lambda _: serverside.full(home), strict=False),
            Trouble("log full", lambda _: _log_full(named, home)),
        ][: 2 * on_own_disk],
    ]


@contextmanager
def own_disk(folder: Path, room: str) -> Iterator[bool]:
    """A small disk at that folder; False where this user may mount none."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(folder)]
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
        serverside.fill(filler)
        yield
    finally:
        filler.unlink()


@contextmanager
def _read_only_disk(file: Path, desks: Sequence[int]) -> Iterator[None]:
    """As where the system found its disk damaged and writes nothing more: each write of a file that is open
    ends with EROFS.  A disk on which files are open cannot be mounted anew for reading alone."""
    whom = [word for desk in desks for word in ("-p", str(desk))]
    its = [word for suffix in ("", "-wal", "-shm") for word in ("-P", f"{file}{suffix}")]
    refused = ["-e", f"trace={_WRITING}", "-e", f"inject={_WRITING}:error=EROFS"]
    strace = subprocess.Popen(["strace", "-f", "-q", *whom, *its, *refused], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait()


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
def _log_full(url: URL, home: Path) -> Iterator[None]:
    with _connected(url, isolation_level="AUTOCOMMIT") as engine, serverside.log_full(home, engine):
        yield


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
