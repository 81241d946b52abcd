"""The leads' counts say what is on record, and nothing that is older than asked for."""

from collections.abc import Callable
from datetime import datetime

import pytest

from desk.actor import Actor
from desk.event import Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from store import figures, tickets
from store.database import Database
from store.figures import Kept

At = Callable[[str], datetime]
Deeds = Callable[..., int]

SWEEP = Actor.system("sweep")


@pytest.fixture
def a_ticket(db: Database, anna: Actor, at: At) -> Deeds:
    """A ticket to which these things happened, one an hour."""

    def build(
        *deeds: Callable[[Ticket, datetime], object], opened: str = "tue 09:00", **facts: object
    ) -> int:
        came = at(opened)
        ticket = Ticket.open(by=anna, at=came, subject="Blank page", text="It is blank.", **facts)
        for hour, deed in enumerate(deeds, 1):
            deed(ticket, came.replace(hour=came.hour + hour))
        with db.change() as session:
            return tickets.add(session, ticket).number

    return build


SANNE = Actor.agent("U0SANNE", "Sanne")


def answer(ticket: Ticket, at: datetime) -> object:
    return ticket.reply("We look.", by=SANNE, at=at)


def resolve(ticket: Ticket, at: datetime) -> object:
    return ticket.resolve("Done.", by=SANNE, at=at)


def reopen(ticket: Ticket, at: datetime) -> object:
    return ticket.reopen(by=SANNE, at=at)


def late(goal: str, level: int = 100) -> Callable[[Ticket, datetime], object]:
    return lambda ticket, at: ticket.warn(goal, level, cycle=1, by=SWEEP, at=at, due=at)


def overtaken(goal: str) -> Callable[[Ticket, datetime], object]:
    return lambda ticket, at: ticket.supersede(goal, 100, cycle=1, by=SWEEP, at=at)


def test_open_tickets_are_counted_by_status_and_priority(db: Database, a_ticket: Deeds) -> None:
    a_ticket()
    a_ticket()
    a_ticket(priority=Priority.URGENT)
    a_ticket(lambda ticket, at: ticket.take(by=SANNE, at=at))
    a_ticket(resolve)
    with db.read() as session:
        assert figures.standing(session) == {
            (Status.WAITING_FOR_SUPPORT, Priority.MEDIUM): 2,
            (Status.WAITING_FOR_SUPPORT, Priority.URGENT): 1,
            (Status.IN_PROGRESS, Priority.MEDIUM): 1,
        }


def test_what_came_and_went_is_counted_from_that_moment_on_and_each_ticket_once(
    db: Database, a_ticket: Deeds, at: At
) -> None:
    a_ticket(resolve, opened="mon 09:00")
    a_ticket(resolve, reopen, resolve)
    a_ticket()
    with db.read() as session:
        assert figures.happened(session, Kind.OPENED, since=at("tue 09:00")) == 2
        assert figures.happened(session, Kind.RESOLVED, since=at("tue 09:00")) == 1
        assert figures.happened(session, Kind.RESOLVED, since=at("mon 09:00")) == 2


def test_a_breach_counts_once_also_when_it_was_overtaken(db: Database, a_ticket: Deeds, at: At) -> None:
    a_ticket(late("first_response"), late("first_response", 101), late("recovery"))
    a_ticket(overtaken("recovery"), late("recovery", 102))
    a_ticket(late("recovery", 75))
    a_ticket(late("recovery"), opened="mon 09:00")
    with db.read() as session:
        assert figures.breaches(session, since=at("tue 09:00")) == 3


def test_a_first_response_counts_once_it_is_given_or_late(db: Database, a_ticket: Deeds, at: At) -> None:
    a_ticket()
    a_ticket(answer)
    a_ticket(resolve)
    a_ticket(answer, late("recovery"))
    a_ticket(late("first_response"))
    a_ticket(overtaken("first_response"), answer)
    a_ticket(answer, priority=Priority.IMPROVEMENT)
    a_ticket(late("first_response"), opened="mon 09:00")
    with db.read() as session:
        assert figures.answered(session, "first_response", since=at("tue 00:00")) == Kept(3, 5)


def test_a_recovery_counts_when_it_is_resolved_whenever_it_came(
    db: Database, a_ticket: Deeds, at: At
) -> None:
    a_ticket(resolve, opened="mon 09:00")
    a_ticket(resolve)
    a_ticket(resolve, reopen, resolve)
    a_ticket(late("recovery"), resolve)
    a_ticket(late("first_response"), resolve)
    a_ticket(late("recovery"))
    a_ticket(resolve, priority=Priority.IMPROVEMENT)
    with db.read() as session:
        assert figures.recovered(session, "recovery", since=at("tue 00:00")) == Kept(3, 4)


def test_where_nothing_happened_nothing_is_counted(db: Database, at: At) -> None:
    with db.read() as session:
        assert figures.standing(session) == {}
        assert figures.answered(session, "first_response", since=at("mon 00:00")) == Kept(0, 0)
        assert figures.recovered(session, "recovery", since=at("mon 00:00")) == Kept(0, 0)
