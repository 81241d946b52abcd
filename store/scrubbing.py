"""Makes the file forget, too: the write-ahead log and free pages hold nothing of what was erased."""

from sqlalchemy import text

from store import keepsakes
from store.database import Database
from store.session import Session

_OWED = "erased and not scrubbed"
_TABLES = "events, emails, inbox, outbox, tickets, texts, files, drafts, links, uploads, blocks, reports"


def owe(session: Session) -> None:
    """What is erased in this transaction must be scrubbed, by whoever comes to it."""
    keepsakes.keep(session, _OWED, "yes")


def is_owed(session: Session) -> bool:
    """Whether something was erased and not scrubbed yet."""
    return bool(keepsakes.get(session, _OWED))


def scrub(db: Database) -> str:
    """Rewrite the database without what is free in it; what remains, in words, or "" where nothing does.

    Whoever writes meanwhile waits.  Raises SQLAlchemy's errors translated by nobody: the erasure stands, and
    this is owed still."""
    left = _scrubbed(db)
    if not left:
        with db.change() as session:
            keepsakes.keep(session, _OWED, "")
    return left


def _scrubbed(db: Database) -> str:
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not db.is_sqlite:
            from store import server

            server.wait_long(connection)
            connection.execute(text("SET lock_timeout = '30s'"))
            connection.execute(text(f"VACUUM (FULL) {_TABLES}"))
            return ""
        raw = connection.connection.cursor()
        raw.execute("INSERT INTO texts_index (texts_index) VALUES ('optimize')")
        raw.execute("VACUUM")
        ((busy, *_),) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return "somebody reads at this moment, so the write-ahead log could not be cut" if busy else ""
