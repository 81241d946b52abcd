"""A desk that works breaks none of its invariants, and each way of breaking one is seen."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from desk.actor import Actor
from desk.ticket import Ticket
from store import cards, emails, inbox, reports, tickets
from store.database import Database
from store.emails import Direction, Email
from store.histories import Histories
from store.inbox import Arrival
from store.invariants import INVARIANTS, Invariant, examine
from store.reports import Written
from store.session import Session

At = Callable[[str], datetime]
Broken = Callable[..., dict[str, tuple[str, ...]]]
SWEEP = Actor.system("sweep")


@pytest.fixture
def worked(db: Database, at: At, anna: Actor, sanne: Actor) -> Database:
    """A ticket that was asked about, answered and warned of, with its card and its mails."""
    ticket = Ticket.open(by=anna, at=at("mon 09:00"), subject="Blank page", text="It is blank.")
    ticket.take(by=sanne, at=at("mon 09:30"))
    ticket.ask("Which page?", by=sanne, at=at("mon 10:00"))
    with db.change() as session:
        number = tickets.add(session, ticket).number
        mail = Arrival(source="terminal", raw=b"From: anna", at=at("mon 09:00"))
        kept = inbox.keep(session, mail)
        inbox.dealt_with(session, kept or 0, inbox.State.DONE, ticket=number, content_key="a")
        cards.keep(session, number, cards.Place("C0SUPPORT", "1000.1"), at=at("mon 09:01"))
        emails.keep(session, _mail(number, Direction.IN, "from-anna", at("mon 09:00"), inbox=kept))
        emails.keep(session, _mail(number, Direction.OUT, "hd.1", at("mon 10:00")))
        ticket.mailed(3, recipients=[anna.key], by=SWEEP, at=at("mon 10:01"))
        ticket.customer_wrote("That one.", by=anna, at=at("mon 11:00"))
        ticket.warn("recovery", 75, cycle=1, by=SWEEP, at=at("tue 15:00"), due=at("wed 09:00"))
        month = Written(
            client="Bakery", month="2026-11", desk="", address="boss@bakery.example", subject="November",
            body="One.", file="november.csv", message_id="report.1", raw=b"One.",
        )  # fmt: skip
        reports.keep(session, month, at=at("tue 09:00"))
    with db.change() as session:
        session.execute(text("UPDATE outbox SET state = 'done'"))
    return db


def _mail(number: int, direction: Direction, name: str, when: datetime, **more: Any) -> Email:
    return Email(
        ticket=number, direction=direction, message_id=f"{name}@desk.example", address="anna@bakery.example",
        subject="Blank page", body="It is blank.", at=when, **more,
    )  # fmt: skip


@pytest.fixture
def broken(worked: Database, at: At) -> Callable[..., dict[str, tuple[str, ...]]]:
    """Does damage, tells which invariants are broken on Wednesday morning and where, and undoes it."""

    def after(*damage: str) -> dict[str, tuple[str, ...]]:
        session = Session(worked.engine, Histories(), lambda _ticket, _fresh: None)
        for statement in damage:
            session.execute(text(statement))
        found = [examine(session, each, now=at("wed 09:00")) for each in INVARIANTS]
        session.close()
        return {verdict.invariant.name: verdict.places for verdict in found if verdict.count}

    return after


def test_a_desk_that_works_breaks_nothing(broken: Broken) -> None:
    assert broken() == {}


def test_every_damage_is_seen_where_it_is(broken: Broken) -> None:
    for name, damage, place in DAMAGE:
        seen = broken(*damage.split(";"))
        assert place in seen.get(name, ()), f"after {damage}: {seen}"


def test_every_invariant_has_a_damage_that_breaks_it() -> None:
    tried = {name for name, _, _ in DAMAGE} | {"sound"}
    assert tried == {each.name for each in INVARIANTS}


def test_an_index_that_points_nowhere_is_seen(broken: Broken, worked: Database) -> None:
    if not worked.is_sqlite:
        seen = broken(INVALID)
        assert seen["sound"] == ("uq_outbox_one_card is not valid",)
    else:
        seen = broken("PRAGMA defer_foreign_keys = on", "UPDATE cards SET ticket = 7")
        assert seen["sound"] == ("row 7 of cards points at nothing in tickets",)


def test_all_places_are_counted_and_some_are_named(worked: Database, at: At) -> None:
    many = Invariant("many", "", lambda _session, _now: map(str, range(100)))
    with worked.read() as session:
        verdict = examine(session, many, now=at("wed 09:00"))
    assert (verdict.count, len(verdict.places)) == (100, 20)


INVALID = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'uq_outbox_one_card'::regclass"

DAMAGE = [
    (
        "gapless",
        "UPDATE tickets SET version = 8",
        "ticket 1 is at version 8 and has 6 events",
    ),
    (
        "as-last",
        "UPDATE tickets SET status = 'closed'",
        "ticket 1 is closed, medium; its last event left it waiting_for_support, medium",
    ),
    (
        "allowed-steps",
        "UPDATE events SET status = 'closed' WHERE seq = 3",
        "ticket 1, event 4 (sent): closed became waiting_for_customer",
    ),
    (
        "allowed-steps",
        "UPDATE events SET kind = 'noted' WHERE seq = 1",
        "ticket 1, event 1 (noted): nothing became waiting_for_support",
    ),
    (
        "asked-first",
        "UPDATE events SET kind = 'noted' WHERE seq = 3",
        "ticket 1 waits for its customer since event 3 (noted), which asked nothing",
    ),
    (
        "words-leave",
        "UPDATE outbox SET audience = 'leads' WHERE seq = 3",
        "ticket 1, event 3 (asked) is owed to nobody",
    ),
    (
        "warnings-told",
        "DELETE FROM outbox WHERE seq = 6",
        "ticket 1, warning 6 is owed to nobody",
    ),
    (
        "nobody-else",
        "UPDATE events SET kind = 'superseded' WHERE seq = 5",
        "delivery 6 tells of event 5 (superseded) of ticket 1, which is told to nobody",
    ),
    ("one-card", "DELETE FROM outbox WHERE audience = 'card'", "ticket 1 owes no card"),
    ("one-card", "DELETE FROM cards", "the card of ticket 1 arrived, and nobody knows where"),
    (
        "no-old-claims",
        "UPDATE outbox SET state = 'sending', lease_until = '2026-12-02 07:40:00+00:00' WHERE seq = 3",
        "delivery 4 of ticket 1 is claimed by a process that let go of it",
    ),
    (
        "no-old-claims",
        "UPDATE outbox SET state = 'sending' WHERE seq = 3",
        "delivery 4 is being sent without end",
    ),
    (
        "sent-on-record",
        "UPDATE events SET kind = 'noted' WHERE seq = 4",
        "delivery 4: event 3 of ticket 1 was mailed, and its history does not say so",
    ),
    (
        "mails-once",
        "UPDATE emails SET direction = 'out', message_id = 'hd.1@desk.example'",
        "2 mails left as <hd.1@desk.example>",
    ),
    (
        "mails-once",
        "UPDATE emails SET inbox = 1",
        "mail 1 of the inbox is on tickets 2 times",
    ),
    (
        "mails-settled",
        "UPDATE inbox SET state = 'new', attempts = 3",
        "mail 1 of the inbox is not read yet (begun 3 times)",
    ),
    (
        "mails-settled",
        "UPDATE inbox SET state = 'gone'",
        "mail 1 of the inbox is 'gone', which means nothing",
    ),
    (
        "mails-settled",
        "UPDATE inbox SET state = 'collected', ticket = NULL",
        "mail 1 of the inbox was collected by no ticket",
    ),
    ("let-go", "UPDATE reports SET stand = 'sent'", "report 1 is sent, and nobody let it go"),
    (
        "warned-in-time",
        "UPDATE events SET priority = 'improvement' WHERE seq = 6",
        "ticket 1, warning 6: no clock runs while waiting_for_support, improvement",
    ),
    (
        "once",
        "DROP INDEX uq_outbox_one_card; UPDATE outbox SET audience = 'card', seq = NULL WHERE seq = 4",
        "card of ticket 1: 2 times",
    ),
]
"""What is broken, the statements that break it, and what is said of it."""
