"""The next moment at which the desk has something to do by itself: tickets, deliveries and mails alike."""

from datetime import timedelta

import pytest

from desk.delivery import Audience
from desk.ticket import Ticket
from store import ahead, inbox, outbox, tickets
from store.database import Database
from store.inbox import Arrival


def next_due(db):
    with db.read() as session:
        return ahead.next_due(session)


@pytest.fixture
def desk(database_url, at):
    """A desk whose every ticket wants to be looked at on Tuesday."""
    desk = Database(database_url, attention=lambda ticket: at("tue 09:00"))
    yield desk
    desk.close()


def test_an_empty_desk_plans_nothing(desk):
    assert next_due(desk) is None


def test_what_is_owed_comes_first_and_then_the_ticket(desk, at, anna):
    with desk.change() as session:
        ticket = Ticket.open(by=anna, at=at("mon 09:00"), subject="Oven", text="Cold", confirm=False)
        tickets.add(session, ticket)
    assert next_due(desk) == at("mon 09:00")
    with desk.change() as session:
        card = outbox.claim(session, tuple(Audience), now=at("mon 09:00"), lease=timedelta(seconds=60))
    assert next_due(desk) == at("mon 09:00")  # while it is on its way
    with desk.change() as session:
        outbox.arrived(session, card, "1.0")
    assert next_due(desk) == at("tue 09:00")


def test_a_mail_nobody_has_read_is_due_when_it_arrived(desk, at):
    with desk.change() as session:
        inbox.keep(session, Arrival(source="test", raw=b"raw", at=at("mon 09:00")))
    assert next_due(desk) == at("mon 09:00")
