"""What a click on the card does."""

import pytest

from desk.actor import Actor
from desk.event import Kind
from desk.status import Status

BOB = Actor.agent("U0BOB", "Bob")


def test_taking_a_ticket_makes_it_mine(desk):
    number = desk.a_ticket()
    response = desk.click("take", f"{number}:1")
    assert response.status == 200
    ticket = desk.ticket(number)
    assert (ticket.status, ticket.owner, ticket.owner_name) == (Status.IN_PROGRESS, "U0ALICE", "Alice")


@pytest.mark.both_engines
def test_a_click_that_slack_delivers_twice_counts_once(desk):
    number = desk.a_ticket()
    body = desk.a_click("take", f"{number}:1")
    assert [desk.dispatch(body).status for _ in range(2)] == [200, 200]
    assert desk.ticket(number).version == 2


def test_clicking_twice_in_a_hurry_counts_once_and_nobody_is_scolded(desk, slack):
    number = desk.a_ticket()
    for _ in range(2):
        desk.click("take", f"{number}:1")
    assert desk.ticket(number).version == 2
    assert slack.told == []


@pytest.mark.both_engines
def test_of_two_agents_the_second_is_told_who_was_first(desk, slack):
    number = desk.a_ticket()
    desk.click("take", f"{number}:1", by="U0BOB")
    response = desk.click("take", f"{number}:1", by="U0ALICE")
    assert response.status == 200
    assert desk.ticket(number).owner == "U0BOB"
    [told] = slack.told
    assert told["only_for"] == "U0ALICE"
    assert told["text"].startswith("Bob was first (taken).")


def test_a_note_in_between_does_not_make_a_click_stale(desk):
    number = desk.a_ticket()
    desk.deliver()
    desk.change(number, lambda ticket: ticket.note("hm", by=BOB, at=desk.time.now()))
    desk.click("take", f"{number}:1")
    assert desk.ticket(number).owner == "U0ALICE"


@pytest.mark.parametrize(
    ("status", "wanted", "then"),
    [
        (Status.WAITING_FOR_SUPPORT, Status.IN_PROGRESS, Status.IN_PROGRESS),
        (Status.WAITING_FOR_CUSTOMER, Status.WAITING_FOR_SUPPORT, Status.WAITING_FOR_SUPPORT),
        (Status.WAITING_FOR_CUSTOMER, Status.IN_PROGRESS, Status.IN_PROGRESS),
    ],
)
def test_a_status_that_needs_no_words_is_set_at_once(desk, status, wanted, then):
    number = desk.a_ticket(status)
    version = desk.ticket(number).version
    assert desk.choose("status", f"{number}:{version}:{wanted}").status == 200
    assert desk.ticket(number).status is then


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        (Status.WAITING_FOR_CUSTOMER, "Reply to customer"),
        (Status.RESOLVED, "Resolve"),
        (Status.CANCELLED, "Cancel the ticket"),
    ],
)
def test_a_status_that_needs_words_opens_a_window_and_changes_nothing(desk, slack, wanted, title):
    number = desk.a_ticket()
    assert desk.choose("status", f"{number}:1:{wanted}").status == 200
    assert slack.views[-1]["title"]["text"] == title
    assert desk.ticket(number).version == 1


def test_extending_gives_the_customer_the_whole_time_again(desk):
    number = desk.a_ticket(Status.WAITING_FOR_CUSTOMER)
    desk.click("extend", f"{number}:2")
    assert desk.ticket(number).history[-1].kind is Kind.EXTENDED


def test_a_resolved_ticket_can_be_reopened(desk):
    number = desk.a_ticket(Status.RESOLVED)
    desk.click("reopen", f"{number}:2")
    assert desk.ticket(number).status is Status.WAITING_FOR_SUPPORT


def test_only_a_lead_closes_for_good(desk, slack):
    number = desk.a_ticket(Status.RESOLVED)
    desk.click("close", f"{number}:2", by="U0ALICE")
    assert slack.told[-1]["text"] == "Only a lead may close a ticket for good."
    desk.click("close", f"{number}:2", by="U0LENA")
    assert desk.ticket(number).status is Status.CLOSED


def test_what_the_table_of_statuses_does_not_know_is_refused_in_words(desk, slack):
    number = desk.a_ticket(Status.RESOLVED)
    desk.forge("take", f"{number}:2")
    assert slack.told[-1]["text"] == "A ticket that is Resolved cannot become In progress."


def test_a_ticket_that_does_not_exist_is_said_not_to(desk, slack):
    assert desk.click("take", "4711:1").status == 200
    assert slack.told[-1]["text"] == "There is no ticket 4711."


def test_the_name_of_whoever_was_first_cannot_call_the_channel(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    mallory = Actor.customer("m@x.example", "<!channel>")
    desk.change(number, lambda ticket: ticket.customer_wrote("hi", by=mallory, at=desk.time.now()))
    desk.click("take", f"{number}:1")
    assert slack.told[-1]["text"].startswith("&lt;!channel&gt; was first")
