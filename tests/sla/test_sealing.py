"""A changed calendar, contract or rule moves open clocks and never judges a finished one again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desk.actor import Actor
from desk.event import Kind
from desk.priority import Priority
from desk.ticket import Ticket
from sla.clock import Clock, attention, read_clock
from sla.course import ClockState
from sla.hours import BusinessHours
from sla.policy import Contract, Goal, Policy, ResponseCounts
from sla.sealing import seal
from sla.verdict import Verdict
from store import tickets
from store.database import Database

At = Callable[[str], datetime]
ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")
DESK = Actor.system("test")


@pytest.fixture
def desk(database_url: str, policy: Policy) -> Iterator[Database]:
    """A database that seals what ends, as the house wires it."""
    database = Database(
        database_url,
        attention=lambda ticket: attention(ticket, policy),
        seal=lambda ticket, fresh: seal(ticket, fresh, policy),
    )
    yield database
    database.close()


@pytest.fixture
def closed_on_tuesday(policy: Policy) -> Policy:
    """The same promises after Tuesday 1 December was made a closed day."""
    calendar = replace(policy.hours.calendar, add=(datetime(2026, 12, 1).date(),))  # noqa: DTZ001 - a date
    return replace(policy, hours=BusinessHours(calendar))


def test_a_holiday_added_later_moves_what_runs_and_not_what_ended(
    desk: Database, at: At, policy: Policy, closed_on_tuesday: Policy
) -> None:
    number = _open(desk, at("2026-11-30 09:00"), Priority.MEDIUM)
    _reply(desk, number, at("2026-12-01 18:00"))
    ticket, later = _get(desk, number), at("2026-12-02 10:00")
    before = _clock(ticket, Goal.FIRST_RESPONSE, policy, later)
    assert (before.due, before.breached) == (at("2026-12-01 17:00"), True)
    after = _clock(ticket, Goal.FIRST_RESPONSE, closed_on_tuesday, later)
    assert (after.due, after.spent, after.breached) == (before.due, before.spent, True)
    assert _clock(ticket, Goal.RECOVERY, policy, later).due == at("2026-12-04 17:00")
    assert _clock(ticket, Goal.RECOVERY, closed_on_tuesday, later).due == at("2026-12-07 17:00")


def test_what_was_kept_stays_kept_when_the_contract_gets_stricter(
    desk: Database, at: At, policy: Policy
) -> None:
    number = _open(desk, at("2026-11-30 09:00"), Priority.HIGH)
    _reply(desk, number, at("2026-11-30 16:00"))
    _do(desk, number, lambda ticket: ticket.resolve("Done.", by=SANNE, at=at("2026-12-01 16:00")))
    hasty = {Priority.HIGH: timedelta(hours=1)}
    bakery = Contract(
        name="Bakery", domains=frozenset({"bakery.example"}), first_response=hasty, recovery=hasty
    )
    stricter = replace(policy, contracts=(bakery,))
    for goal in (Goal.FIRST_RESPONSE, Goal.RECOVERY):
        clock = _clock(_get(desk, number), goal, stricter, at("2026-12-03 10:00"))
        assert (clock.state, clock.breached) == (ClockState.STOPPED, False)
    recovery = _clock(_get(desk, number), Goal.RECOVERY, stricter, at("2026-12-03 10:00"))
    assert (recovery.target, recovery.left) == (timedelta(hours=16), timedelta(hours=1))


def test_a_reopened_ticket_is_open_again_and_moves_with_the_calendar(
    desk: Database, at: At, policy: Policy, closed_on_tuesday: Policy
) -> None:
    number = _open(desk, at("2026-11-30 09:00"), Priority.HIGH)
    _do(desk, number, lambda ticket: ticket.resolve("Done.", by=SANNE, at=at("2026-11-30 11:00")))
    _do(desk, number, lambda ticket: ticket.customer_wrote("No!", by=ANNA, at=at("2026-11-30 16:00")))
    ticket, later = _get(desk, number), at("2026-12-02 10:00")
    assert _clock(ticket, Goal.RECOVERY, policy, later).due == at("2026-12-02 14:00")
    assert _clock(ticket, Goal.RECOVERY, closed_on_tuesday, later).due == at("2026-12-03 14:00")


def test_each_next_response_is_sealed_by_the_mail_that_answered_it(desk: Database, at: At) -> None:
    number = _open(desk, at("2026-11-30 09:00"), Priority.URGENT)
    _reply(desk, number, at("2026-11-30 10:00"))
    for day in ("2026-12-01", "2026-12-02"):
        _do(desk, number, lambda ticket, day=day: ticket.customer_wrote("?", by=ANNA, at=at(f"{day} 09:00")))
        _reply(desk, number, at(f"{day} 11:00"))
    sent = [event for event in _get(desk, number).history if event.kind is Kind.SENT]
    found = [Verdict.read(event, Goal.NEXT_RESPONSE) for event in sent]
    assert [each and (each.cycle, each.spent) for each in found] == [
        None, (1, timedelta(hours=2)), (2, timedelta(hours=2)),
    ]  # fmt: skip


def test_a_question_written_before_the_customers_mail_seals_the_clock_it_ends_and_not_the_next(
    desk: Database, at: At, policy: Policy
) -> None:
    number = _open(desk, at("2026-11-30 09:00"), Priority.URGENT)
    _do(desk, number, lambda ticket: ticket.reply("Try again.", by=SANNE, at=at("2026-11-30 10:00")))
    _do(desk, number, lambda ticket: ticket.customer_wrote("And?", by=ANNA, at=at("2026-11-30 10:01")))
    _do(
        desk, number, lambda ticket: ticket.mailed(2, recipients=[], by=DESK, at=at("2026-11-30 10:02"))
    )  # fmt: skip
    ticket, later = _get(desk, number), at("2026-11-30 12:00")
    assert not _clock(ticket, Goal.FIRST_RESPONSE, policy, later).is_running
    assert _clock(ticket, Goal.NEXT_RESPONSE, policy, later).is_running


def test_what_stopped_the_first_response_then_still_does_when_another_rule_counts_now(
    desk: Database, at: At, policy: Policy
) -> None:
    number = _open(desk, at("2026-11-30 09:00"), Priority.HIGH)
    _do(desk, number, lambda ticket: ticket.take(by=SANNE, at=at("2026-11-30 09:30")))
    _reply(desk, number, at("2026-11-30 12:00"))
    now_taken_counts = replace(policy, response_counts=ResponseCounts.REPLY_OR_TAKEN)
    clock = _clock(_get(desk, number), Goal.FIRST_RESPONSE, now_taken_counts, at("2026-11-30 13:00"))
    assert clock.stopped_at == at("2026-11-30 12:00")


def test_an_answer_in_time_stays_in_time_when_the_priority_is_raised_afterwards(
    desk: Database, at: At, policy: Policy
) -> None:
    number = _open(desk, at("2026-11-30 09:00"), Priority.MEDIUM)
    _reply(desk, number, at("2026-12-01 11:00"))
    _do(
        desk,
        number,
        lambda ticket: ticket.prioritise(Priority.URGENT, by=SANNE, at=at("2026-12-01 12:00")),
    )
    clock = _clock(_get(desk, number), Goal.FIRST_RESPONSE, policy, at("2026-12-01 13:00"))
    assert (clock.breached, clock.target) == (False, timedelta(hours=16))


def test_a_cancelled_ticket_keeps_how_far_it_was(desk: Database, at: At, closed_on_tuesday: Policy) -> None:
    number = _open(desk, at("2026-11-30 09:00"), Priority.URGENT)
    _do(desk, number, lambda ticket: ticket.cancel("A copy.", by=SANNE, at=at("2026-12-01 10:00")))
    clock = _clock(_get(desk, number), Goal.RECOVERY, closed_on_tuesday, at("2026-12-03 10:00"))
    assert (clock.state, clock.spent) == (ClockState.VOID, timedelta(hours=9))


def test_a_click_by_a_clock_that_was_set_back_loses_none_of_the_time_spent(
    desk: Database, at: At, policy: Policy
) -> None:
    number = _open(desk, at("2026-11-30 09:00"), Priority.MEDIUM)
    _do(desk, number, lambda ticket: ticket.ask("Which page?", by=SANNE, at=at("2026-11-30 12:00")))
    _do(desk, number, lambda ticket: ticket.resolve("Done.", by=SANNE, at=at("2026-11-30 11:30")))
    clock = _clock(_get(desk, number), Goal.RECOVERY, policy, at("2026-12-01 10:00"))
    assert (clock.state, clock.spent) == (ClockState.STOPPED, timedelta(hours=3))


def _open(desk: Database, landed: datetime, priority: Priority) -> int:
    ticket = Ticket.open(by=ANNA, at=landed, subject="Blank", text="Blank.", priority=priority)
    with desk.change() as session:
        return tickets.add(session, ticket).number


def _do(desk: Database, number: int, deed: Callable[[Ticket], object]) -> None:
    with desk.change() as session:
        deed(tickets.get(session, number))


def _reply(desk: Database, number: int, at: datetime) -> None:
    _do(desk, number, lambda ticket: ticket.reply("We look.", by=SANNE, at=at))
    _do(desk, number, lambda ticket: ticket.mailed(ticket.version, recipients=[], by=DESK, at=at))


def _get(desk: Database, number: int) -> Ticket:
    with desk.read() as session:
        return tickets.get(session, number)


def _clock(ticket: Ticket, goal: Goal, policy: Policy, now: datetime) -> Clock:
    clock = read_clock(ticket, goal, policy, now=now)
    assert clock is not None
    return clock
