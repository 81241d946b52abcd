"""Which thread is read again next: the one that waits longest, and each by one desk."""

from datetime import datetime, timedelta

import pytest

from desk.actor import Actor
from desk.ticket import Ticket
from store import cards, threads, tickets
from store.cards import Place
from store.database import Database
from tests.store.conftest import At, Clock

LONG_AGO = timedelta(days=30)


@pytest.fixture
def number(db: Database, at: At, anna: Actor) -> int:
    """A ticket whose card was posted on Monday at nine."""
    return a_card(db, at("mon 09:00"), anna, "1.0")


def a_card(db: Database, at: datetime, anna: Actor, ts: str) -> int:
    with db.change() as session:
        ticket = tickets.add(session, Ticket.open(by=anna, at=at, subject="Oven", text="It is cold."))
        cards.keep(session, ticket.number, Place("C1", ts), at=at)
        return ticket.number


def due(db: Database, now: datetime, since: datetime | None = None) -> int | None:
    """The ticket whose thread is due; heard from the beginning unless said otherwise."""
    with db.read() as session:
        found = threads.next_due(session, now=now, heard_since=since or now - LONG_AGO)
    return found.number if found else None


def read(db: Database, number: int, now: datetime) -> None:
    with db.change() as session:
        found = threads.next_due(session, now=now, heard_since=now + timedelta(seconds=1))
        assert found is not None
        assert found.number == number
        assert threads.claim(session, found, now=now)
        threads.was_read(session, found, at=now)


def test_a_thread_is_due_ten_minutes_after_it_was_read_and_at_once_after_a_gap(
    db: Database, number: int, clock: Clock
) -> None:
    read(db, number, clock())
    clock.on(minutes=10)
    assert due(db, clock()) is None
    assert due(db, clock(), clock()) == number
    clock.on(seconds=1)
    assert due(db, clock()) == number


def test_a_thread_in_which_nothing_happened_for_a_day_is_due_every_two_hours(
    db: Database, number: int, clock: Clock
) -> None:
    clock.on(days=2)
    read(db, number, clock())
    clock.on(hours=2)
    assert due(db, clock()) is None
    clock.on(seconds=1)
    assert due(db, clock()) == number


def test_what_was_claimed_is_nobody_elses_for_a_minute(db: Database, number: int, clock: Clock) -> None:
    with db.change() as session:
        found = threads.next_due(session, now=clock(), heard_since=clock())
        assert found is not None
        assert threads.claim(session, found, now=clock())
        assert not threads.claim(session, found, now=clock())
    assert due(db, clock(), clock()) is None
    clock.on(seconds=61)
    assert due(db, clock(), clock()) == number


def test_the_longest_unread_comes_first(db: Database, number: int, at: At, anna: Actor, clock: Clock) -> None:
    other = a_card(db, at("mon 09:30"), anna, "2.0")
    assert due(db, clock(), clock()) == number
    read(db, number, clock())
    assert due(db, clock(), clock()) == other


def test_a_ticket_that_ended_is_read_for_two_weeks_and_a_closed_one_never(
    db: Database, number: int, clock: Clock
) -> None:
    lena = Actor.lead("U0LENA", "Lena")
    with db.change() as session:
        tickets.get(session, number).resolve("Done", by=lena, at=clock())
    clock.on(days=13)
    assert due(db, clock()) == number
    clock.on(days=1)
    assert due(db, clock()) is None
    with db.change() as session:
        tickets.get(session, number).close(by=lena, at=clock())
    assert due(db, clock(), clock()) is None


def test_a_card_that_was_posted_anew_begins_unread(db: Database, number: int, clock: Clock) -> None:
    read(db, number, clock())
    clock.on(hours=1)
    with db.change() as session:
        cards.keep(session, number, Place("C1", "3.0"), at=clock())
    clock.on(minutes=10)
    assert due(db, clock()) is None
    clock.on(seconds=1)
    assert due(db, clock()) == number
