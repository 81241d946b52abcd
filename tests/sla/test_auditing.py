"""The desk says that it is well while it is, and goes quiet when it is not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from desk.actor import Actor
from desk.ticket import Ticket
from sla.auditing import Auditor
from store import inbox, tickets
from store.database import Database
from store.inbox import Arrival

At = Callable[[str], datetime]


class Watched:
    """The desk on Monday at 10:00, and what the watcher heard of it."""

    def __init__(self, db: Database, now: datetime) -> None:
        self.now, self.heard, self.problem = now, list[str](), ""
        checks = {"database": lambda: None, "mailbox": lambda: self.problem or None}
        self.auditor = Auditor(db, clock=lambda: self.now, checks=checks, alive=self.heard.append)


@pytest.fixture
def watched(db: Database, at: At) -> Watched:
    return Watched(db, at("2026-11-30 10:00"))


@pytest.fixture
def number(db: Database, at: At) -> int:
    """A ticket of Monday morning, whose card is owed."""
    anna = Actor.customer("anna@bakery.example", "Anna")
    ticket = Ticket.open(by=anna, at=at("2026-11-30 09:50"), subject="Blank page", text="It is blank.")
    with db.change() as session:
        return tickets.add(session, ticket).number


def test_a_desk_that_is_well_says_so(watched: Watched, number: int) -> None:
    assert watched.auditor.look() == []
    assert watched.heard == ["2026-11-30T09:00:00+00:00"]


def test_the_first_beat_only_begins(watched: Watched) -> None:
    watched.auditor.beat()
    assert watched.heard == []
    watched.auditor.beat()
    assert len(watched.heard) == 1


def test_it_is_quiet_while_news_is_stuck(watched: Watched, number: int) -> None:
    watched.now += timedelta(minutes=10)
    assert watched.auditor.look() == ["news is owed since 2026-11-30 08:50Z"]
    assert watched.heard == []


def test_it_is_quiet_while_a_mail_lies_unread(watched: Watched, db: Database) -> None:
    with db.change() as session:
        inbox.keep(session, Arrival(source="terminal", raw=b"x", at=watched.now))
    assert watched.auditor.look() == []
    watched.now += timedelta(minutes=6)
    assert watched.auditor.look() == ["a mail lies unread since 2026-11-30 09:00Z"]


def test_it_is_quiet_while_a_way_in_is_closed(watched: Watched) -> None:
    watched.problem = "the password was refused"
    assert watched.auditor.look() == ["mailbox: the password was refused"]
    assert watched.heard == []


def test_it_is_quiet_while_an_invariant_is_broken(watched: Watched, db: Database, number: int) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE tickets SET version = 2"))
    assert watched.auditor.look() == [f"gapless: 1, first: ticket {number} is at version 2 and has 1 events"]
    assert watched.heard == []
