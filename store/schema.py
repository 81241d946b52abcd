"""The schema's versions: brought up to date at start, under a lock, and never run with a newer one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from store.database import Database

_LOCK = 0x4845_4C50  # "HELP": any number will do, as long as every replica uses the same


class SchemaTooNew(Exception):
    """The database was written by a newer version of the desk."""


def upgrade(db: Database, *, to: str = "head") -> str | None:
    """Bring the schema to this version's; return the revision it had (None: it was empty).

    to: an earlier revision, for what was written by an earlier version.  Safe when several processes start at
    once.  Raises SchemaTooNew, store.database.Unavailable."""
    scripts = ScriptDirectory.from_config(_config())
    with _locked(db) as connection:
        before = revision_of(connection)
        for revision in (before, None if to == "head" else to):
            _refuse_newer(scripts, revision)
        if before != scripts.get_current_head():
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, to)
    return before


def revision_of(connection: Connection) -> str | None:
    """The schema that the database has; None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current(db: Database) -> bool:
    """Whether the database has exactly this version's schema."""
    with db.read() as session:
        context = MigrationContext.configure(session.connection())
        return context.get_current_revision() == _head()


@cache
def _head() -> str | None:
    """Read once from the files of this version."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def standing(db: Database) -> Literal["none", "older", "current", "newer"]:
    """How the database's schema compares with this version's.  Raises store.database.Unavailable."""
    scripts = ScriptDirectory.from_config(_config())
    with db.read() as session:
        revision = MigrationContext.configure(session.connection()).get_current_revision()
    if revision is None:
        return "none"
    if revision == scripts.get_current_head():
        return "current"
    return "older" if revision in {script.revision for script in scripts.walk_revisions()} else "newer"


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))  # as ConfigParser wants it
    return config


def _refuse_newer(scripts: ScriptDirectory, revision: str | None) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is not None and revision not in known:
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
