"""What other promises would move of a ticket, before they are made."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desk.actor import Actor
from desk.priority import Priority
from desk.ticket import Ticket
from sla.policy import Goal, Policy
from sla.rehearsal import Move, moves_of

At = Callable[[str], datetime]
ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")
DESK = Actor.system("test")


@pytest.fixture
def ticket(at: At) -> Ticket:
    landed = at("2026-11-30 09:00")
    return Ticket.open(by=ANNA, at=landed, subject="Blank", text="Blank.", priority=Priority.HIGH)


@pytest.fixture
def hasty(policy: Policy) -> Policy:
    """The same desk, with half a day to solve what is high."""
    return replace(policy, recovery={Priority.HIGH: timedelta(hours=4)})


def test_only_what_moves_is_listed_and_says_whether_it_would_be_late(
    ticket: Ticket, at: At, policy: Policy, hasty: Policy
) -> None:
    before, after = at("2026-12-01 17:00"), at("2026-11-30 13:00")
    (early,) = moves_of(ticket, policy, hasty, now=at("2026-11-30 10:00"))
    assert early == Move(Goal.RECOVERY, before, after, timedelta(hours=3))
    (late,) = moves_of(ticket, policy, hasty, now=at("2026-11-30 14:00"))
    assert (early.is_late, late.is_late) == (False, True)
    assert list(moves_of(ticket, policy, policy, now=at("2026-11-30 10:00"))) == []


def test_a_promise_that_is_no_longer_made_has_no_date_afterwards(
    ticket: Ticket, at: At, policy: Policy
) -> None:
    nothing = replace(policy, recovery={})
    (move,) = moves_of(ticket, policy, nothing, now=at("2026-11-30 10:00"))
    assert (move.before, move.after, move.left, move.is_late) == (at("2026-12-01 17:00"), None, None, False)
    (back,) = moves_of(ticket, nothing, policy, now=at("2026-11-30 10:00"))
    assert (back.before, back.after) == (None, at("2026-12-01 17:00"))


def test_a_paused_clock_moves_by_the_time_it_has_left_and_a_finished_one_not_at_all(
    ticket: Ticket, at: At, policy: Policy, hasty: Policy
) -> None:
    ticket.ask("Which page?", by=SANNE, at=at("2026-11-30 10:00"))
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at("2026-11-30 10:00"))
    (move,) = moves_of(ticket, policy, hasty, now=at("2026-12-02 10:00"))
    assert move == Move(Goal.RECOVERY, None, None, timedelta(hours=3))
    ticket.resolve("Done.", by=SANNE, at=at("2026-12-02 11:00"))
    assert list(moves_of(ticket, policy, hasty, now=at("2026-12-02 12:00"))) == []
