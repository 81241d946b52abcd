"""A desk that was worked in is brought up to date from any released schema, whatever happens meanwhile."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from desk.errors import Conflict
from store import schema, tables
from store.database import Database, Unavailable
from store.invariants import INVARIANTS, examine
from tests.store.lived_in import Rows, columns_of, kept, lived_in, of_none, of_ticket, put

HOUSE = Path(schema.__file__).parent.parent
REVISIONS = sorted(
    script.revision for script in ScriptDirectory(str(HOUSE / "store" / "migrations")).walk_revisions()
)
_ALWAYS = (REVISIONS[0], "0006", REVISIONS[-2])
FROM = [each if each in _ALWAYS else pytest.param(each, marks=pytest.mark.long) for each in REVISIONS[:-1]]

DIES = """
import os, signal, sys
from sqlalchemy import event
from store import schema
from store.database import Database
db, left = Database(sys.argv[1]), int(sys.argv[2])
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
def count(*_):
    global left
    left -= 1
    if not left:
        die()
event.listen(db.engine, "before_cursor_execute", count)
event.listen(db.engine, "commit", die)
schema.upgrade(db)
"""


@pytest.fixture(scope="module")
def worked_in() -> tuple[Rows, datetime]:
    return lived_in()


@pytest.fixture
def old(empty_url: str) -> Iterator[Database]:
    """A database that has no schema yet."""
    db = Database(empty_url)
    yield db
    db.close()


def numbers_in(rows: Rows) -> list[int]:
    return sorted(row["number"] for row in rows["tickets"])


def assert_all_there(db: Database, rows: Rows, known: dict[str, frozenset[str]], now: datetime) -> None:
    """Every row is as it was written, and the database as it must always be."""
    for name, columns in known.items():
        table = tables.metadata.tables[name]
        seen = columns - {"ticket"} if name == "inbox" else columns
        written = [tuple(row[column] for column in sorted(seen)) for row in rows.get(name, ())]
        if name != "texts":
            assert kept(db, table, seen) == sorted(written, key=repr), name
    with db.read() as session:
        found = [examine(session, each, now=now) for each in INVARIANTS]
    assert {each.invariant.name: each.places for each in found if each.count} == {}


@pytest.mark.parametrize("revision", FROM)
def test_while_an_old_process_goes_on_writing_a_new_one_brings_all_up_to_date(
    old: Database, worked_in: tuple[Rows, datetime], revision: str
) -> None:
    # given the database of a version that was released, with half of what happened in it
    rows, now = worked_in
    schema.upgrade(old, to=revision)
    known = columns_of(old)
    numbers = numbers_in(rows)
    before, after = numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]
    put(old, of_none(rows), known)
    for number in before:
        put(old, of_ticket(rows, number), known)

    # when that version goes on writing the other half, while this one upgrades
    writer = Thread(target=go_on, args=(old, rows, after, known))
    writer.start()
    new = Database(old.engine.url.render_as_string(hide_password=False))
    upgraded_at_last(new)
    writer.join()

    # then nothing is lost, and a third process has nothing left to do
    assert schema.is_current(new)
    assert schema.upgrade(new) == REVISIONS[-1]
    assert_all_there(new, rows, known, now)
    new.close()


def go_on(db: Database, rows: Rows, numbers: list[int], known: dict[str, frozenset[str]]) -> None:
    """Write as the old version does, which tries again when somebody else was first."""
    for number in numbers:
        for _ in range(100):
            try:
                put(db, of_ticket(rows, number), known)
                break
            except (Unavailable, Conflict):
                continue


def upgraded_at_last(db: Database) -> None:
    """A process that cannot upgrade ends with 75, and is started again."""
    for _ in range(100):
        try:
            schema.upgrade(db)
            return
        except (Unavailable, Conflict):
            continue


_COMMIT = 1_000
"""A statement that is never reached: it dies as it commits."""


@pytest.mark.parametrize(
    "dies_at", [9, _COMMIT, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 60, 6))]
)
def test_a_migration_that_is_killed_is_undone_and_the_next_start_ends_it(
    old: Database, worked_in: tuple[Rows, datetime], dies_at: int
) -> None:
    # given a database of the first version
    rows, now = worked_in
    schema.upgrade(old, to=REVISIONS[0])
    known = columns_of(old)
    put(old, of_none(rows), known)
    for number in numbers_in(rows):
        put(old, of_ticket(rows, number), known)

    # when the upgrade is killed in the middle
    url = old.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", DIES, url, str(dies_at)]
    died = subprocess.run(command, cwd=HOUSE, capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()

    # then it is as it was, and the next start brings it up to date
    assert version_in(old) == REVISIONS[0]
    assert columns_of(old) == known
    assert schema.upgrade(old) == REVISIONS[0]
    assert_all_there(old, rows, known, now)


def version_in(db: Database) -> str:
    with db.read() as session:
        return str(session.scalar(text("SELECT version_num FROM alembic_version")))
