"""Taking back what has not left: the status as before, once, and never what has left."""

from datetime import timedelta

import pytest

from desk.delivery import Audience
from desk.errors import DeskError
from desk.event import Kind
from desk.status import Status
from desk.withdrawal import TooLate

S = Status
UNDO = timedelta(seconds=20)


def leaves(ticket):
    return {each.audience: each.not_before for each in ticket.history[-1].deliveries}


@pytest.mark.parametrize("deed", ["reply", "ask", "resolve", "cancel"])
def test_a_mail_that_can_be_taken_back_is_owed_a_little_later(a_ticket, sanne, at, deed):
    ticket = a_ticket()
    getattr(ticket, deed)("Hello", by=sanne, at=at("mon 10:00"), undo=UNDO)
    assert leaves(ticket)[Audience.CUSTOMER] == at("mon 10:00") + UNDO
    assert leaves(ticket).get(Audience.AGENTS, at("mon 10:00")) == at("mon 10:00")


@pytest.mark.parametrize(
    "before", [S.WAITING_FOR_SUPPORT, S.IN_PROGRESS, S.WAITING_FOR_CUSTOMER, S.RESOLVED], ids=str
)
@pytest.mark.parametrize("deed", ["reply", "ask", "resolve", "cancel"])
def test_the_status_is_as_it_was_before(a_ticket, sanne, at, before, deed):
    ticket = a_ticket(before)
    if deed in ("resolve", "cancel") and before is S.RESOLVED:
        return
    getattr(ticket, deed)("Hello", by=sanne, at=at("mon 10:00"), undo=UNDO)
    assert ticket.take_back(ticket.version, by=sanne, at=at("mon 10:01"))
    assert (ticket.status, ticket.history[-1].kind) == (before, Kind.WITHDRAWN)
    assert ticket.history[-1].text == "Hello"


def test_a_status_that_somebody_else_gave_meanwhile_stays(a_ticket, anna, sanne, at):
    ticket = a_ticket(S.IN_PROGRESS)
    ticket.ask("Which?", by=sanne, at=at("mon 10:00"))
    asked = ticket.version
    ticket.customer_wrote("Still blank", by=anna, at=at("mon 10:00"))
    ticket.take_back(asked, by=sanne, at=at("mon 10:01"))
    assert ticket.status is S.WAITING_FOR_SUPPORT


@pytest.mark.parametrize("order", [(2, 3), (3, 2)])
def test_of_two_questions_the_one_that_is_left_is_waited_for(a_ticket, sanne, at, order):
    ticket = a_ticket()
    ticket.ask("Which?", by=sanne, at=at("mon 10:00"))
    ticket.ask("And which?", by=sanne, at=at("mon 10:00"))
    first, second = order
    ticket.take_back(first, by=sanne, at=at("mon 10:01"))
    assert ticket.status is S.WAITING_FOR_CUSTOMER
    ticket.take_back(second, by=sanne, at=at("mon 10:01"))
    assert ticket.status is S.WAITING_FOR_SUPPORT
    assert [event.seq for event in ticket.counted] == [1]


def test_what_is_noted_meanwhile_counts_with_the_status_of_before(a_ticket, sanne, at):
    ticket = a_ticket(S.IN_PROGRESS)
    ticket.resolve("Done", by=sanne, at=at("mon 10:00"))
    ticket.note("Hm", by=sanne, at=at("mon 10:00"))
    ticket.take_back(3, by=sanne, at=at("mon 10:01"))
    assert [(each.seq, each.status) for each in ticket.counted][2:] == [(4, S.IN_PROGRESS)]
    assert ticket.history[3].status is S.RESOLVED


def test_it_is_taken_back_once(a_ticket, sanne, tom, at):
    ticket = a_ticket()
    ticket.reply("Hello", by=sanne, at=at("mon 10:00"))
    ticket.take_back(2, by=sanne, at=at("mon 10:01"))
    with pytest.raises(DeskError, match="taken back already"):
        ticket.take_back(2, by=tom, at=at("mon 10:01"))


def test_what_has_left_cannot_be_taken_back(a_ticket, sanne, desk_itself, at):
    ticket = a_ticket()
    ticket.reply("Hello", by=sanne, at=at("mon 10:00"))
    ticket.mailed(2, recipients=["anna@bakery.example"], by=desk_itself, at=at("mon 10:01"))
    with pytest.raises(TooLate):
        ticket.take_back(2, by=sanne, at=at("mon 10:01"))


def test_only_what_an_agent_wrote_can_be_taken_back_and_only_by_staff(a_ticket, anna, sanne, at):
    ticket = a_ticket(S.IN_PROGRESS)
    for seq in (1, 2):
        with pytest.raises(DeskError, match="not a mail"):
            ticket.take_back(seq, by=sanne, at=at("mon 10:00"))
    ticket.reply("Hello", by=sanne, at=at("mon 10:00"))
    with pytest.raises(DeskError):
        ticket.take_back(3, by=anna, at=at("mon 10:00"))


def test_nothing_is_taken_back_on_a_closed_ticket(a_ticket, sanne, lea, at):
    ticket = a_ticket()
    ticket.resolve("Done", by=sanne, at=at("mon 10:00"))
    ticket.close(by=lea, at=at("mon 10:00"))
    with pytest.raises(DeskError, match="closed"):
        ticket.take_back(2, by=sanne, at=at("mon 10:01"))
