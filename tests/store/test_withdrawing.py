"""A mail that is taken back and a courier that is about to take it: one of them comes first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from desk.actor import Actor
from desk.delivery import Audience
from desk.errors import Conflict, DeskError
from desk.event import Kind
from desk.status import Status
from desk.ticket import Ticket
from desk.withdrawal import TooLate
from store import outbox, tickets
from store.invariants import INVARIANTS, examine
from store.withdrawing import withdraw

SANNE, ANNA = Actor.agent("U0SANNE", "Sanne"), Actor.customer("anna@bakery.example", "Anna")
UNDO, LEASE = timedelta(seconds=20), timedelta(minutes=1)


@pytest.fixture
def ticket(db, at):
    with db.change() as session:
        opened = Ticket.open(by=ANNA, at=at("mon 09:00"), subject="Oven", text="Blank.", confirm=False)
        tickets.add(session, opened)
        file = {"name": "a.log", "slack_file": "F1"}
        opened.ask("Which?", by=SANNE, at=at("mon 10:00"), files=[file], undo=UNDO)
    return opened.number


def claimed(db, now):
    with db.change() as session:
        return outbox.claim(session, (Audience.CUSTOMER,), now=now, lease=LEASE) is not None


def fetched(db, now):
    """The files are here: the mail waits for nothing but its time."""
    with db.change() as session:
        delivery = outbox.claim(session, (Audience.DESK,), now=now, lease=LEASE)
        assert delivery
        assert outbox.arrived(session, delivery, "")


def taken_back(db, number, at):
    with db.change() as session:
        withdraw(session, number, 2, by=SANNE, at=at("mon 10:01"))


def owed(db):
    with db.read() as session:
        return {audience for audience, _ in outbox.counts(session)} - {Audience.CARD, Audience.AGENTS}


def test_a_mail_is_not_due_before_the_time_to_take_it_back_is_over(db, ticket, at):
    fetched(db, at("mon 10:00"))
    assert not claimed(db, at("mon 10:00") + UNDO - timedelta(seconds=1))
    assert claimed(db, at("mon 10:00") + UNDO)


def test_what_was_taken_back_is_owed_to_nobody(db, ticket, at):
    assert owed(db) == {Audience.CUSTOMER, Audience.DESK}
    taken_back(db, ticket, at)
    assert owed(db) == set()
    assert not claimed(db, at("mon 10:01"))
    with db.read() as session:
        assert tickets.get(session, ticket).status is Status.WAITING_FOR_SUPPORT
        names = ("words-leave", "allowed-steps", "asked-first", "as-last", "nobody-else")
        looks = [each for each in INVARIANTS if each.name in names]
        assert [examine(session, each, now=at("mon 10:01")).places for each in looks] == [()] * 5


def test_a_mail_that_the_courier_has_cannot_be_taken_back(db, ticket, at):
    fetched(db, at("mon 10:00"))
    assert claimed(db, at("mon 10:01"))
    with pytest.raises(TooLate):
        taken_back(db, ticket, at)
    with db.read() as session:
        assert tickets.get(session, ticket).version == 2


@pytest.mark.parametrize("_round", range(3))
def test_of_undo_and_the_courier_at_the_same_moment_one_comes_first(db, ticket, at, _round):
    fetched(db, at("mon 10:00"))
    both = Barrier(2)

    def undo():
        both.wait()
        try:
            taken_back(db, ticket, at)
        except DeskError:
            return False
        return True

    def courier():
        both.wait()
        return claimed(db, at("mon 10:01"))

    with ThreadPoolExecutor(2) as threads:
        undone, left = threads.submit(undo), threads.submit(courier)
    assert undone.result() is not left.result()


def test_of_two_who_take_it_back_at_once_one_is_told(db, ticket, at):
    both = Barrier(2)

    def undo():
        both.wait()
        try:
            taken_back(db, ticket, at)
        except (Conflict, DeskError) as refused:
            return str(refused)
        return ""

    with ThreadPoolExecutor(2) as threads:
        told = [each.result() for each in [threads.submit(undo) for _ in range(2)]]
    assert sorted(map(bool, told)) == [False, True]
    with db.read() as session:
        kinds = [event.kind for event in tickets.get(session, ticket).history]
    assert kinds.count(Kind.WITHDRAWN) == 1


def test_whoever_has_the_same_trouble_is_not_told_of_a_solution_that_was_taken_back(db, at):
    other = Actor.customer("otto@bakery.example", "Otto")
    with db.change() as session:
        first = Ticket.open(by=ANNA, at=at("mon 09:00"), subject="Oven", text="Blank.", client="Bakery")
        second = Ticket.open(by=other, at=at("mon 09:00"), subject="Oven", text="Blank.", client="Bakery")
        tickets.add(session, first)
        tickets.add(session, second)
        second.cancel_as_duplicate(first, by=SANNE, at=at("mon 09:30"))
    with db.change() as session:
        ticket = tickets.get(session, first.number)
        ticket.resolve("New fuse", by=SANNE, at=at("mon 10:00"), undo=UNDO)
        seq = ticket.version
    with db.read() as session:
        told = tickets.get(session, second.number).history[-1]
        waits = outbox.find(session, outbox.tables.outbox.c.seq == told.seq)
    assert told.kind is Kind.SOLVED_ELSEWHERE
    assert {each.not_before for each in waits if each.audience is Audience.CUSTOMER} >= {
        at("mon 10:00") + UNDO
    }
    with db.change() as session:
        withdraw(session, first.number, seq, by=SANNE, at=at("mon 10:01"))
    with db.read() as session:
        assert tickets.get(session, second.number).history[-1].kind is Kind.WITHDRAWN
        left = outbox.find(session, outbox.tables.outbox.c.seq == told.seq)
        assert Audience.CUSTOMER not in {
            each.audience for each in left if each.ticket_number == second.number
        }
