"""The sweep wakes what was put aside: at its time, once, however many sweep, and also at night."""

from threading import Barrier, Thread

import pytest

from desk.actor import Actor
from desk.event import Kind
from desk.ticket import Ticket
from sla.clock import attention, read_clocks
from sla.sweep import sweep
from store import tickets
from store.database import Database

ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")


@pytest.fixture
def desk(database_url, policy):
    database = Database(database_url, attention=lambda ticket: attention(ticket, policy))
    yield database
    database.close()


@pytest.fixture
def number(desk, at):
    ticket = Ticket.open(by=ANNA, at=at("2026-11-27 16:00"), subject="Blank", text="Blank.")
    ticket.snooze(at("2026-11-28 12:00"), by=SANNE, at=at("2026-11-27 16:30"))
    with desk.change() as session:
        return tickets.add(session, ticket).number


def woken(desk, number):
    with desk.read() as session:
        return [event.at for event in tickets.get(session, number).history if event.kind is Kind.WOKEN]


def test_it_wakes_at_its_time_and_once_however_many_sweep(desk, number, policy, at):
    sweep(desk, policy, now=at("2026-11-28 11:59"))
    assert woken(desk, number) == []
    now, together = at("2026-11-28 12:00"), Barrier(3)

    def look():
        together.wait(30)
        sweep(desk, policy, now=now)

    threads = [Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    sweep(desk, policy, now=at("2026-11-28 12:01"))
    assert woken(desk, number) == [now]


def test_a_customer_who_writes_first_ends_it(desk, number, policy, at):
    with desk.change() as session:
        tickets.get(session, number).customer_wrote("And now?", by=ANNA, at=at("2026-11-28 10:00"))
    sweep(desk, policy, now=at("2026-11-28 12:00"))
    assert woken(desk, number) == []


def test_a_warning_that_waits_for_the_desk_to_open_does_not_hold_it_up(desk, number, policy, at):
    with desk.change() as session:
        ticket = tickets.get(session, number)
        ticket.snooze(at("2026-12-01 20:00"), by=SANNE, at=at("2026-11-28 10:00"))
    sweep(desk, policy, now=at("2026-12-01 18:00"))  # half of its first response ran out, and it is evening
    sweep(desk, policy, now=at("2026-12-01 20:00"))
    assert woken(desk, number) == [at("2026-12-01 20:00")]


def test_no_clock_knows_of_it(policy, at):
    plain, aside = (Ticket.open(by=ANNA, at=at("2026-11-27 16:00"), subject="B", text="B") for _ in range(2))
    aside.snooze(at("2026-12-02 09:00"), by=SANNE, at=at("2026-11-27 16:30"))
    now = at("2026-11-30 12:00")
    assert read_clocks(aside, policy, now=now) == read_clocks(plain, policy, now=now)
