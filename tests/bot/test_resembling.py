"""A new ticket that may repeat another: the line in its thread and what its button does."""

import json
from datetime import timedelta

import pytest

from desk.actor import Actor
from desk.delivery import Audience
from desk.event import Kind
from desk.status import Status
from desk.ticket import Ticket
from store import likely, tickets

ALICE = Actor.agent("U0ALICE", "Alice")
WEEK = timedelta(days=7)


@pytest.fixture
def repeated(desk):
    """The numbers of a ticket and of one that repeats it, as the intake leaves them."""

    def build(**facts):
        first = desk.a_ticket(subject="Oven <cold>")
        second = desk.a_ticket(subject="Re: oven <cold>", **facts)
        with desk.db.change() as session:
            likely.suspect(session, tickets.get(session, second), at=desk.time.now(), within=WEEK)
        desk.deliver()
        return first, second

    return build


def line_of(desk, number):
    return next(
        one for one in desk.slack.thread(desk.place(number).ts) if "the same" in json.dumps(one["blocks"])
    )


def test_the_thread_of_a_new_ticket_links_to_the_one_it_may_repeat(desk, repeated):
    first, second = repeated()
    said = json.dumps(line_of(desk, second)["blocks"])
    ts = desk.place(first).ts.replace(".", "")
    assert f"/archives/C0SUPPORT/p{ts}|HD-{first}> Oven &lt;cold&gt;" in said
    assert f"Cancel as a duplicate of HD-{first}" in said
    assert "confirm" in said


def test_one_click_cancels_it_for_the_other_and_takes_the_button_away(desk, repeated):
    first, second = repeated()
    assert desk.click("duplicate", f"{second}:2:{first}").status == 200
    ticket = desk.ticket(second)
    assert (ticket.status, ticket.duplicate_of) == (Status.CANCELLED, first)
    assert desk.owed(Audience.CUSTOMER) >= 1
    desk.deliver()
    assert "button" not in json.dumps(line_of(desk, second)["blocks"])
    told = json.dumps(desk.slack.thread(desk.place(second).ts))
    assert f"cancelled it as a duplicate of HD-{first}" in told


def test_the_window_cancels_for_a_ticket_by_its_number_too(desk):
    first, second = desk.a_ticket(), desk.a_ticket()
    desk.choose("status", f"{second}:1:cancelled")
    desk.submit({"text": "", "duplicate": f"hd-{first}"})
    assert desk.ticket(second).duplicate_of == first


@pytest.mark.parametrize(("given", "answer"), [("4711", "no ticket 4711"), ("the first", "Write its number")])
def test_a_number_that_is_none_is_refused_in_the_window(desk, given, answer):
    number = desk.a_ticket()
    desk.choose("status", f"{number}:1:cancelled")
    assert answer in desk.submit({"text": "", "duplicate": given}).body
    assert desk.ticket(number).status is Status.WAITING_FOR_SUPPORT


def test_neither_a_reason_nor_a_number_is_refused(desk):
    number = desk.a_ticket()
    desk.choose("status", f"{number}:1:cancelled")
    assert "Write something first" in desk.submit({"text": "", "duplicate": ""}).body


@pytest.mark.parametrize("who", ["U0GIL", "U0NORA"])
def test_strangers_cancel_nothing(desk, repeated, outsiders, who):
    first, second = repeated()
    desk.forge("duplicate", f"{second}:2:{first}", by=who)
    assert desk.ticket(second).status is Status.WAITING_FOR_SUPPORT


@pytest.mark.both_engines
def test_what_is_solved_is_told_to_the_customers_of_its_duplicates_in_the_same_commit(desk):
    first = desk.a_ticket()
    with desk.db.change() as session:
        bob = Actor.customer("bob@bakery.example", "Bob")
        opened = Ticket.open(by=bob, at=desk.time.now(), subject="Oven", text="Cold.", client="Bakery")
        second = tickets.add(session, opened).number
    with desk.db.change() as session:
        tickets.get(session, second).cancel_as_duplicate(
            tickets.get(session, first), by=ALICE, at=desk.time.now()
        )
    desk.change(first, lambda ticket: ticket.resolve("New fuse.", by=ALICE, at=desk.time.now()))
    last = desk.ticket(second).history[-1]
    assert (last.kind, last.text) == (Kind.SOLVED_ELSEWHERE, "New fuse.")
    with desk.db.read() as session:
        assert likely.original_of(session, tickets.get(session, second), "bob@bakery.example").number == first
        assert likely.original_of(session, tickets.get(session, second), "eve@mill.example").number == second


@pytest.mark.both_engines
def test_only_what_is_new_alike_and_of_the_same_people_is_named(desk):
    old = desk.a_ticket(subject="Oven cold")
    other = desk.a_ticket(subject="Something else")
    gone = desk.a_ticket(Status.CANCELLED, subject="Oven cold")
    new = desk.a_ticket(subject="oven is cold")
    with desk.db.change() as session:
        ticket = tickets.get(session, new)
        likely.suspect(session, ticket, at=desk.time.now(), within=timedelta())
        assert ticket.version == 1
        likely.suspect(session, ticket, at=desk.time.now(), within=WEEK)
        likely.suspect(session, ticket, at=desk.time.now(), within=WEEK)
        assert ticket.history[-1].detail == {"others": [old]}
        assert ticket.version == 2
    assert (other, gone) != (old, old)
