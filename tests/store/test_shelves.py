"""The lists of App Home cost what they show: in order, cut in the database, and found by an index."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text

from desk.actor import Actor
from desk.priority import Priority
from desk.ticket import Ticket
from store import cards, shelves, tickets
from store.database import Database
from store.shelves import Shelf

At = Callable[[str], datetime]

BY_DUE = {Priority.URGENT: 1, Priority.HIGH: 2, Priority.MEDIUM: 3, Priority.LOW: 4}


def due(ticket: Ticket) -> datetime | None:
    """As in wiring, but simple: the more pressing, the sooner; an improvement never."""
    hours = BY_DUE.get(ticket.priority)
    return ticket.opened_at + timedelta(hours=hours) if hours else None


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url, due=due)
    yield database
    database.close()


@pytest.fixture
def a_ticket(db: Database, at: At, anna: Actor) -> Callable[..., int]:
    def build(priority: Priority = Priority.MEDIUM, *, owner: Actor | None = None, asks: bool = False) -> int:
        ticket = Ticket.open(
            by=anna, at=at("mon 09:00"), subject="Blank page", text="It is blank.", priority=priority
        )
        if owner:
            ticket.take(by=owner, at=at("mon 09:10"))
        if asks:
            ticket.ask("Which browser?", by=owner or Actor.agent("U0ANY", "Any"), at=at("mon 09:20"))
        with db.change() as session:
            return tickets.add(session, ticket).number

    return build


ATicket = Callable[..., int]


def numbers(found: Shelf) -> list[int]:
    return [ticket.number for ticket in found.tickets]


def test_what_is_mine_comes_by_due_date_and_what_has_none_last(
    db: Database, a_ticket: ATicket, sanne: Actor, tom: Actor
) -> None:
    idea, low, urgent, low_too = (
        a_ticket(priority, owner=sanne)
        for priority in (Priority.IMPROVEMENT, Priority.LOW, Priority.URGENT, Priority.LOW)
    )
    a_ticket(owner=tom)
    a_ticket()
    a_ticket(owner=sanne, asks=True)
    with db.read() as session:
        assert numbers(shelves.mine(session, sanne.key, limit=10)) == [urgent, low, low_too, idea]


def test_what_nobody_has_taken_is_what_somebody_has_to_take(
    db: Database, a_ticket: ATicket, sanne: Actor
) -> None:
    later, sooner = a_ticket(Priority.LOW), a_ticket(Priority.HIGH)
    a_ticket(owner=sanne)
    a_ticket(asks=True)
    with db.read() as session:
        assert numbers(shelves.unassigned(session, limit=10)) == [sooner, later]


def test_what_waits_is_everybodys_my_own_first(
    db: Database, a_ticket: ATicket, sanne: Actor, tom: Actor
) -> None:
    toms, nobodys = a_ticket(Priority.URGENT, owner=tom, asks=True), a_ticket(Priority.HIGH, asks=True)
    later, sooner = (a_ticket(each, owner=sanne, asks=True) for each in (Priority.LOW, Priority.MEDIUM))
    a_ticket(owner=sanne)
    with db.read() as session:
        assert numbers(shelves.waiting(session, sanne.key, limit=10)) == [sooner, later, toms, nobodys]


def test_what_is_due_by_a_moment_is_everybodys_and_the_moment_itself_is_later(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    a_ticket(Priority.MEDIUM)  # due at 12:00
    high, urgent = a_ticket(Priority.HIGH), a_ticket(Priority.URGENT, owner=sanne)
    a_ticket(Priority.URGENT, owner=sanne, asks=True)
    a_ticket(Priority.IMPROVEMENT)
    with db.read() as session:
        assert numbers(shelves.due_before(session, at("mon 12:00"), limit=10)) == [urgent, high]


def test_ended_tickets_are_on_no_list(db: Database, a_ticket: ATicket, at: At, sanne: Actor) -> None:
    resolved, cancelled = a_ticket(owner=sanne), a_ticket()
    with db.change() as session:
        tickets.get(session, resolved).resolve("Done.", by=sanne, at=at("mon 10:00"))
        tickets.get(session, cancelled).cancel("Twice.", by=sanne, at=at("mon 10:00"))
    with db.read() as session:
        assert shelves.mine(session, sanne.key, limit=10).total == 0
        assert shelves.unassigned(session, limit=10).total == 0
        assert shelves.waiting(session, sanne.key, limit=10).total == 0
        assert shelves.due_before(session, at("fri 12:00"), limit=10).total == 0


@pytest.mark.parametrize("there", [9, 10, 11])
def test_a_full_list_is_cut_and_counted(db: Database, a_ticket: ATicket, there: int) -> None:
    for _ in range(there):
        a_ticket()
    with db.read() as session:
        found = shelves.unassigned(session, limit=10)
        assert (len(found.tickets), found.total) == (min(there, 10), there)


def test_a_changed_ticket_changes_its_place_in_the_same_commit(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    first, second = a_ticket(Priority.MEDIUM), a_ticket(Priority.LOW)
    with db.change() as session:
        tickets.get(session, second).prioritise(Priority.URGENT, by=sanne, at=at("mon 10:00"))
    with db.read() as session:
        assert numbers(shelves.unassigned(session, limit=10)) == [second, first]


def test_only_cards_that_stand_somewhere_have_a_place(db: Database, a_ticket: ATicket, at: At) -> None:
    posted, unposted = a_ticket(), a_ticket()
    place = cards.Place("C0SUPPORT", "1000.1")
    with db.change() as session:
        cards.keep(session, posted, place, at=at("mon 09:00"))
    with db.read() as session:
        assert cards.places_of(session, [posted, unposted]) == {posted: place}
        assert cards.places_of(session, []) == {}


@pytest.mark.parametrize(
    ("look", "index"),
    [
        (lambda session, at: shelves.mine(session, "U0SANNE", limit=10), "ix_tickets_owner_status_due_at"),
        (lambda session, at: shelves.unassigned(session, limit=10), "ix_tickets_owner_status_due_at"),
        (lambda session, at: shelves.waiting(session, "U0SANNE", limit=10), "ix_tickets_status_due_at"),
        (
            lambda session, at: shelves.due_before(session, at("mon 12:00"), limit=10),
            "ix_tickets_status_due_at",
        ),
    ],
    ids=["mine", "unassigned", "waiting", "due"],
)
def test_each_list_goes_by_an_index(
    db: Database, a_ticket: ATicket, at: At, look: Callable[..., Shelf], index: str
) -> None:
    plans: list[str] = []

    def explain(_engine, cursor, statement, parameters, _context, _many):  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT tickets."):
            how = "EXPLAIN QUERY PLAN " if db.is_sqlite else "EXPLAIN "
            plans.extend(str(row) for row in cursor.execute(how + statement, parameters).fetchall())

    with db.read() as session:
        if not db.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))  # for a handful of rows it is cheaper
        event.listen(session.connection().engine, "before_cursor_execute", explain)
        look(session, at)
    assert index in " ".join(plans)
    assert "SCAN tickets" not in " ".join(plans)
