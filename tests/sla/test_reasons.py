"""Every date can be explained: the sum adds up, and its words say who, when and why."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.actor import Actor
from desk.errors import DeskError
from desk.event import Kind
from desk.priority import Priority
from desk.ticket import Ticket
from sla.calendar import Calendar
from sla.clock import read_clock
from sla.course import ClockState
from sla.hours import BusinessHours
from sla.policy import Contract, Goal, Policy
from sla.reasons import Sum, sums_of
from sla.sealing import seal
from sla.telling import WORDS, tell
from tests.whole import examples

At = Callable[[str], datetime]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")
DESK = Actor.system("test")
POLICY = Policy(hours=BusinessHours(Calendar()))


def test_a_mail_of_friday_afternoon_is_explained_as_the_product_says(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-27 16:30"), Priority.URGENT)
    said = _told(ticket, policy, at("2026-11-30 10:00"))[0]
    assert said.splitlines() == [
        "First response: due Mon 30 Nov 16:30, 6:30 h left",
        "  mail landed Fri 27 Nov 16:30",
        "  target 8 h (Urgent, as promised to everybody)",
        "  ran Fri 27 Nov 0:30, Mon 30 Nov 7:30",
        "  paused 0",
        "  due Mon 30 Nov 16:30",
    ]


def test_the_same_in_dutch(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-27 16:30"), Priority.URGENT)
    said = _told(ticket, policy, at("2026-11-30 10:00"), "nl")[0]
    assert said.splitlines() == [
        "Eerste reactie: uiterlijk ma 30 nov 16:30, nog 6:30 h",
        "  mail binnengekomen vr 27 nov 16:30",
        "  beloofd 8 h (Urgent, zoals aan iedereen beloofd)",
        "  liep vr 27 nov 0:30, ma 30 nov 7:30",
        "  gepauzeerd 0",
        "  uiterlijk ma 30 nov 16:30",
    ]


def test_a_pause_names_who_asked_who_answered_and_what_it_took(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 10:00"), Priority.HIGH)
    _ask(ticket, at("2026-12-01 11:00"))
    assert "paused since Tue 1 Dec 11:00: Sanne asked the customer, no answer yet" in _recovery(
        ticket, policy, at("2026-12-02 10:00")
    )
    ticket.customer_wrote("Firefox.", by=ANNA, at=at("2026-12-03 14:00"))
    said = _recovery(ticket, policy, at("2026-12-03 14:00"))
    assert (
        "paused Tue 1 Dec 11:00 to Thu 3 Dec 14:00 (19 h of open time): "
        "Sanne asked the customer, Anna answered" in said
    )
    assert "paused 0" not in said
    assert "due Fri 4 Dec 13:00" in said


def test_a_change_of_priority_is_told_with_who_when_and_that_the_date_had_passed(
    at: At, policy: Policy
) -> None:
    ticket = _ticket(at("2026-11-30 09:30"), Priority.MEDIUM)
    raised = at("2026-12-02 13:30")
    ticket.prioritise(Priority.URGENT, by=SANNE, at=raised, reclassified=True)
    said = _recovery(ticket, policy, raised)
    assert (
        "Sanne changed the priority from Medium to Urgent Wed 2 Dec 13:30 "
        "(the date it gave had already passed: reclassified)" in said
    )
    assert said.startswith("Recovery: overdue since Tue 1 Dec 09:30, by 12 h")


def test_a_reopened_ticket_tells_that_the_clock_stood_still_and_went_on(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"), Priority.HIGH)
    ticket.resolve("Done.", by=SANNE, at=at("2026-11-30 11:00"))
    ticket.customer_wrote("No!", by=ANNA, at=at("2026-12-01 09:00"))
    said = _recovery(ticket, policy, at("2026-12-01 10:00"))
    assert (
        "stood still Mon 30 Nov 11:00 to Tue 1 Dec 09:00 (6 h of open time): "
        "Sanne resolved it, Anna opened it again" in said
    )
    following = _told(ticket, policy, at("2026-12-01 10:00"))[1]
    assert "Anna opened it again Tue 1 Dec 09:00" in following


def test_closed_days_on_the_way_are_named(at: At, policy: Policy) -> None:
    said = _recovery(_ticket(at("2026-12-24 16:30"), Priority.URGENT), policy, at("2026-12-24 16:30"))
    assert "closed Fri 25 Dec (Eerste kerstdag)\n" in said
    assert "ran Thu 24 Dec 0:30, Mon 28 Dec 7:30" in said


def test_days_alike_are_told_together(at: At, policy: Policy) -> None:
    said = _recovery(_ticket(at("2026-11-23 09:00"), Priority.LOW), policy, at("2026-11-23 09:00"))
    assert (
        "ran Mon 23 Nov to Fri 27 Nov 8:00 each, Mon 30 Nov to Fri 4 Dec 8:00 each, "
        "Mon 7 Dec to Thu 10 Dec 8:00 each" in said
    )


def test_a_contract_is_named(at: At, policy: Policy) -> None:
    bakery = Contract(
        name="Bakery", domains=frozenset({"bakery.example"}), recovery={Priority.URGENT: timedelta(hours=4)}
    )
    ticket = _ticket(at("2026-11-30 09:00"), Priority.URGENT)
    said = _recovery(ticket, replace(policy, contracts=(bakery,)), at("2026-11-30 09:00"))
    assert "target 4 h (Urgent, contract Bakery)" in said


def test_what_has_ended_says_so_and_by_whose_hours_it_is_judged(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"), Priority.URGENT)
    ticket.resolve("Done.", by=SANNE, at=at("2026-11-30 11:00"))
    seal(ticket, [ticket.history[-1]], policy)
    ticket.close(by=DESK, at=at("2026-12-07 11:00"))
    said = _recovery(ticket, policy, at("2026-12-09 10:00"))
    assert said.startswith("Recovery: kept; stopped Mon 30 Nov 11:00 with 6 h to spare")
    assert said.endswith("it has ended, and stays judged by the hours and the contract of that moment")
    assert "due" not in said


def test_an_improvement_is_promised_nothing_and_that_is_said(at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"), Priority.IMPROVEMENT)
    assert _told(ticket, policy, at("2026-11-30 09:00")) == [
        "Nothing is promised for this ticket: an improvement has a budget and no clocks."
    ]


def test_both_languages_have_words_for_the_same_things() -> None:
    dutch, english = WORDS["nl"], WORDS["en"]
    assert dutch.said.keys() == english.said.keys()
    for facts in ("goals", "priorities", "begins", "stops", "goes_on"):
        assert getattr(dutch, facts).keys() == getattr(english, facts).keys()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_stop_of_any_kind_has_words(language: str, at: At, policy: Policy) -> None:
    ticket = _ticket(at("2026-11-30 09:00"), Priority.LOW)
    _ask(ticket, at("2026-11-30 10:00"))
    ticket.bounced("550", by=DESK, at=at("2026-11-30 11:00"), hard=True)
    ticket.ask("Which?", by=SANNE, at=at("2026-11-30 12:00"))
    ticket.mail_failed(ticket.version, "550", certain=True, by=DESK, at=at("2026-11-30 13:00"))
    _ask(ticket, at("2026-11-30 14:00"))
    ticket.take(by=SANNE, at=at("2026-11-30 15:00"))
    ticket.cancel("A copy.", by=SANNE, at=at("2026-12-01 10:00"))
    ticket.reopen(by=SANNE, at=at("2026-12-01 11:00"))
    said = _recovery(ticket, policy, at("2026-12-01 12:00"), language)
    assert said.count("\n  gepauzeerd" if language == "nl" else "\n  paused") == 3
    assert ("stond stil" if language == "nl" else "stood still") in said


deeds = st.sampled_from(["reply", "ask", "write", "take", "resolve", "reopen", "lower", "raise", "cancel"])
waits = st.integers(0, 4 * 1440).map(lambda n: timedelta(minutes=n, seconds=n % 60))


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    now = datetime(2026, 12, 20, 6, tzinfo=UTC) + draw(waits)
    ticket = _ticket(now, draw(st.sampled_from([Priority.URGENT, Priority.HIGH, Priority.LOW])))
    for deed, wait in draw(st.lists(st.tuples(deeds, waits), max_size=8)):
        now += wait
        _do(ticket, deed, now)
    return ticket


@settings(max_examples=examples(150), deadline=None)
@given(tickets(), waits)
def test_the_days_of_a_sum_add_up_to_what_the_clock_says(ticket: Ticket, later: timedelta) -> None:
    now = ticket.changed_at + later
    for each in sums_of(ticket, POLICY, now=now):
        ran = sum((stretch.total for stretch in each.ran), timedelta())
        assert ran == (each.clock.target if each.clock.due else each.clock.spent)
        assert each.clock == read_clock(ticket, each.clock.goal, POLICY, now=now)
        _check_stops(each)
    for language in ("nl", "en"):
        assert tell(sums_of(ticket, POLICY, now=now), language, AMSTERDAM)


def _check_stops(each: Sum) -> None:
    moments = [moment for stop in each.stops for moment in (stop.since, stop.until or stop.since)]
    assert moments == sorted(moments)
    still = [stop for stop in each.stops if stop.until is None]
    assert len(still) == (each.clock.state is ClockState.PAUSED)
    assert all(stop.begin in (Kind.ASKED, Kind.RESOLVED, Kind.CANCELLED) for stop in each.stops)


def _do(ticket: Ticket, deed: str, at: datetime) -> None:
    with suppress(DeskError):
        match deed:
            case "reply":
                ticket.reply("We look.", by=SANNE, at=at)
                ticket.mailed(ticket.version, recipients=[], by=DESK, at=at)
            case "ask":
                _ask(ticket, at)
            case "write":
                ticket.customer_wrote("And?", by=ANNA, at=at)
            case "lower":
                ticket.prioritise(Priority.LOW, by=SANNE, at=at)
            case "raise":
                ticket.prioritise(Priority.URGENT, by=SANNE, at=at)
            case "cancel":
                ticket.cancel("A copy.", by=SANNE, at=at)
            case _:
                getattr(ticket, deed)(by=SANNE, at=at)


def _ticket(landed: datetime, priority: Priority) -> Ticket:
    return Ticket.open(by=ANNA, at=landed, subject="Blank page", text="It is blank.", priority=priority)


def _ask(ticket: Ticket, at: datetime) -> None:
    ticket.ask("Which page?", by=SANNE, at=at)
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at)


def _told(ticket: Ticket, policy: Policy, now: datetime, language: str = "en") -> list[str]:
    return tell(sums_of(ticket, policy, now=now), language, AMSTERDAM)


def _recovery(ticket: Ticket, policy: Policy, now: datetime, language: str = "en") -> str:
    [found] = [each for each in sums_of(ticket, policy, now=now) if each.clock.goal is Goal.RECOVERY]
    return tell([found], language, AMSTERDAM)[0]
