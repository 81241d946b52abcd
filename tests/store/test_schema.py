"""The schema is brought up to date at start, whoever else starts, and never run when it is newer."""

import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, bindparam, inspect, text

from desk.actor import Actor
from store import columns, schema, tables, tickets
from store.database import Database, Unavailable

At = Callable[[str], datetime]

UPGRADE = """
import sys
from store import schema
from store.database import Database
db = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(schema.upgrade(db), schema.is_current(db))
"""

OLD_TICKET = text(
    "INSERT INTO tickets (subject, customer, customer_name, client, language, status, priority, owner_name, "
    "version, opened_at, changed_at) VALUES ('Blank page', 'anna@bakery.example', 'Anna', 'Bakery', 'en', "
    "'waiting_for_support', 'medium', '', 0, :at, :at)"
).bindparams(bindparam("at", type_=columns.Moment()))


def test_an_empty_database_gets_the_schema_and_a_second_start_changes_nothing(empty_url: str) -> None:
    db = Database(empty_url)
    assert not schema.is_current(db)
    assert schema.upgrade(db) is None
    assert schema.is_current(db)
    assert schema.upgrade(db) == schema.REVISIONS[-1]
    assert {"tickets", "events", "outbox", "inbox"} <= set(inspect(db.engine).get_table_names())
    db.close()


def test_every_version_is_known_by_the_name_of_its_file() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    assert [script.revision for script in scripts.walk_revisions()] == [*reversed(schema.REVISIONS)]


def test_processes_that_start_at_once_make_the_schema_once(empty_url: str) -> None:
    house = Path(schema.__file__).parent.parent
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, empty_url],
            cwd=house,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in starting:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in starting:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=100) for process in starting]
    assert [process.returncode for process in starting] == [0, 0, 0], told
    assert sorted(out.strip() for out, _ in told) == [f"{schema.REVISIONS[-1]} True"] * 2 + ["None True"]


def test_the_tables_are_what_the_migrations_make(db: Database) -> None:
    def differences(connection: Connection) -> object:
        # The indexes of full-text search are of a kind that only their engine knows, and what an expression
        # became, each engine says in words of its own: test_backlog asks whether that index serves.
        own = ("texts_index", "ix_texts_words", "ix_outbox_owed")
        is_ours = {"include_object": lambda _, name, *__: not str(name).startswith(own)}
        context = MigrationContext.configure(connection, opts={"compare_type": True, **is_ours})
        return compare_metadata(context, tables.metadata)

    with db.read() as session, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index")
        assert differences(session.connection()) == []


def test_a_database_of_the_first_version_is_brought_up_to_date_with_what_is_in_it(
    empty_url: str, at: At, anna: Actor
) -> None:
    db = Database(empty_url, due=lambda ticket: ticket.opened_at)
    with db.change() as session:
        config = Config()
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "0001")
        session.execute(OLD_TICKET, {"at": at("mon 09:00")})
    assert schema.upgrade(db) == "0001"
    with db.change() as session:
        ticket = tickets.get(session, 1)
        assert (ticket.subject, ticket.due_at) == ("Blank page", None)
        ticket.note("Still there.", by=Actor.agent("U0SANNE", "Sanne"), at=at("mon 10:00"))
    with db.read() as session:
        assert tickets.get(session, 1).due_at == at("mon 09:00")
    db.close()


def test_a_database_of_a_newer_version_is_refused(db: Database) -> None:
    with db.change() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not schema.is_current(db)
    with pytest.raises(schema.SchemaTooNew, match="schema 9999, which this version does not know"):
        schema.upgrade(db)
    with db.read() as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


def test_a_database_that_does_not_answer_is_said_to_be_unavailable() -> None:
    db = Database("postgresql+psycopg://desk@127.0.0.1:1/desk")
    with pytest.raises(Unavailable):
        schema.upgrade(db)
    db.close()


def test_sqlite_keeps_what_was_committed_through_a_power_cut(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with db.read() as session:
        asked = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}
    db.close()
