"""The schema's versions: brought up to date at start, under a lock, and never run with a newer one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, inspect, text

from store.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = sorted(path.name.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))
"""Every version of the schema, the newest last: each migration's file is named after what it makes."""

_LOCK = 0x4845_4C50  # "HELP": any number will do, as long as every replica uses the same


class SchemaTooNew(Exception):
    """The database was written by a newer version of the desk."""


def upgrade(db: Database, *, to: str = "head") -> str | None:
    """Bring the schema to this version's; return the revision it had (None: it was empty).

    to: an earlier revision, for what was written by an earlier version.  Safe when several processes start at
    once.  Raises SchemaTooNew, store.database.Unavailable."""
    with _locked(db) as connection:
        before = revision_of(connection)
        for revision in (before, None if to == "head" else to):
            _refuse_newer(revision)
        if before != REVISIONS[-1]:
            _migrate(connection, to)
    return before


def revision_of(connection: Connection) -> str | None:
    """The schema that the database has; None where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def is_current(db: Database) -> bool:
    """Whether the database has exactly this version's schema."""
    return standing(db) == "current"


def standing(db: Database) -> Literal["none", "older", "current", "newer"]:
    """How the database's schema compares with this version's.  Raises store.database.Unavailable."""
    with db.read() as session:
        revision = revision_of(session.connection())
    if revision is None:
        return "none"
    if revision == REVISIONS[-1]:
        return "current"
    return "older" if revision in REVISIONS else "newer"


def _migrate(connection: Connection, to: str) -> None:
    # Imported here: it takes a tenth of a start, and most starts find the schema as it should be.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))  # as ConfigParser wants it
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in REVISIONS:
        raise SchemaTooNew(
            f"the database has schema {revision}, which this version does not know: "
            "install the version that wrote it, or a newer one"
        )


@contextmanager
def _locked(db: Database) -> Iterator[Connection]:
    with db.change() as session:
        connection = session.connection()  # SQLite: BEGIN IMMEDIATE is the lock
        if not db.is_sqlite:
            from store import server

            server.wait_long(connection)
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection
