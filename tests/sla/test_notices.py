"""Whether there still is a reason to post a notice when its turn comes."""

from collections.abc import Callable
from datetime import datetime

import pytest

from desk.actor import Actor
from desk.event import Event
from desk.priority import Priority
from desk.ticket import Ticket
from sla.notices import still_holds
from sla.policy import Goal, Policy

At = Callable[[str], datetime]
ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")
DESK = Actor.system("test")


@pytest.fixture
def ticket(at: At) -> Ticket:
    landed = at("2026-11-30 09:00")
    return Ticket.open(by=ANNA, at=landed, subject="Blank", text="Blank.", priority=Priority.URGENT)


def test_a_warning_holds_while_its_clock_runs_and_another_clock_is_told_of(
    ticket: Ticket, at: At, policy: Policy
) -> None:
    warning = _warned(ticket, Goal.RECOVERY, 75, at("2026-11-30 15:00"))
    _warned(ticket, Goal.FIRST_RESPONSE, 75, at("2026-11-30 15:00"))
    assert still_holds(ticket, warning, policy)


def test_a_warning_that_a_higher_one_overtook_is_not_posted(ticket: Ticket, at: At, policy: Policy) -> None:
    warning = _warned(ticket, Goal.RECOVERY, 75, at("2026-11-30 15:00"))
    breach = _warned(ticket, Goal.RECOVERY, 100, at("2026-11-30 17:00"))
    assert (still_holds(ticket, warning, policy), still_holds(ticket, breach, policy)) == (False, True)


def test_a_warning_of_an_answer_is_not_posted_after_the_answer(
    ticket: Ticket, at: At, policy: Policy
) -> None:
    response = _warned(ticket, Goal.FIRST_RESPONSE, 75, at("2026-11-30 15:00"))
    recovery = _warned(ticket, Goal.RECOVERY, 75, at("2026-11-30 15:00"))
    ticket.reply("We look.", by=SANNE, at=at("2026-11-30 15:01"))
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at("2026-11-30 15:02"))
    assert not still_holds(ticket, response, policy)
    assert still_holds(ticket, recovery, policy)


def test_a_goal_is_named_as_people_read_it() -> None:
    assert [goal.words for goal in Goal] == ["First response", "Next response", "Recovery"]


def _warned(ticket: Ticket, goal: Goal, level: int, now: datetime) -> Event:
    ticket.warn(goal, level, cycle=1, by=DESK, at=now, due=now)
    return ticket.history[-1]
