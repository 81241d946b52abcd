"""What is gone in Slack is owed again once, whoever else finds it gone at the same moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread

import pytest

from desk.actor import Actor
from desk.delivery import Audience, Delivery
from store import outbox, retelling, tables, tickets
from store.database import Database, Session
from tests.mail.rivals import until, waits_for_the_other

At = Callable[[str], datetime]
GONE = "1000.7"


@pytest.fixture
def number(db: Database, a_ticket: Callable[..., int], at: At, sanne: Actor) -> int:
    """A ticket whose thread says who took it."""
    number = a_ticket(posted=True)
    with db.change() as session:
        tickets.get(session, number).take(by=sanne, at=at("mon 09:30"))
    arrives(db, at("mon 09:31"))
    return number


def arrives(db: Database, now: datetime) -> None:
    """Whatever its thread is owed is there."""
    with db.change() as session:
        line = outbox.claim(session, (Audience.AGENTS,), now=now, lease=timedelta(minutes=1))
        assert line is not None
        assert outbox.arrived(session, line, GONE)


def line_of(session: Session, number: int) -> Delivery:
    row = tables.outbox.c
    [line] = outbox.find(session, row.ticket == number, row.audience == Audience.AGENTS)
    return line


def test_a_line_that_two_find_gone_at_once_is_owed_once(db: Database, number: int, at: At) -> None:
    owed: list[int] = []

    def second() -> None:
        with db.change() as session:
            owed.append(retelling.lines(session, number, [GONE], at=at("mon 10:00")))

    other = Thread(target=second)
    with db.change() as session:
        owed.append(retelling.lines(session, number, [GONE], at=at("mon 10:00")))
        other.start()
        until(lambda: waits_for_the_other(db))
        first = line_of(session, number)
    other.join(timeout=100)

    assert owed == [1, 0]
    with db.read() as session:
        assert line_of(session, number).token == first.token, "it may be posted under that by then"
