"""What the desk refuses, in words that an agent may read."""

from collections.abc import Callable
from datetime import datetime

import pytest

from desk.actor import Actor, Door, Role
from desk.errors import Conflict, DeskError, NotAllowed, NotFound
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket

ATicket = Callable[..., Ticket]
At = Callable[[str], datetime]
Deed = Callable[[Ticket, Actor, datetime], object]

WORDS: list[tuple[Status, Deed, str]] = [
    (
        Status.CLOSED,
        lambda t, by, at: t.reply("Hi", by=by, at=at),
        "This ticket is closed: nothing can be added to it.",
    ),
    (
        Status.CANCELLED,
        lambda t, by, at: t.reply("Hi", by=by, at=at),
        "This ticket is cancelled: reopen it before you reply.",
    ),
    (
        Status.CLOSED,
        lambda t, by, at: t.note("Hi", by=by, at=at),
        "This ticket is closed: nothing can be added to it.",
    ),
    (
        Status.RESOLVED,
        lambda t, by, at: t.assign("U0TOM", "Tom", by=by, at=at),
        "This ticket is resolved: reopen it before you hand it over.",
    ),
    (
        Status.RESOLVED,
        lambda t, by, at: t.prioritise(Priority.LOW, by=by, at=at),
        "This ticket is resolved: its priority no longer matters.",
    ),
    (
        Status.RESOLVED,
        lambda t, by, at: t.cancel("No.", by=by, at=at),
        "A ticket that is Resolved cannot become Cancelled.",
    ),
    (
        Status.CLOSED,
        lambda t, by, at: t.reopen(by=by, at=at),
        "A ticket that is Closed cannot become Waiting for support.",
    ),
    (
        Status.IN_PROGRESS,
        lambda t, by, at: t.extend(by=by, at=at),
        "Only a ticket that waits for the customer can be extended.",
    ),
    (
        Status.IN_PROGRESS,
        lambda t, by, at: t.reply(" \n ", by=by, at=at),
        "Write something first: the customer would get an empty mail.",
    ),
    (
        Status.IN_PROGRESS,
        lambda t, by, at: t.ask("", by=by, at=at),
        "Write something first: the customer would get an empty mail.",
    ),
    (
        Status.IN_PROGRESS,
        lambda t, by, at: t.cancel("", by=by, at=at),
        "Write something first: the customer would get an empty mail.",
    ),
    (Status.IN_PROGRESS, lambda t, by, at: t.accept(1, by=by, at=at), "That is not a held mail."),
    (Status.IN_PROGRESS, lambda t, by, at: t.event(99), "Nothing like that happened to ticket 42."),
    (Status.IN_PROGRESS, lambda t, by, at: t.event(0), "Nothing like that happened to ticket 42."),
    (
        Status.CLOSED,
        lambda t, by, at: t.customer_wrote("Hello?", by=by, at=at),
        "This ticket is closed: a reply opens a new one.",
    ),
]


@pytest.mark.parametrize(("status", "deed", "words"), WORDS, ids=range(len(WORDS)))
def test_a_refusal_says_what_is_wrong_and_changes_nothing(
    status: Status, deed: Deed, words: str, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    ticket = a_ticket(status)
    before = (ticket.version, ticket.status, ticket.owner, ticket.priority, len(ticket.history))
    with pytest.raises(DeskError) as refusal:
        deed(ticket, sanne, at("tue 10:00"))
    assert str(refusal.value) == words
    assert (ticket.version, ticket.status, ticket.owner, ticket.priority, len(ticket.history)) == before


def test_a_ticket_that_does_not_exist_is_named() -> None:
    assert str(NotFound(7)) == "There is no ticket 7."


AGENTS_ACTS: dict[str, Deed] = {
    "take a ticket": lambda t, by, at: t.take(by=by, at=at),
    "hand over a ticket": lambda t, by, at: t.assign("U0TOM", "Tom", by=by, at=at),
    "reply to a customer": lambda t, by, at: t.reply("Hi", by=by, at=at),
    "ask a customer": lambda t, by, at: t.ask("Why?", by=by, at=at),
    "write a note": lambda t, by, at: t.note("Hm.", by=by, at=at),
    "change a priority": lambda t, by, at: t.prioritise(Priority.LOW, by=by, at=at),
    "extend the wait": lambda t, by, at: t.extend(by=by, at=at),
    "resolve a ticket": lambda t, by, at: t.resolve(by=by, at=at),
    "cancel a ticket": lambda t, by, at: t.cancel("Enough.", by=by, at=at),
    "reopen a ticket": lambda t, by, at: t.reopen(by=by, at=at),
    "accept a quarantined mail": lambda t, by, at: t.accept(1, by=by, at=at),
}


@pytest.mark.parametrize("deed", AGENTS_ACTS)
def test_a_customer_cannot_do_what_agents_do(deed: str, a_ticket: ATicket, at: At, anna: Actor) -> None:
    ticket = a_ticket(Status.WAITING_FOR_CUSTOMER)
    before = ticket.version
    with pytest.raises(NotAllowed) as refusal:
        AGENTS_ACTS[deed](ticket, anna, at("tue 10:00"))
    assert str(refusal.value) == f"Only an agent or lead may {deed}."
    assert ticket.version == before


@pytest.mark.parametrize("deed", sorted(AGENTS_ACTS.keys() - {"resolve a ticket"}))
def test_the_desk_itself_does_none_of_it_but_resolve(
    deed: str, a_ticket: ATicket, at: At, desk_itself: Actor
) -> None:
    with pytest.raises(NotAllowed):
        AGENTS_ACTS[deed](a_ticket(Status.WAITING_FOR_CUSTOMER), desk_itself, at("tue 10:00"))


@pytest.mark.parametrize("who", ["sanne", "anna"])
def test_only_leads_and_seven_quiet_days_close_a_ticket(
    who: str, a_ticket: ATicket, at: At, request: pytest.FixtureRequest
) -> None:
    ticket = a_ticket(Status.RESOLVED)
    with pytest.raises(NotAllowed, match=r"^Only a lead may close a ticket for good\.$"):
        ticket.close(by=request.getfixturevalue(who), at=at("tue 10:00"))
    assert ticket.status is Status.RESOLVED


@pytest.mark.parametrize("who", ["lea", "desk_itself"])
def test_a_lead_or_the_desk_itself_closes_a_ticket(
    who: str, a_ticket: ATicket, at: At, request: pytest.FixtureRequest
) -> None:
    ticket = a_ticket(Status.RESOLVED)
    assert ticket.close(by=request.getfixturevalue(who), at=at("sun 10:00"))
    assert ticket.status is Status.CLOSED


def test_an_operator_may_do_what_a_lead_may(a_ticket: ATicket, at: At) -> None:
    operator = Actor(Role.OPERATOR, "root", "Olga", Door.TERMINAL)
    ticket = a_ticket()
    assert operator.is_staff
    assert ticket.resolve(by=operator, at=at("tue 10:00"))
    assert ticket.close(by=operator, at=at("tue 10:00"))


def test_a_click_on_a_card_that_no_longer_holds_names_who_was_first(
    a_ticket: ATicket, at: At, tom: Actor
) -> None:
    ticket = a_ticket()
    drawn = ticket.version
    ticket.take(by=tom, at=at("mon 10:00"))
    with pytest.raises(Conflict) as refusal:
        ticket.expect(drawn)
    assert str(refusal.value).startswith("Tom was first (taken).")


def test_notes_and_warnings_do_not_make_a_card_old(
    a_ticket: ATicket, at: At, tom: Actor, desk_itself: Actor
) -> None:
    ticket = a_ticket(Status.IN_PROGRESS)
    drawn = ticket.version
    ticket.note("Look at the log.", by=tom, at=at("mon 10:00"))
    ticket.warn("recovery", 75, cycle=1, by=desk_itself, at=at("mon 11:00"), due=at("mon 12:00"))
    ticket.expect(drawn)
    ticket.expect(ticket.version)


def test_the_last_decisive_event_is_the_one_that_is_named(
    a_ticket: ATicket, at: At, tom: Actor, anna: Actor
) -> None:
    ticket = a_ticket()
    drawn = ticket.version
    ticket.take(by=tom, at=at("mon 10:00"))
    ticket.customer_wrote("One more thing.", by=anna, at=at("mon 10:05"))
    ticket.note("Noted.", by=tom, at=at("mon 10:06"))
    with pytest.raises(Conflict, match=r"^Anna de Boer was first \(customer wrote\)\."):
        ticket.expect(drawn)
