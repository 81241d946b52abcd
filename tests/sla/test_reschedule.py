"""A changed policy or calendar: every open ticket gets its new moment, in batches, once per start."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest

from desk.actor import Actor
from desk.priority import Priority
from desk.ticket import Ticket
from sla.clock import attention, due
from sla.hours import BusinessHours
from sla.policy import Policy
from sla.reschedule import AGREED, AtStart, Rescheduled, reschedule
from store import keepsakes, tickets
from store.database import Database

At = Callable[[str], datetime]
ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")


@pytest.fixture
def desk(database_url: str, policy: Policy) -> Iterator[Database]:
    database = Database(
        database_url,
        attention=lambda ticket: attention(ticket, policy),
        due=lambda ticket: due(ticket, policy),
    )
    yield database
    database.close()


@pytest.fixture
def holiday(policy: Policy) -> Policy:
    """The same promises, with Monday 30 November closed."""
    return replace(policy, hours=BusinessHours(replace(policy.hours.calendar, add=(date(2026, 11, 30),))))


def test_every_open_ticket_gets_its_new_moment_and_a_second_time_nothing_moves(
    desk: Database, holiday: Policy, at: At
) -> None:
    numbers = [_open(desk, at("2026-11-27 16:30")) for _ in range(7)]
    closed = _open(desk, at("2026-11-27 16:30"))
    with desk.change() as session:
        ended = tickets.get(session, closed)
        ended.resolve("Done.", by=SANNE, at=at("2026-11-27 16:45"))
        ended.close(by=Actor.system("test"), at=at("2026-11-27 16:50"))
    assert reschedule(desk, holiday, batch=3) == Rescheduled(looked=7, moved=7)
    for number in numbers:
        ticket = _get(desk, number)
        assert ticket.attention_at == attention(ticket, holiday) == at("2026-12-01 12:30")
        assert ticket.due_at == due(ticket, holiday) == at("2026-12-01 16:30")
    assert _get(desk, closed).attention_at is None
    assert reschedule(desk, holiday, batch=3) == Rescheduled(looked=7, moved=0)


def test_what_somebody_changes_meanwhile_is_left_to_that_change(desk: Database, at: At) -> None:
    number = _open(desk, at("2026-11-27 16:30"))
    as_read = _get(desk, number)
    with desk.change() as session:
        tickets.get(session, number).take(by=SANNE, at=at("2026-11-27 16:40"))
    with desk.change() as session:
        later = at("2030-01-01 09:00")
        assert not tickets.reschedule(session, as_read, attention_at=later, due_at=later)
    assert _get(desk, number).attention_at == at("2026-11-30 14:30")


def test_a_start_with_other_promises_reschedules_once(
    desk: Database, policy: Policy, holiday: Policy, at: At
) -> None:
    number = _open(desk, at("2026-11-27 16:30"))
    AtStart(desk, policy, "old").run()
    assert _get(desk, number).attention_at == at("2026-11-30 12:30")
    start = AtStart(desk, holiday, "new")
    start.run()
    assert _get(desk, number).attention_at == at("2026-12-01 12:30")
    with desk.read() as session:
        assert keepsakes.get(session, AGREED) == "new"
    # another replica, still with the old settings, does not fight with this one
    AtStart(desk, policy, "old").run()
    start.run()
    with desk.read() as session:
        assert keepsakes.get(session, AGREED) == "old"


def test_a_start_with_the_same_promises_looks_at_nothing(desk: Database, policy: Policy, at: At) -> None:
    AtStart(desk, policy, "same").run()
    number = _open(desk, at("2026-11-27 16:30"))
    with desk.change() as session:
        later = at("2030-01-01 09:00")
        assert tickets.reschedule(session, _get(desk, number), attention_at=later, due_at=later)
    AtStart(desk, policy, "same").run()
    assert _get(desk, number).attention_at == at("2030-01-01 09:00")


def _open(desk: Database, landed: datetime) -> int:
    ticket = Ticket.open(by=ANNA, at=landed, subject="Blank", text="Blank.", priority=Priority.URGENT)
    with desk.change() as session:
        return tickets.add(session, ticket).number


def _get(desk: Database, number: int) -> Ticket:
    with desk.read() as session:
        return tickets.get(session, number)
