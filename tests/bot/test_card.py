"""The card: what it shows, what can be done with it, and that nothing on it is alive but our own controls."""

import json
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import card
from bot.promises import clocks_of, resolves_at
from bot.style import Style
from desk.actor import Actor
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from sandbox.checker import check_message
from sandbox.forms import options_of
from sla.policy import Policy
from tests.whole import examples

STYLE = Style("HD", ZoneInfo("Europe/Amsterdam"))
BOB = Actor.agent("U0BOB", "Bob")
SWEEP = Actor.system("mail")

LIVE = re.compile(r"<(?:[@#!]|https?:|mailto:)")


@pytest.fixture
def draw(hours, at):
    """Draw a card at a moment, and hold it against Slack's limits."""
    policy = Policy(hours=hours)

    def drawn(ticket, now="mon 10:00"):
        moment = card.Moment(at(now), resolves_at(ticket, policy))
        post = card.draw(ticket, clocks_of(ticket, policy, now=at(now)), STYLE, moment)
        check_message(post.text, post.blocks, update=True)
        assert len(post.blocks) <= 50
        return post

    return drawn


def controls(post):
    found = [element for block in post.blocks if block["type"] == "actions" for element in block["elements"]]
    return found + [block["accessory"] for block in post.blocks if "accessory" in block]


def labels(post):
    return [(each.get("text") or each.get("placeholder") or {"text": "…"})["text"] for each in controls(post)]


def facts(post):
    [block] = [block for block in post.blocks if "fields" in block]
    return dict(field["text"].replace("*", "", 2).split("\n", 1) for field in block["fields"])


def options(post, action):
    [element] = [each for each in controls(post) if each["action_id"] == action]
    return [option["value"] for option in options_of(element)]


def text_of(post):
    return json.dumps(post.blocks, ensure_ascii=False)


def test_a_new_ticket_says_who_what_and_by_when(draw, ticket_of):
    post = draw(ticket_of(text="The oven page is blank.", detail={"files": ["screen.png", "log.txt"]}))
    assert post.blocks[0]["text"]["text"] == "HD-42 · Blank page"
    assert "Anna de Boer <anna@bakery.example>" in text_of(post)
    assert "Bakery" in text_of(post)
    assert "The oven page is blank." in text_of(post)
    assert "2 files: screen.png, log.txt" in text_of(post)
    assert facts(post) == {
        "Status": "🟠 Waiting for support",
        "Priority": "Medium",
        "Owner": "_nobody yet_",
        "Customer waits": "1 h, since Mon 30 Nov 09:00",
        "First response": "🟢 Tue 1 Dec 17:00\n1 d 7 h left",
        "Recovery": "🟢 Fri 4 Dec 17:00\n4 d 7 h left",
    }


def test_there_are_five_controls_and_no_more(draw, ticket_of):
    assert labels(draw(ticket_of())) == ["Take it", "Reply to customer", "Status", "Priority", "More"]


def test_the_statuses_offered_are_those_that_may_follow(draw, ticket_of):
    offered = options(draw(ticket_of()), "status")
    assert offered == [f"42:1:{s}" for s in ("in_progress", "waiting_for_customer", "resolved", "cancelled")]


def test_every_control_carries_the_ticket_and_the_version_drawn(draw, ticket_of):
    for status in Status:
        post = draw(ticket_of(status))
        version = ticket_of(status).version
        for each in controls(post):
            carried = [each["value"]] if "value" in each else [one["value"] for one in options_of(each)]
            assert carried
            assert all(value.startswith(f"42:{version}") for value in carried)


def test_a_taken_ticket_shows_its_owner_and_can_be_taken_over(draw, ticket_of):
    post = draw(ticket_of(Status.IN_PROGRESS))
    assert facts(post)["Owner"] == "Bob"
    assert labels(post)[0] == "Take over"


def test_a_waiting_ticket_says_when_it_resolves_and_can_be_extended(draw, ticket_of, at):
    ticket = ticket_of(Status.WAITING_FOR_CUSTOMER)
    assert "Our question is on its way" in text_of(draw(ticket))
    ticket.mailed(2, recipients=[ticket.customer], by=SWEEP, at=at("mon 09:05"))
    post = draw(ticket)
    assert "Resolves by itself *Thu 3 Dec 09:05* if the customer stays silent." in text_of(post)
    assert labels(post)[-1] == "Extend"
    assert facts(post)["Recovery"].startswith("⏸️ Paused")
    assert facts(post)["Customer waits"] == "no"


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CANCELLED])
def test_an_ended_ticket_can_be_reopened_or_closed(draw, ticket_of, status):
    assert labels(draw(ticket_of(status)))[:2] == ["Reopen", "Close"]


def test_a_closed_ticket_has_no_controls(draw, ticket_of):
    assert controls(draw(ticket_of(Status.CLOSED))) == []


def test_an_overdue_promise_says_so_in_words_as_well_as_in_red(draw, ticket_of):
    post = draw(ticket_of(priority=Priority.URGENT), now="tue 11:00")
    assert facts(post)["Recovery"] == "🔴 *Overdue* since\nMon 30 Nov 17:00, 2 h"


def test_a_pressing_promise_changes_its_mark(draw, ticket_of):
    post = draw(ticket_of(priority=Priority.URGENT), now="mon 15:30")
    assert facts(post)["Recovery"] == "🟠 Mon 30 Nov 17:00\n1 h 30 min left"


def test_an_improvement_has_no_dates(draw, ticket_of):
    post = draw(ticket_of(priority=Priority.IMPROVEMENT))
    assert not {"First response", "Recovery"} & set(facts(post))


def test_the_customer_really_waits_through_the_night(draw, ticket_of):
    assert facts(draw(ticket_of(), now="wed 10:00"))["Customer waits"] == "2 days 1 h, since Mon 30 Nov 09:00"


def test_the_customer_waits_from_the_first_mail_nobody_answered(draw, ticket_of, at):
    ticket, anna = ticket_of(), Actor.customer("anna@bakery.example")
    ticket.reply("We look.", by=BOB, at=at("mon 10:00"))
    ticket.customer_wrote("And?", by=anna, at=at("mon 12:00"))
    ticket.customer_wrote("Hello?", by=anna, at=at("mon 13:00"))
    assert facts(draw(ticket, now="mon 14:00"))["Customer waits"] == "2 h, since Mon 30 Nov 12:00"


def test_six_hundred_characters_fit_and_the_rest_is_said_to_be_in_the_thread(draw, ticket_of):
    assert "in the thread" not in text_of(draw(ticket_of(text="x" * 600)))
    assert "The whole mail is in the thread." in text_of(draw(ticket_of(text="x" * 601)))


HOSTILE = [
    "<!channel> <!here> <!everyone> look",
    "<@U1> hi <!subteam^S1>",
    "<http://evil.example|bank.com>",
    "`rm -rf` *bold* _it_ ~no~ > quote",
    "\u202egnp.exe \u2066hidden\u2069 \u200b",
    "مرحبا بكم في مكتب المساعدة",
    "x" * 10_000,
    "&" * 10_000,
    "👩‍👩‍👧‍👦" * 400,
    "\n" * 500,
    "",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_a_customer_sends_is_alive_on_the_card(draw, ticket_of, words):
    ticket = ticket_of(subject=words, text=words, name=words, detail={"files": [words] * 40})
    ticket.client = words
    post = draw(ticket)
    assert not LIVE.search(post.text)
    assert not any(LIVE.search(text) for text in _marked_up(post.blocks))


@settings(max_examples=examples(60), deadline=None)
@given(words=st.text(alphabet=st.sampled_from("<>&!@|`*_ ab\n\u202e"), max_size=800))
def test_no_text_whatever_is_alive_on_the_card(words):
    anna = Actor.customer("anna@bakery.example", words or "A")
    at = card.datetime(2026, 11, 30, 9, tzinfo=STYLE.zone)
    ticket = Ticket.open(by=anna, at=at, subject=words, text=words, client=words)
    ticket.number = 42
    ticket.take(by=Actor.agent("U0BOB", words), at=at)
    post = card.draw(ticket, [], STYLE, card.Moment(at))
    check_message(post.text, post.blocks, update=True)
    assert not any(LIVE.search(text) for text in [post.text, *_marked_up(post.blocks)])


def _marked_up(found):
    """Every text that Slack would look into for markup."""
    if isinstance(found, dict):
        if found.get("type") == "mrkdwn":
            assert found["verbatim"] is True
            yield found["text"]
        for value in found.values():
            yield from _marked_up(value)
    elif isinstance(found, list):
        for value in found:
            yield from _marked_up(value)
