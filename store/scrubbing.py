"""Makes the file forget, too: the write-ahead log and free pages hold nothing of what was erased."""

import sqlite3

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store import keepsakes
from store.database import Database, Unavailable
from store.session import Session

_OWED = "erased and not scrubbed"
_TABLES = "events, emails, inbox, outbox, tickets, texts, files, drafts, links, uploads, blocks, reports"


def owe(session: Session) -> None:
    """What is erased in this transaction must be scrubbed, by whoever comes to it."""
    keepsakes.keep(session, _OWED, "yes")


def is_owed(session: Session) -> bool:
    """Whether something was erased and not scrubbed yet."""
    return bool(keepsakes.get(session, _OWED))


def scrub(db: Database, *, within: float = 30.0) -> str:
    """Rewrite the database without what is free in it; what remains, in words, or "" where nothing does.

    within: seconds to wait for others on PostgreSQL; whoever writes meanwhile waits.  Raises Unavailable: the
    erasure stands, and this is owed still."""
    try:
        left = _scrubbed(db, within)
    except (DBAPIError, sqlite3.Error) as problem:
        raise Unavailable(str(getattr(problem, "orig", problem)).strip()) from problem
    if not left:
        with db.change() as session:
            keepsakes.keep(session, _OWED, "")
    return left


def _scrubbed(db: Database, within: float) -> str:
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not db.is_sqlite:
            from store import server

            server.wait_long(connection)
            connection.execute(text(f"SET lock_timeout = {int(1000 * within)}"))
            connection.execute(text(f"VACUUM (FULL) {_TABLES}"))
            return ""
        raw = connection.connection.cursor()
        raw.execute("INSERT INTO texts_index (texts_index) VALUES ('optimize')")
        raw.execute("VACUUM")
        ((busy, *_),) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return "somebody reads at this moment, so the write-ahead log could not be cut" if busy else ""
