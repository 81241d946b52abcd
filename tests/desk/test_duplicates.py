"""Which subjects are alike, and what it means to cancel a ticket as a duplicate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.actor import Actor
from desk.errors import DeskError, NotAllowed
from desk.event import Kind
from desk.likeness import alike
from desk.status import Status
from desk.ticket import Ticket
from tests.cost import calls


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Printer jam", "Re: Printer jam"),
        ("Printer jam", "[HD-41] FW: AW[2]: the printer jams!"),
        ("Kassa kapot", "De kassa is kapot"),
        ("Café menu wrong", "cafe menu wrong again"),
        ("Invoice 2041 missing", "Missing: invoice 2041"),
    ],
)
def test_subjects_about_the_same_are_alike(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Printer jam", "Printer on fire"),
        ("Invoice 2041 missing", "Invoice 2042 missing, also 2043"),
        ("Help", "Help"),
        ("", ""),
        ("Re:", "Question"),
        ("Kassa", "Oven"),
    ],
)
def test_others_are_not(one, other):
    assert not alike(one, other)


@given(st.text(), st.text())
def test_alike_is_the_same_from_both_sides_and_never_an_error(one, other):
    assert alike(one, other) == alike(other, one)


@pytest.mark.parametrize("other", ["Invoice {} missing", "Cash desk {} is empty", "Café {} has no bread"])
def test_to_compare_a_subject_with_those_of_many_tickets_costs_little(other):
    subjects = [other.format(number) for number in range(1_000)]

    def compare():
        return [alike("Printer in shop 4711", each) for each in subjects]

    assert calls(compare) < 25 * len(subjects)


@pytest.fixture
def two(at):
    """The first ticket, of Anna, and a later one of Anna's colleague."""

    def build(by="bob@bakery.example", client="Bakery"):
        anna, bob = Actor.customer("anna@bakery.example", "Anna"), Actor.customer(by, "Bob")
        facts = {"subject": "Oven", "text": "Cold."}
        first = Ticket.open(by=anna, at=at("mon 09:00"), client="Bakery", **facts)
        second = Ticket.open(by=bob, at=at("mon 10:00"), client=client, **facts)
        first.number, second.number = 41, 43
        return first, second

    return build


def test_a_duplicate_is_cancelled_and_its_customer_joins_the_first(two, at, sanne):
    first, second = two()
    assert second.cancel_as_duplicate(first, by=sanne, at=at("mon 11:00"))
    assert (second.status, second.duplicate_of) == (Status.CANCELLED, 41)
    assert [each.audience for each in second.history[-1].deliveries] == ["agents", "customer"]
    assert first.participants == {"anna@bakery.example", "bob@bakery.example"}
    assert first.duplicates == [43]
    assert not second.cancel_as_duplicate(first, by=sanne, at=at("mon 11:01"))
    assert first.duplicates == [43]


def test_the_customer_of_a_duplicate_hears_once_how_the_first_was_solved(two, at, sanne):
    first, second = two()
    second.cancel_as_duplicate(first, by=sanne, at=at("mon 11:00"))
    first.resolve("New fuse.", by=sanne, at=at("mon 12:00"))
    resolved = first.history[-1]
    assert second.solved_elsewhere(41, resolved, at=at("mon 12:00"))
    assert not second.solved_elsewhere(41, resolved, at=at("mon 12:00"))
    assert (second.history[-1].kind, second.history[-1].text) == (Kind.SOLVED_ELSEWHERE, "New fuse.")
    second.reopen(by=sanne, at=at("mon 13:00"))
    assert second.duplicate_of is None
    assert not second.solved_elsewhere(40, resolved, at=at("mon 14:00"))


def test_the_same_customer_joins_nothing(two, at, sanne):
    first, second = two(by="anna@bakery.example")
    second.cancel_as_duplicate(first, by=sanne, at=at("mon 11:00"))
    assert first.version == 1


@pytest.mark.parametrize(("by", "client"), [("eve@mill.example", "Mill"), ("eve@gmail.com", "")])
def test_nobody_joins_the_ticket_of_another_company(two, at, sanne, by, client):
    first, second = two(by=by, client=client)
    with pytest.raises(DeskError, match="another customer"):
        second.cancel_as_duplicate(first, by=sanne, at=at("mon 11:00"))
    assert second.status is Status.WAITING_FOR_SUPPORT


def test_a_duplicate_needs_a_ticket_that_is_worked_on_and_an_agent(two, at, sanne, anna):
    first, second = two()
    with pytest.raises(NotAllowed):
        second.cancel_as_duplicate(first, by=anna, at=at("mon 11:00"))
    with pytest.raises(DeskError, match="of itself"):
        second.cancel_as_duplicate(second, by=sanne, at=at("mon 11:00"))
    first.cancel("No.", by=sanne, at=at("mon 11:00"))
    with pytest.raises(DeskError, match="cancelled: name one"):
        second.cancel_as_duplicate(first, by=sanne, at=at("mon 11:00"))
