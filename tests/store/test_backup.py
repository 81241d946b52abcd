"""A copy of everything, written while the desk works, from which either engine can be filled."""

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from desk.actor import Actor
from desk.delivery import Audience
from desk.ticket import Ticket
from store import aftermath, backup, counters, inbox, restoring, schema, tables, tickets
from store.database import Database
from store.inbox import Arrival
from store.marks import mark_of

At = Callable[[str], datetime]

HOUSE = Path(backup.__file__).parent.parent

WRITES = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from store import backup
from store.database import Database
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
backup.write(Database(sys.argv[1]), Path(sys.argv[2]), at=datetime.now(UTC))
"""

DIES = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from sqlalchemy import event
from store import restoring
from store.database import Database
db = Database(sys.argv[1])
def look(connection, cursor, statement, *more):
    if sys.argv[3] in statement.replace("COPY", "INSERT INTO"):
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(db.engine, "before_cursor_execute", look)
restoring.restore(db, Path(sys.argv[2]), at=datetime.now(UTC))
"""


@pytest.fixture
def filled(db: Database, at: At, anna: Actor) -> Database:
    """Three tickets, one of which follows another, and a raw mail with every byte there is."""
    with db.change() as session:
        for number in range(3):
            ticket = Ticket.open(
                by=anna,
                at=at("mon 09:00"),
                subject=f"Oven {number} ☕",
                text="Het doet niets.",
                key=f"mail:{number}",
                follows=number or None,
            )
            tickets.add(session, ticket)
        inbox.keep(session, Arrival(source="smtp", raw=bytes(range(256)), at=at("mon 09:00")))
    return db


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, db: Database, tmp_path: Path
) -> Iterator[Callable[[str], Database]]:
    """An empty database of the engine that is named."""
    made: list[Database] = []

    def make(engine: str) -> Database:
        if engine == "sqlite":
            url = f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"
            made.append(Database(url))
            return made[-1]
        new = request.getfixturevalue("new_postgresql")("template0")
        request.addfinalizer(lambda: new.__exit__(None, None, None))
        made.append(Database(new.__enter__()))
        return made[-1]

    yield make
    for each in made:
        each.close()


def rows(db: Database) -> dict[str, list[object]]:
    """All that is kept, but for what a restore itself writes."""
    with db.read() as session:
        return {
            table.name: [
                tuple(row)
                for row in session.execute(select(table).order_by(*table.primary_key.columns))
                if row[0] != "restored"
            ]
            for table in tables.metadata.sorted_tables
            if table.name not in backup.LEFT_OUT
        }


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_either_engine_is_filled_from_the_copy_of_either(
    filled: Database, elsewhere: Callable[[str], Database], engine: str, tmp_path: Path, at: At, anna: Actor
) -> None:
    file = tmp_path / "copy.gz"
    backup.write(filled, file, at=at("mon 10:00"))
    other = elsewhere(engine)
    copy = restoring.restore(other, file, at=at("mon 11:00"))
    assert copy.taken_at == at("mon 10:00")
    assert schema.is_current(other)
    assert rows(other) == rows(filled)
    with other.change() as session:
        assert aftermath.of(session) is not None
        ticket = tickets.add(session, Ticket.open(by=anna, at=at("mon 12:00"), subject="New", text="x"))
        assert ticket.number == 4
        found = session.scalars(select(tables.outbox.c.id).order_by(tables.outbox.c.id.desc()).limit(1)).one()
        assert found > 1_000_000
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", ["outbox", "texts"])
def test_a_restore_that_is_killed_leaves_nothing_half_and_is_done_by_the_next_one(
    filled: Database, elsewhere: Callable[[str], Database], engine: str, table: str, tmp_path: Path, at: At
) -> None:
    file, other = tmp_path / "copy.gz", elsewhere(engine)
    backup.write(filled, file, at=at("mon 10:00"))
    url = other.engine.url.render_as_string(hide_password=False)
    dies = [sys.executable, "-c", DIES, url, str(file), f"INSERT INTO {table} ("]
    tried = subprocess.run(dies, cwd=HOUSE, capture_output=True, text=True, timeout=100)
    assert tried.returncode == -signal.SIGKILL, tried.stderr
    assert len(rows(other)["tickets"]) == (0 if table == "outbox" else 3)
    restoring.restore(other, file, at=at("mon 11:00"))
    assert rows(other) == rows(filled)
    with other.read() as session:
        assert session.scalar(select(func.count()).select_from(tables.texts)) == 6


def test_only_an_empty_place_is_filled(filled: Database, tmp_path: Path, at: At) -> None:
    backup.write(filled, tmp_path / "copy.gz", at=at("mon 10:00"))
    before = rows(filled)
    with pytest.raises(restoring.CopyRefused, match="not empty"):
        restoring.restore(filled, tmp_path / "copy.gz", at=at("mon 11:00"))
    assert rows(filled) == before


def test_what_is_damaged_or_cut_short_is_refused_before_anything_is_written(
    filled: Database, elsewhere: Callable[[str], Database], tmp_path: Path, at: At
) -> None:
    file = tmp_path / "copy.gz"
    backup.write(filled, file, at=at("mon 10:00"))
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    other = elsewhere("sqlite")
    damages = {
        "cut": file.read_bytes()[:-40],
        "a line less": gzip.compress(b"".join(lines[:3] + lines[4:])),
        "no end": gzip.compress(b"".join(lines[:-1])),
        "another word": gzip.compress(b"".join(lines).replace(b"Oven 1", b"Oven 9")),
        "nothing": b"",
        "no copy at all": b"hello",
    }
    for name, content in damages.items():
        file.write_bytes(content)
        with pytest.raises(restoring.CopyRefused):
            restoring.restore(other, file, at=at("mon 11:00"))
        assert schema.standing(other) == "none", name


def test_a_full_disk_leaves_no_file_and_the_copy_of_before_stays(
    filled: Database, tmp_path: Path, at: At
) -> None:
    with filled.change() as session:
        inbox.keep(session, Arrival(source="smtp", raw=os.urandom(20_000), at=at("mon 09:00")))
    file = tmp_path / "copy.gz"
    file.write_bytes(b"of before")
    url = filled.engine.url.render_as_string(hide_password=False)
    tried = subprocess.run(
        [sys.executable, "-c", WRITES, url, file], cwd=HOUSE, capture_output=True, text=True, timeout=100
    )
    assert "OSError" in tried.stderr, tried.stderr
    assert file.read_bytes() == b"of before"
    assert not list(tmp_path.glob("*.part"))


def test_what_is_undone_is_held_back_until_it_is_released(
    filled: Database, elsewhere: Callable[[str], Database], tmp_path: Path, at: At
) -> None:
    backup.write(filled, tmp_path / "copy.gz", at=at("mon 10:00"))
    other = elsewhere("sqlite")
    restoring.restore(other, tmp_path / "copy.gz", at=at("mon 11:00"))
    gate, done = aftermath.Gate(other), []
    guarded = gate.guarding(lambda: done.append(1))
    guarded()
    assert not done
    with other.change() as session:
        aftermath.release(session, [("a-mark", 9)], at=at("mon 11:01"))
    guarded()
    assert done
    with other.read() as session:
        assert aftermath.unknown(session) == [9]
        assert counters.last(session)["tickets"] == 29


def test_a_number_that_slack_shows_is_given_to_the_mail_it_belonged_to_and_to_no_other(
    filled: Database, elsewhere: Callable[[str], Database], tmp_path: Path, at: At, anna: Actor
) -> None:
    backup.write(filled, tmp_path / "copy.gz", at=at("mon 10:00"))
    lost = Ticket.open(by=anna, at=at("mon 10:30"), subject="Lost", text="x", key="mail:lost")
    other = elsewhere("sqlite")
    restoring.restore(other, tmp_path / "copy.gz", at=at("mon 11:00"))
    with other.change() as session:
        aftermath.release(session, [(mark_of(lost, None, Audience.CARD), 7)], at=at("mon 11:01"))
    with other.change() as session:
        new = Ticket.open(by=anna, at=at("mon 11:02"), subject="New", text="x", key="mail:new")
        assert tickets.add(session, new).number == 28
        assert tickets.add(session, lost).number == 7


MANY, AT_ONCE = 10_000, 500


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_ten_thousand_tickets_are_written_into_a_copy_and_out_of_it(
    db: Database, elsewhere: Callable[[str], Database], engine: str, tmp_path: Path, at: At, anna: Actor
) -> None:
    """Each with a raw mail of 5,000 bytes.  `-s` shows how long both took."""
    for first in range(0, MANY, AT_ONCE):
        with db.change() as session:
            for number in range(first, first + AT_ONCE):
                came = at("mon 09:00")
                inbox.keep(session, Arrival(source="smtp", raw=f"{number:05}".encode() * 1_000, at=came))
                ticket = Ticket.open(
                    by=anna, at=came, subject=f"Oven {number}", text="x", key=f"mail:{number}"
                )
                tickets.add(session, ticket)
    other, file = elsewhere(engine), tmp_path / "copy.gz"

    began = time.monotonic()
    backup.write(db, file, at=at("mon 10:00"))
    written = time.monotonic()
    restoring.restore(other, file, at=at("mon 11:00"))
    restored = time.monotonic()

    print(f"\nwritten in {written - began:.0f} s, restored in {restored - written:.0f} s")
    assert rows(other) == rows(db)
