"""Tickets that nobody mailed: a phone call, a message in Slack, something that was said in the corridor."""

import json

import pytest

from bot.gate import NOT_YOURS
from bot.markup import unmarked
from bot.promises import clocks_of
from desk.actor import Actor
from desk.delivery import Audience
from desk.errors import DeskError
from desk.event import Kind
from desk.priority import Priority
from desk.ticket import Ticket
from sla.course import ClockState
from sla.policy import Goal

PHONED = {
    "address": "Anna@Bakery.example",
    "name": "Anna de Boer",
    "subject": "Till broken",
    "text": "She called: the till is broken.",
    "priority": "high",
    "way": "phone",
}
ALICE = Actor.agent("U0ALICE", "Alice")


def body_of(response):
    return json.loads(response.body) if response.body else {}


def response_clock(desk, ticket):
    clocks = clocks_of(ticket, desk.policy, now=desk.time.now())
    return next(clock for clock in clocks if clock.goal is Goal.FIRST_RESPONSE)


def new_ticket(desk, by="U0ALICE", **changed):
    desk._gesture(lambda: desk.slack.shortcut(by, "new_ticket"))
    return desk.submit(PHONED | changed, by=by)


def test_a_phone_call_becomes_a_ticket_and_the_customer_gets_a_confirmation(desk, slack):
    response = new_ticket(desk)
    ticket = desk.ticket(1)
    assert "HD-1 is made" in json.dumps(body_of(response))
    assert (ticket.customer, ticket.customer_name, ticket.client) == (
        "anna@bakery.example", "Anna de Boer", "bakery.example"
    )  # fmt: skip
    assert (ticket.subject, ticket.priority) == ("Till broken", Priority.HIGH)
    assert ticket.history[0].by.key == "U0ALICE"
    assert desk.owed(Audience.CUSTOMER) == 1
    assert response_clock(desk, ticket).state is ClockState.STOPPED
    card = json.dumps(desk.card(1), ensure_ascii=False)
    assert "☎️ Mon 30 Nov 10:00" in card
    assert "the till is broken" in card
    [line] = slack.thread(desk.place(1).ts)
    assert "wrote this down after a phone call" in json.dumps(line["blocks"])


def test_a_call_of_somebody_without_an_address_is_never_mailed_about(desk, slack):
    new_ticket(desk, address="", name="Mr Jansen")
    number = desk.ticket(1).number
    desk.change(number, lambda ticket: ticket.take(by=ALICE, at=desk.time.now()))
    desk.change(number, lambda ticket: ticket.resolve("Done.", by=ALICE, at=desk.time.now()))
    assert desk.owed(Audience.CUSTOMER) == 0
    assert "Mr Jansen (no mail address)" in json.dumps(desk.card(number), ensure_ascii=False)


def test_a_reply_to_somebody_without_an_address_is_refused_politely(desk, slack):
    new_ticket(desk, address="")
    desk.deliver()
    desk.click("reply", "1:1")
    assert "there is nobody to mail" in slack.told[-1]["text"]
    desk.ask("status 1 waiting for customer")
    assert "there is nobody to mail" in slack.told[-1]["text"]
    for say in (Ticket.reply, Ticket.ask):
        with pytest.raises(DeskError, match="nobody to mail"):
            say(desk.ticket(1), "Hello", by=ALICE, at=desk.time.now())


def test_who_was_not_spoken_with_still_waits_for_a_first_response(desk):
    new_ticket(desk, way="chat")
    assert response_clock(desk, desk.ticket(1)).state is ClockState.RUNNING


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"address": "anna"}, "address"),
        ({"address": "anna@bakery.example, bob@mill.example"}, "address"),
        ({"address": "", "name": ""}, "name"),
        ({"subject": "intern: she is angry"}, "subject"),
    ],
)
def test_what_must_be_mended_is_said_below_its_field(desk, changed, field):
    response = new_ticket(desk, **changed)
    assert list(body_of(response)["errors"]) == [field]
    with pytest.raises(DeskError, match="no ticket"):
        desk.ticket(1)


@pytest.mark.both_engines
def test_a_window_that_is_sent_twice_makes_one_ticket(desk):
    desk._gesture(lambda: desk.slack.shortcut("U0ALICE", "new_ticket"))
    body = desk.a_submission(PHONED)
    first, second = desk.dispatch(body), desk.dispatch(body)
    assert "HD-1 is made" in json.dumps(body_of(first))
    assert "there is one ticket of it" in json.dumps(body_of(second))
    with pytest.raises(DeskError, match="no ticket 2"):
        desk.ticket(2)


def test_slash_ticket_new_opens_the_same_window_in_the_persons_language(desk, slack):
    desk.ask("nieuw Kassa kapot", by="U0BOB")
    assert slack.views[-1]["title"]["text"] == "Nieuw ticket"
    assert "Kassa kapot" in json.dumps(slack.views[-1]["blocks"])
    desk.submit(PHONED | {"subject": "Kassa kapot"}, by="U0BOB")
    assert desk.ticket(1).subject == "Kassa kapot"


@pytest.mark.both_engines
def test_a_message_becomes_a_ticket_once_and_keeps_its_link(desk, slack):
    slack.say("Bob", "C0SUPPORT", "The <https://till.example|till> is &lt;down&gt;\nsince 9")
    message = slack.messages[-1]
    desk._gesture(lambda: slack.shortcut("U0ALICE", "make_ticket", message))
    view = json.dumps(slack.views[-1]["blocks"], ensure_ascii=False)
    assert "till (https://till.example) is <down>" in view
    own = {"address": "", "name": "Bob of the till", "way": "chat", "priority": "medium"}
    desk.submit(own)
    ticket = desk.ticket(1)
    link = f"{slack.url}/archives/C0SUPPORT/p{message['ts'].replace('.', '')}"
    assert (ticket.history[0].kind, ticket.history[0].detail["message"]) == (Kind.OPENED, link)
    assert ticket.subject == "The till (https://till.example) is <down>"
    assert ticket.participants == set()
    desk.deliver()
    assert link in json.dumps(slack.thread(desk.place(1).ts))
    desk._gesture(lambda: slack.shortcut("U0BOB", "make_ticket", message))
    assert "made a ticket of this message already" in json.dumps(body_of(desk.submit(own, by="U0BOB")))


@pytest.mark.parametrize("who", ["U0GIL", "U0ODD"])
def test_strangers_get_a_refusal_and_no_form(desk, slack, outsiders, who):
    body = desk.on_its_way(lambda: slack.shortcut("U0ALICE", "new_ticket"))
    desk.dispatch(body | {"user": body["user"] | {"id": who}})
    [view] = slack.views
    assert "submit" not in {name for name, fact in view.items() if fact}
    assert NOT_YOURS[:60] in json.dumps(view)


def test_a_message_is_read_as_people_read_it():
    assert unmarked("<@U1|ann> <#C1|help> <!here> <mailto:a@b.nl|a@b.nl> a &amp; b <https://x.nl>") == (
        "@ann #help @here a@b.nl a & b https://x.nl"
    )
