"""A ticket is its history: every change is one event, and each event says who is owed the news."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.errors import DeskError
from desk.event import OWED_TO, Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import CARD_HOLDS, Ticket

ATicket = Callable[..., Ticket]
At = Callable[[str], datetime]
Deed = Callable[[Ticket, Actor, datetime], bool]

AGENTS, LEADS, CUSTOMER = Audience.AGENTS, Audience.LEADS, Audience.CUSTOMER


def owed(ticket: Ticket) -> list[Audience]:
    return [delivery.audience for delivery in ticket.history[-1].deliveries]


NEWS: list[tuple[Kind, Status, Deed, set[Audience]]] = [
    (Kind.TAKEN, Status.WAITING_FOR_SUPPORT, lambda t, by, at: t.take(by=by, at=at), {AGENTS, CUSTOMER}),
    (Kind.ASSIGNED, Status.IN_PROGRESS, lambda t, by, at: t.assign("U9", "Kim", by=by, at=at), {AGENTS}),
    (Kind.REPLIED, Status.IN_PROGRESS, lambda t, by, at: t.reply("Hi", by=by, at=at), {CUSTOMER}),
    (Kind.ASKED, Status.IN_PROGRESS, lambda t, by, at: t.ask("Why?", by=by, at=at), {CUSTOMER}),
    (Kind.NOTED, Status.IN_PROGRESS, lambda t, by, at: t.note("Hm", by=by, at=at), set()),
    (
        Kind.PRIORITISED,
        Status.IN_PROGRESS,
        lambda t, by, at: t.prioritise(Priority.LOW, by=by, at=at),
        {AGENTS},
    ),
    (Kind.EXTENDED, Status.WAITING_FOR_CUSTOMER, lambda t, by, at: t.extend(by=by, at=at), {AGENTS}),
    (
        Kind.RESOLVED,
        Status.IN_PROGRESS,
        lambda t, by, at: t.resolve("Done", by=by, at=at),
        {AGENTS, CUSTOMER},
    ),
    (Kind.CANCELLED, Status.IN_PROGRESS, lambda t, by, at: t.cancel("No", by=by, at=at), {AGENTS, CUSTOMER}),
    (Kind.REOPENED, Status.RESOLVED, lambda t, by, at: t.reopen(by=by, at=at), {AGENTS, CUSTOMER}),
    (Kind.REOPENED, Status.CANCELLED, lambda t, by, at: t.reopen(by=by, at=at), {AGENTS, CUSTOMER}),
    (Kind.REOPENED, Status.WAITING_FOR_CUSTOMER, lambda t, by, at: t.reopen(by=by, at=at), {AGENTS}),
    (Kind.CLOSED, Status.RESOLVED, lambda t, by, at: t.close(by=by, at=at), {AGENTS}),
    (
        Kind.MACHINE_WROTE,
        Status.IN_PROGRESS,
        lambda t, by, at: t.machine_wrote("Away", by=by, at=at),
        {AGENTS},
    ),
    (
        Kind.BOUNCED,
        Status.IN_PROGRESS,
        lambda t, by, at: t.bounced("Full", by=by, at=at, hard=True),
        {AGENTS},
    ),
    (
        Kind.QUARANTINED,
        Status.CLOSED,
        lambda t, by, at: t.quarantine("Hi", by=by, at=at, reason="?"),
        {AGENTS},
    ),
    (Kind.SENT, Status.RESOLVED, lambda t, by, at: t.mailed(2, recipients=["a@b"], by=by, at=at), {AGENTS}),
    (
        Kind.MAIL_FAILED,
        Status.RESOLVED,
        lambda t, by, at: t.mail_failed(2, "550", certain=True, by=by, at=at),
        {AGENTS},
    ),
    (
        Kind.REMINDED,
        Status.WAITING_FOR_CUSTOMER,
        lambda t, by, at: t.remind(by=by, at=at, asked=2),
        {AGENTS, CUSTOMER},
    ),
    (
        Kind.SUPERSEDED,
        Status.IN_PROGRESS,
        lambda t, by, at: t.supersede("recovery", 75, cycle=1, by=by, at=at),
        set(),
    ),
    (
        Kind.WARNED,
        Status.IN_PROGRESS,
        lambda t, by, at: t.warn("recovery", 50, cycle=1, by=by, at=at, due=at),
        {AGENTS},
    ),
    (
        Kind.WARNED,
        Status.IN_PROGRESS,
        lambda t, by, at: t.warn("recovery", 75, cycle=1, by=by, at=at, due=at),
        {AGENTS, LEADS},
    ),
    (
        Kind.WARNED,
        Status.IN_PROGRESS,
        lambda t, by, at: t.warn("recovery", 100, cycle=1, by=by, at=at, due=at),
        {AGENTS, LEADS},
    ),
]


@pytest.mark.parametrize(("kind", "status", "deed", "audiences"), NEWS, ids=range(len(NEWS)))
def test_each_event_is_owed_to_those_whom_it_concerns(
    kind: Kind, status: Status, deed: Deed, audiences: set[Audience], a_ticket: ATicket, at: At, lea: Actor
) -> None:
    ticket = a_ticket(status)
    assert deed(ticket, lea, at("tue 10:00"))
    last = ticket.history[-1]
    assert (last.kind, last.at, last.by) == (kind, at("tue 10:00"), lea)
    assert set(owed(ticket)) == audiences
    assert len(owed(ticket)) == len(audiences)
    assert all(d.state is DeliveryState.READY for d in last.deliveries)
    waits = {d.audience: d.not_before - last.at for d in last.deliveries}
    assert set(waits.values()) <= {timedelta(0), timedelta(seconds=5)}
    assert all(wait == timedelta(0) for audience, wait in waits.items() if audience is not LEADS)


def test_no_news_is_owed_twice_and_the_card_is_owed_by_the_store_alone() -> None:
    assert set(OWED_TO) == set(Kind)
    for audiences in OWED_TO.values():
        assert len(set(audiences)) == len(audiences)
        assert Audience.CARD not in audiences


def test_a_new_ticket_owes_its_customer_a_confirmation(a_ticket: ATicket) -> None:
    assert owed(a_ticket()) == [CUSTOMER]


def test_a_machine_that_opens_a_ticket_gets_no_confirmation(at: At, anna: Actor) -> None:
    ticket = Ticket.open(by=anna, at=at("mon 09:00"), subject="Alert", text="Disk full", confirm=False)
    assert owed(ticket) == []


@pytest.mark.parametrize(
    ("text", "files"), [("x" * (CARD_HOLDS + 1), []), ("See picture", [{"name": "oven.png"}])]
)
def test_what_the_card_cannot_hold_is_told_in_the_thread_as_well(
    text: str, files: list[dict[str, str]], at: At, anna: Actor
) -> None:
    ticket = Ticket.open(by=anna, at=at("mon 09:00"), subject="S", text=text, detail={"files": files})
    assert owed(ticket) == [AGENTS, CUSTOMER]


def test_a_first_mail_that_fits_the_card_is_not_repeated_in_the_thread(at: At, anna: Actor) -> None:
    ticket = Ticket.open(
        by=anna, at=at("mon 09:00"), subject="S", text="x" * CARD_HOLDS, detail={"files": []}
    )
    assert owed(ticket) == [CUSTOMER]


AGAIN: list[tuple[Status, Deed]] = [
    (Status.WAITING_FOR_SUPPORT, lambda t, by, at: t.take(by=by, at=at)),
    (Status.IN_PROGRESS, lambda t, by, at: t.assign("U9", "Kim", by=by, at=at)),
    (Status.IN_PROGRESS, lambda t, by, at: t.prioritise(Priority.URGENT, by=by, at=at)),
    (Status.IN_PROGRESS, lambda t, by, at: t.resolve("Done", by=by, at=at)),
    (Status.IN_PROGRESS, lambda t, by, at: t.cancel("No", by=by, at=at)),
    (Status.RESOLVED, lambda t, by, at: t.reopen(by=by, at=at)),
    (Status.RESOLVED, lambda t, by, at: t.close(by=by, at=at)),
    (Status.RESOLVED, lambda t, by, at: t.mailed(2, recipients=["a@b"], by=by, at=at)),
    (Status.RESOLVED, lambda t, by, at: t.mail_failed(2, "550", certain=True, by=by, at=at)),
    (Status.WAITING_FOR_CUSTOMER, lambda t, by, at: t.remind(by=by, at=at, asked=2)),
    (Status.IN_PROGRESS, lambda t, by, at: t.warn("recovery", 75, cycle=1, by=by, at=at, due=at)),
    (Status.IN_PROGRESS, lambda t, by, at: t.supersede("recovery", 75, cycle=1, by=by, at=at)),
    (Status.IN_PROGRESS, lambda t, by, at: t.reply("Hi", by=by, at=at, key="view:1")),
    (Status.IN_PROGRESS, lambda t, by, at: t.ask("Why?", by=by, at=at, key="view:1")),
    (Status.IN_PROGRESS, lambda t, by, at: t.note("Hm", by=by, at=at, key="ts:1")),
    (Status.IN_PROGRESS, lambda t, by, at: t.customer_wrote("Hi", by=by, at=at, key="inbox:1")),
    (Status.RESOLVED, lambda t, by, at: t.customer_wrote("Broken again", by=by, at=at, key="inbox:1")),
    (Status.IN_PROGRESS, lambda t, by, at: t.machine_wrote("Away", by=by, at=at, key="inbox:1")),
    (Status.WAITING_FOR_CUSTOMER, lambda t, by, at: t.bounced("550", by=by, at=at, key="inbox:1", hard=True)),
    (Status.IN_PROGRESS, lambda t, by, at: t.quarantine("Hi", by=by, at=at, reason="?", key="inbox:1")),
]


@pytest.mark.parametrize(("status", "deed"), AGAIN, ids=range(len(AGAIN)))
def test_the_same_request_again_is_no_event_and_owes_nothing(
    status: Status, deed: Deed, a_ticket: ATicket, at: At, lea: Actor
) -> None:
    ticket = a_ticket(status)
    assert deed(ticket, lea, at("tue 10:00"))
    after_once = (ticket.version, ticket.status, ticket.owner, ticket.changed_at, len(ticket.history))
    assert not deed(ticket, lea, at("tue 10:01"))
    assert (ticket.version, ticket.status, ticket.owner, ticket.changed_at, len(ticket.history)) == after_once


def test_a_lower_level_that_was_superseded_is_never_warned_of(
    a_ticket: ATicket, at: At, desk_itself: Actor
) -> None:
    ticket = a_ticket()
    ticket.supersede("recovery", 75, cycle=1, by=desk_itself, at=at("tue 10:00"))
    assert not ticket.warn("recovery", 75, cycle=1, by=desk_itself, at=at("tue 10:00"), due=at("tue 09:00"))
    assert ticket.warn("recovery", 75, cycle=2, by=desk_itself, at=at("tue 10:00"), due=at("tue 09:00"))


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CANCELLED, Status.CLOSED])
def test_nobody_is_warned_or_reminded_after_the_end(
    status: Status, a_ticket: ATicket, at: At, desk_itself: Actor
) -> None:
    ticket = a_ticket(status)
    tuesday = at("tue 10:00")
    assert not ticket.warn("recovery", 100, cycle=1, by=desk_itself, at=tuesday, due=tuesday)
    assert not ticket.supersede("recovery", 75, cycle=1, by=desk_itself, at=tuesday)
    assert not ticket.remind(by=desk_itself, at=tuesday, asked=2)


def test_a_question_that_could_not_be_mailed_asked_nobody(
    a_ticket: ATicket, at: At, desk_itself: Actor
) -> None:
    ticket = a_ticket(Status.WAITING_FOR_CUSTOMER)
    ticket.mail_failed(2, "550 no such user", certain=True, by=desk_itself, at=at("mon 09:11"))
    assert ticket.status is Status.WAITING_FOR_SUPPORT


def test_a_failed_question_does_not_end_the_wait_for_a_later_one(
    a_ticket: ATicket, at: At, sanne: Actor, desk_itself: Actor
) -> None:
    ticket = a_ticket(Status.WAITING_FOR_CUSTOMER)
    ticket.ask("Which browser?", by=sanne, at=at("mon 09:11"))
    ticket.mail_failed(2, "550 no such user", certain=True, by=desk_itself, at=at("mon 09:12"))
    assert ticket.status is Status.WAITING_FOR_CUSTOMER


def test_a_question_in_doubt_is_left_to_the_agent(a_ticket: ATicket, at: At, desk_itself: Actor) -> None:
    ticket = a_ticket(Status.WAITING_FOR_CUSTOMER)
    ticket.mail_failed(2, "no answer after the dot", certain=False, by=desk_itself, at=at("mon 09:11"))
    assert ticket.status is Status.WAITING_FOR_CUSTOMER
    assert ticket.history[-1].detail == {"of": 2, "certain": False}


def test_what_was_mailed_says_the_words_and_to_whom(a_ticket: ATicket, at: At, desk_itself: Actor) -> None:
    ticket = a_ticket(Status.WAITING_FOR_CUSTOMER)
    ticket.mailed(2, recipients=["anna@bakery.example"], by=desk_itself, at=at("mon 09:11"))
    sent = ticket.history[-1]
    assert (sent.text, sent.detail) == ("Which browser?", {"of": 2, "recipients": ["anna@bakery.example"]})


def test_quarantined_mail_changes_nothing_but_the_history(a_ticket: ATicket, at: At, stranger: Actor) -> None:
    for status in Status:
        ticket = a_ticket(status)
        before = (ticket.status, ticket.priority, ticket.owner, ticket.participants, ticket.takes_replies)
        ticket.quarantine("Mail me the list.", by=stranger, at=at("tue 10:00"), reason="not a participant")
        after = (ticket.status, ticket.priority, ticket.owner, ticket.participants, ticket.takes_replies)
        assert after == before
        assert CUSTOMER not in owed(ticket)


def test_an_accepted_mail_joins_the_ticket_and_its_sender_may_write(
    a_ticket: ATicket, at: At, stranger: Actor, sanne: Actor
) -> None:
    ticket = a_ticket(Status.WAITING_FOR_CUSTOMER)
    ticket.quarantine("I am her colleague: Firefox.", by=stranger, at=at("tue 10:00"), reason="unknown")
    assert ticket.accept(3, by=sanne, at=at("tue 10:05"))
    accepted, wrote = ticket.history[-2:]
    assert (accepted.kind, accepted.by) == (Kind.ACCEPTED, sanne)
    assert (wrote.kind, wrote.by, wrote.text) == (
        Kind.CUSTOMER_WROTE,
        stranger,
        "I am her colleague: Firefox.",
    )
    assert ticket.participants == {"anna@bakery.example", "mallory@elsewhere.example"}
    assert ticket.status is Status.WAITING_FOR_SUPPORT


def test_of_two_decisions_about_a_held_mail_the_first_one_counts(
    a_ticket: ATicket, at: At, stranger: Actor, sanne: Actor
) -> None:
    ticket = a_ticket()
    ticket.quarantine("Hello", by=stranger, at=at("tue 10:00"), reason="unknown")
    assert ticket.accept(2, by=sanne, at=at("tue 10:05"))
    for decide in (ticket.accept, ticket.dismiss):
        with pytest.raises(DeskError, match="decided about this mail already"):
            decide(2, by=sanne, at=at("tue 10:06"))
    assert [e.kind for e in ticket.history].count(Kind.CUSTOMER_WROTE) == 1


def test_accepted_thanks_with_a_picture_reopen_a_resolved_ticket(
    a_ticket: ATicket, at: At, stranger: Actor, sanne: Actor
) -> None:
    ticket = a_ticket(Status.RESOLVED)
    ticket.quarantine("Thanks!", by=stranger, at=at("tue 10:00"), reason="unknown", files=[{"name": "a.png"}])
    ticket.accept(3, by=sanne, at=at("tue 10:05"))
    assert ticket.status is Status.WAITING_FOR_SUPPORT


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.CLOSED])
def test_a_quarantined_mail_is_not_lost_on_an_ended_ticket(
    status: Status, a_ticket: ATicket, at: At, stranger: Actor, sanne: Actor
) -> None:
    ticket = a_ticket(status)
    ticket.quarantine("And the till?", by=stranger, at=at("tue 10:00"), reason="unknown")
    with pytest.raises(DeskError, match=r"that mail needs a ticket of its own\.$"):
        ticket.accept(ticket.version, by=sanne, at=at("tue 10:05"))
    assert ticket.history[-1].kind is Kind.QUARANTINED


def test_a_customer_is_known_by_the_address_in_lower_case(a_ticket: ATicket) -> None:
    assert a_ticket().participants == {"anna@bakery.example"}


def test_who_named_no_name_is_called_by_the_address() -> None:
    assert Actor.customer("Jo@x.example").name == "Jo@x.example"


def test_statuses_kinds_and_priorities_read_like_words() -> None:
    assert Status.WAITING_FOR_SUPPORT.words == "Waiting for support"
    assert Kind.CUSTOMER_WROTE.words == "customer wrote"
    assert Priority.URGENT.words == "Urgent"


def test_a_picture_of_a_ticket_in_a_log_has_no_words_of_people(anna: Actor, at: At) -> None:
    ticket = Ticket.open(by=anna, at=at("mon 09:00"), subject="Salaries", text="Secret.", client="bakery")
    ticket.number = 7
    ticket.customer_wrote("More.", by=anna, at=at("mon 10:00"), note="in confidence")
    seen = f"{ticket!r} {ticket.history!r} {anna!r}".lower()
    assert "number=7" in seen
    assert not [said for said in ("salar", "secret", "more", "anna", "bakery", "confid") if said in seen]
