"""A change is one transaction: whole or not at all, and of two at once the second is told."""

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.errors import Conflict, NotFound
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from store import inbox, outbox, room, schema, tables, tickets
from store.database import Database, Unavailable
from store.inbox import Arrival
from store.lane import Lane
from tests.counted import counting

At = Callable[[str], datetime]
ATicket = Callable[..., int]
AtOnce = Callable[..., list[object]]


def read(db: Database, number: int) -> Ticket:
    with db.read() as session:
        return tickets.get(session, number)


def test_a_ticket_comes_back_as_it_was_kept(db: Database, a_ticket: ATicket, at: At, sanne: Actor) -> None:
    number = a_ticket(confirm=True)
    with db.change() as session:
        ticket = tickets.get(session, number)
        ticket.take(by=sanne, at=at("mon 10:00"))
        ticket.prioritise(Priority.HIGH, by=sanne, at=at("mon 10:01"))
    kept = read(db, number)
    assert (kept.number, kept.status, kept.priority) == (number, Status.IN_PROGRESS, Priority.HIGH)
    assert (kept.owner, kept.owner_name, kept.version) == ("U0SANNE", "Sanne", 3)
    assert [event.seq for event in kept.history] == [1, 2, 3]
    assert kept.history[1].by == sanne
    assert kept.history[2].detail == {"before": "medium", "reclassified": False}
    assert (kept.history[-1].status, kept.history[-1].priority) == (kept.status, kept.priority)


def test_a_change_that_fails_leaves_nothing_behind(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    number = a_ticket()

    def fail_halfway() -> None:
        with db.change() as session:
            tickets.get(session, number).take(by=sanne, at=at("mon 10:00"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert read(db, number).status is Status.WAITING_FOR_SUPPORT
    with db.read() as session:
        assert outbox.counts(session) == {(Audience.CARD, DeliveryState.READY): 1}


def test_numbers_count_up_and_are_never_given_twice(db: Database, a_ticket: ATicket) -> None:
    first, second = a_ticket(), a_ticket()
    with db.change() as session:
        session.execute(tables.tickets.delete().where(tables.tickets.c.number == second))
    assert a_ticket() > second > first


def test_a_ticket_that_is_not_there_is_named(db: Database) -> None:
    with pytest.raises(NotFound, match=r"^There is no ticket 99\.$"):
        read(db, 99)


def test_of_two_clicks_on_the_same_card_the_second_is_told_who_was_first(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor, tom: Actor
) -> None:
    number = a_ticket()
    drawn = read(db, number).version
    with db.change(urgent=True) as session:
        tickets.get(session, number, drawn=drawn).take(by=sanne, at=at("mon 10:00"))
    with pytest.raises(Conflict, match=r"^Sanne was first \(taken\)"), db.change(urgent=True) as session:
        tickets.get(session, number, drawn=drawn).take(by=tom, at=at("mon 10:00"))
    assert read(db, number).owner == "U0SANNE"


def test_of_two_changes_at_the_same_moment_one_is_refused_and_changes_nothing(
    db: Database, a_ticket: ATicket, at: At, at_once: AtOnce, sanne: Actor, tom: Actor
) -> None:
    number = a_ticket()
    both_have_read = threading.Barrier(2, timeout=20)

    def take(actor: Actor) -> object:
        with db.change() as session:
            ticket = tickets.get(session, number, drawn=1 if db.is_sqlite else None)
            if not db.is_sqlite:  # which lets one writer in at a time
                both_have_read.wait()
            return ticket.take(by=actor, at=at("mon 10:00"))

    outcomes = at_once(lambda: take(sanne), lambda: take(tom))
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(refusals) == 1
    assert "Look again" in str(refusals[0]) or "was first" in str(refusals[0])
    kept = read(db, number)
    assert (kept.version, len(kept.history)) == (2, 2)
    assert kept.owner == ("U0SANNE" if outcomes[0] is True else "U0TOM")


def test_many_changes_at_once_are_made_one_after_another(
    db: Database, a_ticket: ATicket, at: At, at_once: AtOnce, sanne: Actor
) -> None:
    number = a_ticket()

    def note(text: str) -> int:
        tries = 0
        while True:
            tries += 1
            try:
                with db.change() as session:
                    tickets.get(session, number).note(text, by=sanne, at=at("mon 10:00"))
                return tries
            except Conflict:
                assert tries < 50

    outcomes = at_once(*[lambda n=n: [note(f"{n}.{i}") for i in range(5)] for n in range(4)])
    assert all(isinstance(outcome, list) for outcome in outcomes), outcomes
    kept = read(db, number)
    assert [event.seq for event in kept.history] == list(range(1, 22))
    assert len({event.text for event in kept.history}) == 21


def test_a_change_that_reads_first_is_not_overtaken_by_another_process(tmp_path: Path, at: At) -> None:
    one = _on_sqlite(tmp_path)
    other = Database(str(one.engine.url))

    def click() -> None:
        with other.change() as session:
            inbox.is_first(session, "theirs", at=at("mon 09:00"))

    process = threading.Thread(target=click)
    with one.change() as session:
        assert inbox.waiting(session) == 0
        process.start()
        process.join(timeout=0.2)
        assert process.is_alive(), "it waits for its turn"
        assert inbox.is_first(session, "ours", at=at("mon 09:00"))
    process.join(timeout=20)
    with one.read() as session:
        assert set(session.scalars(select(tables.clicks.c.key))) == {"ours", "theirs"}
    one.close()
    other.close()


def test_a_reader_sees_one_moment_of_a_ticket(db: Database, a_ticket: ATicket, at: At, sanne: Actor) -> None:
    number = a_ticket()
    with db.read() as session:
        before = session.execute(select(tables.tickets.c.version)).scalar_one()
        with db.change() as other:
            tickets.get(other, number).take(by=sanne, at=at("mon 10:00"))
        ticket = tickets.get(session, number)
        assert (before, ticket.version, len(ticket.history)) == (1, 1, 1)
    assert read(db, number).version == 2


def test_the_log_of_sqlite_is_short_again_after_somebody_read_for_long(
    sqlite_db: Database, at: At, a_mail_of_a_megabyte: Callable[[], None]
) -> None:
    with sqlite_db.read() as session:
        inbox.waiting(session)  # and reads on, as a backup does
        for _ in range(20):
            a_mail_of_a_megabyte()
        assert (room.wal_bytes(sqlite_db) or 0) > 20_000_000
    for _ in range(2):  # the first finds the log read to its end, the second begins it anew
        a_mail_of_a_megabyte()
    assert (room.wal_bytes(sqlite_db) or 0) <= 8 * 1024 * 1024


@pytest.fixture
def sqlite_db(tmp_path: Path) -> Iterator[Database]:
    db = Database(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    schema.upgrade(db)
    yield db
    db.close()


@pytest.fixture
def a_mail_of_a_megabyte(sqlite_db: Database, at: At) -> Callable[[], None]:
    def arrive() -> None:
        with sqlite_db.change() as session:
            inbox.keep(session, Arrival(source="smtp", raw=b"x" * 1_000_000, at=at("mon 09:00")))

    return arrive


def test_when_a_ticket_next_needs_a_look_is_kept_in_the_commit_that_changes_it(
    database_url: str, at: At, anna: Actor, sanne: Actor
) -> None:
    db = Database(database_url, attention=lambda ticket: ticket.changed_at + timedelta(hours=ticket.version))
    schema.upgrade(db)
    with db.change() as session:
        number = tickets.add(session, Ticket.open(by=anna, at=at("mon 09:00"), subject="S", text="T")).number
    assert read(db, number).attention_at == at("mon 10:00")
    with db.change() as session:
        ticket = tickets.get(session, number)
        ticket.take(by=sanne, at=at("mon 09:30"))
        session.flush()
        ticket.note("Hm.", by=sanne, at=at("mon 09:40"))
    assert read(db, number).attention_at == at("mon 12:40")
    with db.read() as session:
        assert tickets.needing_attention(session, now=at("mon 12:39")) == []
        assert tickets.needing_attention(session, now=at("mon 12:40")) == [number]
    db.close()


def test_who_sends_is_woken_after_a_commit_that_owes_and_after_no_other(
    database_url: str, at: At, anna: Actor
) -> None:
    woken: list[int] = []
    db = Database(database_url, on_commit=lambda: woken.append(1))
    schema.upgrade(db)
    with db.change() as session:
        inbox.is_first(session, "click", at=at("mon 09:00"))
    assert woken == []
    with db.change() as session:
        tickets.add(session, Ticket.open(by=anna, at=at("mon 09:00"), subject="S", text="T"))
        assert woken == []
    assert woken == [1]
    db.close()


def test_a_moment_keeps_its_instant_and_comes_back_in_utc(db: Database, anna: Actor) -> None:
    told = datetime(2027, 3, 28, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with db.change() as session:
        number = tickets.add(session, Ticket.open(by=anna, at=told, subject="S", text="T")).number
    kept = read(db, number).opened_at
    assert kept == told
    assert kept is not None
    assert (kept.tzinfo, kept.hour, kept.microsecond) == (UTC, 1, 123456)


def test_a_moment_without_a_zone_is_refused(db: Database) -> None:
    naive = datetime(2026, 11, 30, 9)  # noqa: DTZ001
    with pytest.raises(Exception, match="a moment needs a zone"), db.read() as session:
        tickets.needing_attention(session, now=naive)


def test_a_fault_of_our_own_is_not_called_an_outage(db: Database) -> None:
    with pytest.raises(DBAPIError), db.change() as session:
        session.connection().exec_driver_sql("SELECT ?" if db.is_sqlite else "SELECT nonsense")


def test_a_turn_for_a_person_goes_before_all_that_wait_for_a_machine() -> None:
    lane, order, begun = Lane(), list[str](), threading.Semaphore(0)

    def work(name: str, urgent: bool) -> None:
        begun.release()
        with lane.turn(urgent=urgent):
            order.append(name)

    with lane.turn(urgent=False):
        threads = [threading.Thread(target=work, args=("machine", False)) for _ in range(3)]
        threads.append(threading.Thread(target=work, args=("person", True)))
        for thread in threads:
            thread.start()
        for _ in threads:
            begun.acquire()
        _until(lambda: lane._urgent_waiting == 1)
    for thread in threads:
        thread.join(timeout=30)
    assert order == ["person", "machine", "machine", "machine"]


def _until(holds: Callable[[], bool]) -> None:
    turn = threading.Event()
    for _ in range(6000):
        if holds():
            return
        turn.wait(0.005)
    raise AssertionError("waited thirty seconds in vain")


def test_a_turn_that_fails_is_given_back() -> None:
    lane = Lane()
    with pytest.raises(ZeroDivisionError), lane.turn(urgent=True):
        raise ZeroDivisionError
    with lane.turn(urgent=False):
        pass


def _on_sqlite(folder: Path, **pragmas: int) -> Database:
    url = f"sqlite:///{folder / 'desk.sqlite3'}"
    db = Database(url)
    schema.upgrade(db)
    db.close()
    return Database(url)


def test_a_database_that_is_read_only_is_unavailable(tmp_path: Path, at: At) -> None:
    _on_sqlite(tmp_path)
    db = Database(f"sqlite:///file:{tmp_path / 'desk.sqlite3'}?mode=ro&uri=true")
    with pytest.raises(Unavailable, match="readonly"), db.change() as session:
        inbox.is_first(session, "click", at=at("mon 09:00"))
    db.close()


def test_a_database_without_a_folder_is_unavailable(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'nowhere' / 'desk.sqlite3'}")
    with pytest.raises(Unavailable, match="unable to open"), db.read() as session:
        tickets.count(session)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite3").write_bytes(b"This is a letter to the baker.\n" * 100)
    db = Database(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with pytest.raises(Unavailable, match="not a database"), db.read() as session:
        tickets.count(session)


def test_a_database_that_another_process_holds_is_unavailable_and_then_serves_again(
    tmp_path: Path, at: At
) -> None:
    db = _on_sqlite(tmp_path)
    with db.read() as session:
        session.connection().exec_driver_sql("PRAGMA busy_timeout=50")  # of the pool's only connection
    other = sqlite3.connect(tmp_path / "desk.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with counting() as counts, pytest.raises(Unavailable, match="locked"), db.change() as session:
        inbox.is_first(session, "click", at=at("mon 09:00"))
    assert counts["db_busy_total",] == 1
    other.execute("ROLLBACK")
    other.close()
    with db.change() as session:
        assert inbox.is_first(session, "click", at=at("mon 09:00"))
    db.close()


def test_a_full_disk_refuses_the_change_and_keeps_what_was_there(tmp_path: Path, at: At, anna: Actor) -> None:
    db = _on_sqlite(tmp_path)
    with db.read() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages + 5}")
    letter = inbox.Arrival(source="smtp", raw=b"x" * 200_000, at=at("mon 09:00"))
    with pytest.raises(Unavailable, match="full"), db.change() as session:
        inbox.keep(session, letter)
    with db.read() as session:
        assert inbox.waiting(session) == 0
        session.connection().exec_driver_sql("PRAGMA max_page_count=100000")
    with db.change() as session:
        assert inbox.keep(session, letter) is not None
    db.close()


def test_a_server_that_nobody_answers_for_is_unavailable() -> None:
    db = Database("postgresql+psycopg://desk@127.0.0.1:1/desk")
    with pytest.raises(Unavailable), db.change() as session:
        tickets.count(session)
    db.close()


def test_only_a_ticket_that_is_still_due_is_postponed(database_url: str, at: At, anna: Actor) -> None:
    db = Database(database_url, attention=lambda ticket: ticket.changed_at)
    with db.change() as session:
        number = tickets.add(session, Ticket.open(by=anna, at=at("mon 09:00"), subject="S", text="T")).number
    with db.change() as session:
        tickets.postpone(session, number, now=at("mon 08:59"), until=at("tue 09:00"))
    assert read(db, number).attention_at == at("mon 09:00")
    with db.change() as session:
        tickets.postpone(session, number, now=at("mon 09:00"), until=at("tue 09:00"))
    assert read(db, number).attention_at == at("tue 09:00")
    db.close()


def test_a_ticket_that_somebody_changed_since_it_was_read_is_not_postponed(
    database_url: str, at: At, anna: Actor, sanne: Actor
) -> None:
    db = Database(database_url, attention=lambda ticket: ticket.opened_at)
    with db.change() as session:
        number = tickets.add(session, Ticket.open(by=anna, at=at("mon 09:00"), subject="S", text="T")).number
    as_read = read(db, number)
    with db.change() as session:
        tickets.get(session, number).take(by=sanne, at=at("mon 10:00"))
    with db.change() as session:
        tickets.postpone(session, number, now=at("mon 10:00"), until=at("tue 09:00"), version=as_read.version)
    assert read(db, number).attention_at == at("mon 09:00")
    db.close()


def test_a_click_ends_a_postponement_that_it_did_not_see(
    new_postgresql: Callable[[str], AbstractContextManager[str]],
    postgresql_template: str,
    at: At,
    anna: Actor,
    sanne: Actor,
) -> None:
    """Only where two write at once: on SQLite the click would have waited."""
    with new_postgresql(postgresql_template) as url:
        db = Database(url, attention=lambda ticket: ticket.opened_at)
        with db.change() as session:
            opened = Ticket.open(by=anna, at=at("mon 09:00"), subject="S", text="T")
            number = tickets.add(session, opened).number
        with db.change() as click:
            ticket = tickets.get(click, number)
            with db.change() as sweep:
                tickets.postpone(sweep, number, now=at("mon 10:00"), until=at("tue 09:00"))
            ticket.take(by=sanne, at=at("mon 10:00"))
        assert read(db, number).attention_at == at("mon 09:00")
        db.close()


def test_a_transaction_that_outlasts_the_database_leaves_no_connection_open(db: Database) -> None:
    with db.read() as session:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        db.close()
        session.execute(select(tables.tickets)).all()
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        driver.execute("SELECT 1")


def test_a_commit_on_sqlite_waits_for_the_disk(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}")
    with db.change() as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one() == FULL
    db.close()


FULL = 2
"""As SQLite numbers them."""


@pytest.mark.skipif(os.name == "nt", reason="modes are told otherwise there")
def test_a_new_file_is_for_nobody_else_on_the_machine(tmp_path: Path) -> None:
    file, before = tmp_path / "desk.sqlite3", os.umask(0o022)
    db = Database(f"sqlite:///{file}")
    try:
        assert not file.exists()
        with db.change() as session:
            session.execute(text("CREATE TABLE words (word TEXT)"))
            assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
    finally:
        os.umask(before)
        db.close()
