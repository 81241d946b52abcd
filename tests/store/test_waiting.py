"""What is only written waits within its transaction, and is there for whoever asks about it."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from desk.actor import Actor
from desk.errors import Conflict
from store import emails, inbox, outbox, tables, tickets
from store.database import Database, Session
from store.emails import Direction, Email

At = Callable[[str], datetime]
ATicket = Callable[..., int]
AtOnce = Callable[..., list[object]]


def a_mail(number: int, at: datetime, name: str = "m1@bakery.example") -> Email:
    return Email(
        ticket=number, direction=Direction.IN, message_id=name, address="anna@bakery.example",
        subject="Blank", body="It is blank.", at=at,
    )  # fmt: skip


def test_what_waits_is_seen_by_whatever_could_see_it(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    number = a_ticket()
    with db.change() as session:
        assert emails.owner_of(session, ["m1@bakery.example"]) is None
        emails.keep(session, a_mail(number, at("mon 10:00")))
        assert emails.owner_of(session, ["m1@bakery.example"]) == (number, Direction.IN)
        emails.keep(session, a_mail(number, at("mon 10:01"), "m2@bakery.example"))
        assert [each.message_id[:2] for each in emails.of_ticket(session, number)] == ["m1", "m2"]
        tickets.get(session, number).reply("We look.", by=sanne, at=at("mon 10:02"))
        session.flush()
        assert len(outbox.find(session, tables.outbox.c.seq == 2)) > 0


def test_tickets_that_are_changed_together_are_written_together(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    numbers, asked = [a_ticket() for _ in range(5)], list[str]()
    event.listen(db.engine, "before_cursor_execute", lambda *sent: asked.append(sent[2]))
    with db.change() as session:
        for ticket in tickets.some(session, numbers):
            ticket.note("Looked.", by=sanne, at=at("mon 10:00"))
    assert len([each for each in asked if each.startswith("INSERT INTO events")]) == 1


def test_a_key_rests_for_as_long_as_was_said(db: Database, at: At) -> None:
    rest, noon = timedelta(minutes=10), at("mon 12:00")

    def has(moment: datetime) -> bool:
        with db.change() as session:
            return inbox.claim_rest(session, "confirmed:anna", now=moment, rest=rest)

    moments = [noon, noon + rest / 2, noon + rest, noon + rest * 1.5, noon + 2 * rest]
    assert [has(each) for each in moments] == [True, False, True, False, True]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite only one may write
def test_whoever_waits_in_a_circle_is_told_that_somebody_was_at_it(
    db: Database, at: At, at_once: AtOnce
) -> None:
    """PostgreSQL ends one of the two."""
    both = threading.Barrier(2, timeout=20)

    def take(first: str, second: str) -> object:
        with db.change() as session:
            assert _is_first(session, first, at)
            both.wait()
            return _is_first(session, second, at)

    outcomes = at_once(lambda: take("a", "b"), lambda: take("b", "a"))
    assert {type(each) for each in outcomes} == {Conflict, bool}


def _is_first(session: Session, key: str, at: At) -> bool:
    return inbox.is_first(session, key, at=at("mon 10:00"))
