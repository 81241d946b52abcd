"""SQLite's engine: a file that this machine's processes share, of which one writes at a time."""

import sqlite3
import time
from functools import partial

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from store import meters, private
from store.failing import Unavailable
from store.session import WITHIN, WRITES

_PATIENCE = 15.0  # seconds that SQLite waits for another process's lock
_TRIES_AT_WAL, _BETWEEN_TRIES = 150, 0.1
_LONGEST_LOG = 8 * 1024 * 1024
"""Bytes to which SQLite's log is cut when it begins anew; it has half of that where nobody reads for long."""

_PAGES = 1024
"""kB of the file that a connection keeps, half of what it would; they go with another's commit anyway."""


def engine_of(url: URL, synchronous: str) -> Engine:
    """synchronous: how it waits for the disk; OFF only for what nobody needs after a crash."""
    patience = {"timeout": _PATIENCE, "check_same_thread": False}
    engine = create_engine(url, connect_args=patience, hide_parameters=True)
    event.listen(engine, "do_connect", lambda _dialect, _entry, words, _named: private.make(words[0]))
    event.listen(engine, "connect", partial(_prepare, synchronous))
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(synchronous: str, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy's recipe: we say BEGIN ourselves, below
    cursor = connection.cursor()
    ways = (f"synchronous={synchronous}", "foreign_keys=ON", "secure_delete=ON", f"cache_size=-{_PAGES}")
    for pragma in (_patience(_PATIENCE), *ways, f"journal_size_limit={_LONGEST_LOG}"):
        cursor.execute(f"PRAGMA {pragma}")
    _use_wal(cursor)
    cursor.close()


def _use_wal(cursor: DBAPICursor) -> None:
    """Switch to the write-ahead log; of processes that do so at once SQLite lets no second one wait."""
    for tries_left in reversed(range(_TRIES_AT_WAL)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if not tries_left:
                raise
            time.sleep(_BETWEEN_TRIES)


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another wrote in between: it must
    # take the write lock when it begins.
    options = connection.get_execution_options()
    writes, within = options.get(WRITES), options.get(WITHIN)
    begun = connection.connection.cursor()
    try:
        if within:
            begun.execute(f"PRAGMA {_patience(within)}")
        begun.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    except sqlite3.OperationalError as error:
        meters.DB_BUSY.inc()
        raise Unavailable(f"the database cannot: {error}") from error
    finally:
        if within:
            begun.execute(f"PRAGMA {_patience(_PATIENCE)}")
    begun.close()


def _patience(seconds: float) -> str:
    return f"busy_timeout={int(1000 * seconds)}"
