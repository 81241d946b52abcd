"""What is promised to whom."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.actor import Actor
from desk.priority import Priority
from desk.ticket import Ticket
from sla.hours import BusinessHours
from sla.policy import Contract, Goal, Policy

PAGE = [
    (Priority.URGENT, 8, 8),
    (Priority.HIGH, 8, 16),
    (Priority.MEDIUM, 16, 40),
    (Priority.LOW, 16, 112),
]


@pytest.mark.parametrize(("priority", "response", "recovery"), PAGE)
def test_the_published_page_is_what_everybody_is_promised(
    priority: Priority, response: int, recovery: int, policy: Policy
) -> None:
    targets = [policy.target(_from("anna@bakery.example"), goal, priority) for goal in Goal]
    assert targets == [timedelta(hours=hours) for hours in (response, response, recovery)]


def test_an_improvement_is_promised_nothing(policy: Policy) -> None:
    ticket = _from("anna@bakery.example")
    assert [policy.target(ticket, goal, Priority.IMPROVEMENT) for goal in Goal] == [None] * 3


def test_an_address_is_matched_before_its_domain_and_the_rest_is_promised_as_to_everybody(
    hours: BusinessHours, mornings: BusinessHours
) -> None:
    bakery = Contract(name="Bakery", domains=frozenset({"bakery.example"}), hours=mornings)
    soon = {Priority.URGENT: timedelta(hours=2)}
    boss = Contract(name="Boss", addresses=frozenset({"boss@bakery.example"}), recovery=soon)
    policy = Policy(hours=hours, contracts=(bakery, boss))
    assert policy.contract_of("Boss@Bakery.example") is boss
    assert policy.contract_of("anna@bakery.example") is bakery
    assert policy.contract_of("anna@elsewhere.example") is None
    assert policy.hours_of(_from("anna@bakery.example")) is mornings
    assert policy.hours_of(_from("boss@bakery.example")) is hours
    ticket = _from("boss@bakery.example")
    assert policy.target(ticket, Goal.RECOVERY, Priority.URGENT) == timedelta(hours=2)
    assert policy.target(ticket, Goal.RECOVERY, Priority.HIGH) == timedelta(hours=16)


def _from(address: str) -> Ticket:
    now = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    return Ticket.open(by=Actor.customer(address), at=now, subject="Blank", text="Blank.")
