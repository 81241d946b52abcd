"""Why a promise was broken: asked for once, answered by whoever knows, and changed when they know better."""

from collections.abc import Callable
from datetime import datetime

import pytest

from desk.actor import Actor
from desk.breach import BreachReason, explanation_of, reason_of
from desk.errors import DeskError, NotAllowed
from desk.event import Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket

At = Callable[[str], datetime]
ATicket = Callable[..., Ticket]
SWEEP = Actor.system("sweep")


def breached(ticket: Ticket, at: datetime, *, level: int = 100, due: datetime | None = None) -> int:
    ticket.warn("recovery", level, cycle=1, by=SWEEP, at=at, due=due or at)
    return ticket.version


def test_the_reason_is_kept_with_who_said_it_and_when(a_ticket: ATicket, at: At, lea: Actor) -> None:
    ticket = a_ticket()
    seq = breached(ticket, at("tue 10:00"))
    assert reason_of(ticket, ticket.event(seq)) is None
    assert ticket.explain_breach(seq, BreachReason.SUPPLIER, by=lea, at=at("tue 11:00"))
    said = explanation_of(ticket, ticket.event(seq))
    assert said is not None
    assert (said.by, said.at, said.kind) == (lea, at("tue 11:00"), Kind.BREACH_EXPLAINED)
    assert reason_of(ticket, ticket.event(seq)) is BreachReason.SUPPLIER


def test_the_same_again_is_no_event_and_another_reason_takes_its_place(
    a_ticket: ATicket, at: At, lea: Actor, sanne: Actor
) -> None:
    ticket = a_ticket()
    seq = breached(ticket, at("tue 10:00"))
    ticket.explain_breach(seq, BreachReason.SUPPLIER, by=lea, at=at("tue 11:00"))
    assert not ticket.explain_breach(seq, BreachReason.SUPPLIER, by=sanne, at=at("tue 12:00"))
    assert ticket.explain_breach(seq, BreachReason.OTHER, by=sanne, at=at("tue 12:00"))
    assert reason_of(ticket, ticket.event(seq)) is BreachReason.OTHER


def test_a_reason_holds_for_every_day_that_the_promise_is_overdue(
    a_ticket: ATicket, at: At, lea: Actor
) -> None:
    ticket = a_ticket()
    first = breached(ticket, at("tue 10:00"))
    ticket.explain_breach(first, BreachReason.NOBODY_FREE, by=lea, at=at("tue 11:00"))
    second = breached(ticket, at("wed 10:00"), level=101)
    assert reason_of(ticket, ticket.event(second)) is BreachReason.NOBODY_FREE
    ticket.explain_breach(second, BreachReason.OTHER, by=lea, at=at("wed 11:00"))
    assert ticket.history[-1].detail["redraws"] == [first, second]


def test_a_date_that_a_new_priority_found_passed_needs_no_asking(
    a_ticket: ATicket, at: At, lea: Actor
) -> None:
    ticket = a_ticket()
    ticket.prioritise(Priority.URGENT, by=lea, at=at("wed 10:00"), reclassified=True)
    seq = breached(ticket, at("wed 10:01"), due=at("tue 10:00"))
    assert reason_of(ticket, ticket.event(seq)) is BreachReason.RECLASSIFIED
    assert explanation_of(ticket, ticket.event(seq)) is None
    assert ticket.explain_breach(seq, BreachReason.RECLASSIFIED, by=lea, at=at("wed 11:00"))
    ticket.explain_breach(seq, BreachReason.UNDERESTIMATED, by=lea, at=at("wed 12:00"))
    assert reason_of(ticket, ticket.event(seq)) is BreachReason.UNDERESTIMATED


def test_a_date_that_passed_after_the_new_priority_is_not_reclassified(
    a_ticket: ATicket, at: At, lea: Actor
) -> None:
    ticket = a_ticket()
    ticket.prioritise(Priority.URGENT, by=lea, at=at("tue 10:00"), reclassified=True)
    seq = breached(ticket, at("wed 10:00"), due=at("wed 10:00"))
    assert reason_of(ticket, ticket.event(seq)) is None


def test_only_staff_and_only_for_a_broken_promise(a_ticket: ATicket, at: At, anna: Actor, lea: Actor) -> None:
    ticket = a_ticket()
    seq = breached(ticket, at("tue 10:00"))
    with pytest.raises(NotAllowed):
        ticket.explain_breach(seq, BreachReason.OTHER, by=anna, at=at("tue 11:00"))
    early = breached(ticket, at("tue 10:00"), level=75)
    for number in (1, early):
        with pytest.raises(DeskError, match="not of a broken promise"):
            ticket.explain_breach(number, BreachReason.OTHER, by=lea, at=at("tue 11:00"))
    with pytest.raises(DeskError):
        ticket.explain_breach(4711, BreachReason.OTHER, by=lea, at=at("tue 11:00"))


def test_after_the_end_it_can_still_be_said_and_after_closing_no_more(
    a_ticket: ATicket, at: At, lea: Actor
) -> None:
    ticket = a_ticket(Status.IN_PROGRESS)
    seq = breached(ticket, at("tue 10:00"))
    ticket.resolve("Done.", by=lea, at=at("tue 12:00"))
    assert ticket.explain_breach(seq, BreachReason.OTHER, by=lea, at=at("wed 11:00"))
    ticket.close(by=lea, at=at("wed 12:00"))
    with pytest.raises(DeskError, match="nothing can be added"):
        ticket.explain_breach(seq, BreachReason.SUPPLIER, by=lea, at=at("wed 13:00"))


def test_every_reason_has_words() -> None:
    assert [reason.words for reason in BreachReason] == [
        "Waiting for a supplier", "Underestimated", "Nobody free", "Reclassified", "Mail problem", "Other",
    ]  # fmt: skip
