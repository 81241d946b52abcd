"""The desk knows that its database takes nothing, though it can be read."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import make_url, text

from store import keepsakes, probe
from store.database import Database, Unavailable
from store.probe import Probe

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def test_what_takes_what_is_written_is_fine_again_and_again(db: Database) -> None:
    for _ in range(2):
        probe.write(db, at=NOW)


def test_what_somebody_else_has_locked_is_not_waited_for(database_url: str, db: Database) -> None:
    with locked(database_url, db), pytest.raises(Unavailable, match="lock"):
        probe.write(db, at=NOW, within=0.1)
    probe.write(db, at=NOW)


def test_those_who_work_are_as_patient_as_before_it_was_asked(database_url: str, db: Database) -> None:
    with locked(database_url, db), pytest.raises(Unavailable):
        probe.write(db, at=NOW, within=0.1)
    with db.change() as session:
        ask = "PRAGMA busy_timeout" if db.is_sqlite else "SELECT current_setting('lock_timeout')"
        assert session.scalar(text(ask)) in (15_000, "0")


def test_nor_is_a_writer_of_this_process_who_does_not_end(db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("on PostgreSQL nobody waits for another writer of this process")
    begun, go_on = Event(), Event()

    def write() -> None:
        with db.change():
            begun.set()
            go_on.wait(30)

    writer = Thread(target=write)
    writer.start()
    assert begun.wait(30)
    with pytest.raises(Unavailable, match="others"):
        probe.write(db, at=NOW, within=0.1)
    go_on.set()
    writer.join()
    probe.write(db, at=NOW)


def test_what_may_only_be_read_is_told(database_url: str) -> None:
    db = Database(read_only(database_url))
    try:
        with pytest.raises(Unavailable, match=r"read-?only"):
            probe.write(db, at=NOW)
    finally:
        db.close()


@contextmanager
def locked(url: str, db: Database) -> Iterator[None]:
    """Another process is at it."""
    if db.is_sqlite:
        other = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()
        return
    with db.engine.begin() as connection:
        connection.execute(text("LOCK TABLE keepsakes IN ACCESS EXCLUSIVE MODE"))
        yield


def read_only(url: str) -> str:
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        return f"sqlite:///file:{made.database}?mode=ro&uri=true"
    ro = made.update_query_dict({"options": "-c default_transaction_read_only=on"})
    return ro.render_as_string(hide_password=False)


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def read(self) -> float:
        return self.at


def last_written(db: Database) -> str | None:
    with db.read() as session:
        return keepsakes.get(session, "last probe")


def test_those_who_ask_often_have_it_written_once_in_some_seconds(db: Database) -> None:
    hands = Hands()
    tried = Probe(db, rest=2, clock=hands.read)
    for second in range(3):
        tried.look(at=NOW + timedelta(seconds=second))
        hands.at += 0.9
    assert last_written(db) == NOW.isoformat()
    tried.look(at=NOW + timedelta(seconds=3))
    assert last_written(db) == (NOW + timedelta(seconds=3)).isoformat()


def test_what_went_well_is_not_believed_once_somebody_could_not_work(database_url: str, db: Database) -> None:
    tried = Probe(db, rest=3600, within=0.1)
    tried.look(at=NOW)
    with locked(database_url, db):
        with pytest.raises(Unavailable), db.change(within=0.1) as session:
            keepsakes.keep(session, "anything", "else")
        for _ in range(2):
            with pytest.raises(Unavailable, match="lock"):
                tried.look(at=NOW)
    tried.look(at=NOW)


def test_it_is_found_out_by_itself_when_the_rest_is_over(database_url: str, db: Database) -> None:
    hands = Hands()
    tried = Probe(db, rest=2, within=0.1, clock=hands.read)
    tried.look(at=NOW)
    with locked(database_url, db):
        hands.at += 2
        with pytest.raises(Unavailable):
            tried.look(at=NOW)
    tried.look(at=NOW)


def test_what_went_wrong_is_told_to_all_who_asked_meanwhile(database_url: str, db: Database) -> None:
    tried, told = Probe(db, within=1), list[str]()

    def ask() -> None:
        try:
            tried.look(at=NOW)
        except Unavailable as problem:
            told.append(str(problem))

    with locked(database_url, db):
        before = db.failures
        together = [Thread(target=ask) for _ in range(8)]
        for each in together:
            each.start()
        for each in together:
            each.join()
        assert len(told) == 8
        assert db.failures - before < 8
