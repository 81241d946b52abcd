"""Clocks read off the histories of real tickets: the worked examples of the product, and the odd orders."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from desk.actor import Actor
from desk.event import Kind
from desk.priority import Priority
from desk.ticket import Ticket
from sla.clock import Clock, attention, due, preview, read_clock, waits_since
from sla.course import ClockState, every_course
from sla.hours import BusinessHours
from sla.policy import Goal, Policy, ResponseCounts

At = Callable[[str], datetime]
ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")
DESK = Actor.system("test")

EXAMPLES = [
    (Priority.URGENT, Goal.FIRST_RESPONSE, "2026-11-27 16:30", "2026-11-30 16:30"),
    (Priority.URGENT, Goal.RECOVERY, "2026-11-28 11:00", "2026-11-30 17:00"),
    (Priority.URGENT, Goal.RECOVERY, "2026-11-30 18:10", "2026-12-01 17:00"),
    (Priority.URGENT, Goal.FIRST_RESPONSE, "2026-12-24 16:30", "2026-12-28 16:30"),
    (Priority.HIGH, Goal.RECOVERY, "2026-11-26 10:00", "2026-11-30 10:00"),
    (Priority.MEDIUM, Goal.RECOVERY, "2026-11-27 16:30", "2026-12-04 16:30"),
    (Priority.LOW, Goal.RECOVERY, "2026-11-23 09:00", "2026-12-10 17:00"),
    (Priority.LOW, Goal.RECOVERY, "2026-12-23 15:00", "2027-01-14 15:00"),
]


@pytest.mark.parametrize(("priority", "goal", "landed", "due"), EXAMPLES)
def test_a_promise_is_due_as_the_published_examples_say(
    priority: Priority, goal: Goal, landed: str, due: str, at: At, policy: Policy
) -> None:
    ticket = _ticket(at(landed), priority)
    assert _clock(ticket, goal, policy, at(landed)).due == at(due)


def test_three_quarters_of_an_urgent_friday_afternoon_are_used_up_on_monday_at_half_past_two(
    at: At, policy: Policy
) -> None:
    ticket = _ticket(at("2026-11-27 16:30"), Priority.URGENT)
    ticket.take(by=SANNE, at=at("2026-11-27 16:31"))
    assert attention(ticket, policy) == at("2026-11-30 14:30")


def test_who_spoke_with_a_human_on_the_phone_has_had_their_first_response(at: At, policy: Policy) -> None:
    called = at("2026-11-30 10:00")
    ticket = Ticket.open(
        by=SANNE, customer=ANNA, at=called, subject="Blank page", text="She called.", detail={"heard": True}
    )
    first = read_clock(ticket, Goal.FIRST_RESPONSE, policy, now=at("2026-12-07 10:00"))
    assert first is not None
    assert (first.state, first.breached) == (ClockState.STOPPED, False)


def test_waiting_moves_the_date_by_the_business_hours_it_took(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 10:00"), Priority.HIGH)
    assert _clock(ticket, Goal.RECOVERY, policy, at("2026-11-30 10:00")).due == at("2026-12-02 10:00")
    _ask(ticket, at("2026-12-01 11:00"))
    paused = _clock(ticket, Goal.RECOVERY, policy, at("2026-12-03 09:00"))
    assert (paused.state, paused.due, paused.left) == (ClockState.PAUSED, None, timedelta(hours=7))
    ticket.customer_wrote("It is Firefox.", by=ANNA, at=at("2026-12-03 14:00"))
    assert _clock(ticket, Goal.RECOVERY, policy, at("2026-12-03 14:00")).due == at("2026-12-04 13:00")


def test_a_raise_after_a_pause_shows_that_the_new_date_had_passed_before_the_pause(
    at: At, policy: Policy
) -> None:
    ticket = _ticket(at("2026-11-30 09:30"), Priority.MEDIUM)
    _ask(ticket, at("2026-12-01 10:00"))
    ticket.customer_wrote("Here it is.", by=ANNA, at=at("2026-12-01 15:00"))
    raised = at("2026-12-02 13:30")
    assert _clock(ticket, Goal.RECOVERY, policy, raised).due == at("2026-12-07 14:30")
    urgent = next(each for each in preview(ticket, Priority.URGENT, policy, now=raised) if _recovers(each))
    assert (urgent.due, urgent.breached) == (at("2026-12-01 09:30"), True)
    ticket.prioritise(Priority.URGENT, by=SANNE, at=raised, reclassified=urgent.breached)
    assert _clock(ticket, Goal.RECOVERY, policy, raised) == urgent


def test_seventy_two_hours_are_elapsed_hours_across_the_change_of_the_clocks(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2027-03-26 15:00"))
    _ask(ticket, at("2027-03-26 16:00"))
    ticket.remind(by=DESK, at=at("2027-03-28 17:00"), asked=ticket.version)
    assert attention(ticket, policy) == at("2027-03-29 17:00")


def test_every_stepped_through_case_with_pauses_is_due_as_a_ticket(
    cases: Callable[[str], Iterator[dict[str, Any]]], hours: BusinessHours
) -> None:
    for case in cases("sla_pause_cases.jsonl"):
        target = timedelta(minutes=case["minutes"])
        policy = Policy(hours=hours, recovery={Priority.MEDIUM: target})
        ticket = _ticket(_moment(case["start"]))
        for begin, end in case["pauses"]:
            ticket.ask("Which page?", by=SANNE, at=_moment(begin))
            ticket.customer_wrote("That one.", by=ANNA, at=_moment(end))
        assert _clock(ticket, Goal.RECOVERY, policy, _moment(case["due"])).due == _moment(case["due"]), case


def test_only_a_humans_mail_that_left_stops_the_first_response(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"))
    ticket.mailed(1, recipients=[], by=DESK, at=at("2026-11-30 09:01"))
    ticket.take(by=SANNE, at=at("2026-11-30 09:05"))
    ticket.note("The oven again.", by=SANNE, at=at("2026-11-30 09:06"))
    ticket.reply("We look at it.", by=SANNE, at=at("2026-11-30 09:10"))
    assert _clock(ticket, Goal.FIRST_RESPONSE, policy, at("2026-11-30 09:11")).is_running
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at("2026-11-30 09:12"))
    clock = _clock(ticket, Goal.FIRST_RESPONSE, policy, at("2026-11-30 10:00"))
    assert (clock.state, clock.stopped_at) == (ClockState.STOPPED, at("2026-11-30 09:12"))


def test_taking_stops_the_first_response_where_the_desk_chose_so(at: At, hours: BusinessHours) -> None:
    ticket = _ticket(at("2026-11-30 09:00"))
    ticket.take(by=SANNE, at=at("2026-11-30 09:05"))
    policy = Policy(hours=hours, response_counts=ResponseCounts.REPLY_OR_TAKEN)
    assert _clock(ticket, Goal.FIRST_RESPONSE, policy, at("2026-11-30 10:00")).stopped_at == at(
        "2026-11-30 09:05"
    )


@pytest.mark.parametrize("answered_before", [False, True])
def test_a_reply_written_before_the_customers_mail_does_not_answer_it(
    answered_before: bool, at: At, policy: Policy
) -> None:
    ticket = _ticket(at("2026-11-30 09:00"))
    if answered_before:
        _reply(ticket, at("2026-11-30 09:10"))
        ticket.customer_wrote("And this?", by=ANNA, at=at("2026-11-30 09:20"))
    ticket.reply("Try again.", by=SANNE, at=at("2026-11-30 10:00"))
    written = ticket.version
    ticket.customer_wrote("Another thing.", by=ANNA, at=at("2026-11-30 10:01"))
    ticket.mailed(written, recipients=[], by=DESK, at=at("2026-11-30 10:02"))
    clock = _clock(ticket, Goal.NEXT_RESPONSE, policy, at("2026-11-30 11:00"))
    assert (clock.cycle, clock.is_running) == (1 + answered_before, True)
    assert clock.started_at == at("2026-11-30 10:01")
    _reply(ticket, at("2026-11-30 12:00"))
    assert not _clock(ticket, Goal.NEXT_RESPONSE, policy, at("2026-11-30 13:00")).is_running


def test_a_reopened_ticket_goes_on_with_what_it_had_spent_and_owes_an_answer(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"))
    ticket.resolve("Done.", by=SANNE, at=at("2026-11-30 11:00"))
    ticket.customer_wrote("It is back!", by=ANNA, at=at("2026-12-02 09:00"))
    later = at("2026-12-02 10:00")
    assert _clock(ticket, Goal.RECOVERY, policy, later).spent == timedelta(hours=3)
    following = _clock(ticket, Goal.NEXT_RESPONSE, policy, later)
    assert (following.cycle, following.spent, following.target) == (
        1,
        timedelta(hours=1),
        timedelta(hours=16),
    )


def test_a_ticket_reopened_after_an_answer_owes_one_more_response_and_not_two(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"))
    _reply(ticket, at("2026-11-30 10:00"))
    ticket.resolve("Done.", by=SANNE, at=at("2026-11-30 11:00"))
    ticket.customer_wrote("It is back!", by=ANNA, at=at("2026-12-02 09:00"))
    following = [each for each in every_course(ticket, policy) if each.goal is Goal.NEXT_RESPONSE]
    assert [(each.cycle, each.state) for each in following] == [(1, ClockState.RUNNING)]


def test_an_answer_in_the_evening_after_closing_time_broke_the_promise(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"), Priority.URGENT)
    on_time = _ticket(at("2026-11-30 09:00"), Priority.URGENT)
    _reply(ticket, at("2026-11-30 18:00"))
    _reply(on_time, at("2026-11-30 17:00"))
    later = at("2026-12-01 10:00")
    assert _clock(ticket, Goal.FIRST_RESPONSE, policy, later).breached
    assert not _clock(on_time, Goal.FIRST_RESPONSE, policy, later).breached


def test_closing_a_cancelled_ticket_does_not_make_its_promise_kept(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"))
    ticket.cancel("A duplicate.", by=SANNE, at=at("2026-11-30 10:00"))
    ticket.close(by=DESK, at=at("2026-12-07 10:00"))
    assert _clock(ticket, Goal.RECOVERY, policy, at("2026-12-08 10:00")).state is ClockState.VOID


def test_recovery_of_a_ticket_resolved_while_waiting_stops_when_it_was_resolved(
    at: At, policy: Policy
) -> None:
    ticket = _ticket(at("2026-11-30 09:00"))
    _ask(ticket, at("2026-11-30 10:00"))
    ticket.resolve(by=DESK, at=at("2026-12-03 10:00"))
    clock = _clock(ticket, Goal.RECOVERY, policy, at("2026-12-04 10:00"))
    assert (clock.stopped_at, clock.spent) == (at("2026-12-03 10:00"), timedelta(hours=1))


def test_silence_does_not_count_before_the_question_left_even_when_extended(at: At) -> None:
    ticket = _ticket(at("2026-11-30 09:00"))
    ticket.ask("Which page?", by=SANNE, at=at("2026-11-30 10:00"))
    ticket.extend(by=SANNE, at=at("2026-11-30 10:05"))
    assert waits_since(ticket) is None
    ticket.mailed(2, recipients=[], by=DESK, at=at("2026-11-30 10:10"))
    waiting = waits_since(ticket)
    assert waiting is not None
    assert waiting.kind is Kind.SENT
    ticket.extend(by=SANNE, at=at("2026-12-01 10:00"))
    assert waits_since(ticket) is ticket.history[-1]


def test_a_ticket_that_waits_is_due_when_silence_resolves_it_once_the_question_left(
    at: At, policy: Policy
) -> None:
    ticket = _ticket(at("2026-11-30 09:00"))
    ticket.ask("Which page?", by=SANNE, at=at("2026-11-30 10:00"))
    assert due(ticket, policy) is None
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at("2026-11-30 11:00"))
    assert due(ticket, policy) == at("2026-12-03 11:00")


def test_an_improvement_has_no_clock(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"), Priority.IMPROVEMENT)
    assert [read_clock(ticket, goal, policy, now=at("2026-12-30 09:00")) for goal in Goal] == [None] * 3
    assert attention(ticket, policy) is None


def _ticket(landed: datetime, priority: Priority = Priority.MEDIUM) -> Ticket:
    return Ticket.open(by=ANNA, at=landed, subject="Blank page", text="It is blank.", priority=priority)


def _ask(ticket: Ticket, at: datetime) -> None:
    ticket.ask("Which page?", by=SANNE, at=at)
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at)


def _reply(ticket: Ticket, at: datetime) -> None:
    ticket.reply("Try again.", by=SANNE, at=at)
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at)


def _clock(ticket: Ticket, goal: Goal, policy: Policy, now: datetime) -> Clock:
    clock = read_clock(ticket, goal, policy, now=now)
    assert clock is not None
    return clock


def _recovers(clock: Clock) -> bool:
    return clock.goal is Goal.RECOVERY


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("deed", ["reply", "ask", "resolve"])
def test_a_mail_that_was_taken_back_leaves_no_trace_in_the_clocks(at: At, policy: Policy, deed: str) -> None:
    plain, undone = (_ticket(at("2026-11-30 09:00"), Priority.MEDIUM) for _ in range(2))
    getattr(undone, deed)("Hello", by=SANNE, at=at("2026-11-30 10:00"))
    undone.take_back(undone.version, by=SANNE, at=at("2026-11-30 12:00"))
    assert every_course(undone, policy) == every_course(plain, policy)
    assert attention(undone, policy) == attention(plain, policy)
