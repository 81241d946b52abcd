"""/ticket and the words that may follow it."""

import json

import pytest

from bot.commands import meant
from desk.actor import Actor
from desk.priority import Priority
from desk.status import Status

ALICE = Actor.agent("U0ALICE", "Alice")


@pytest.fixture
def database_url(one_engine):
    return one_engine


def text_of(said):
    return json.dumps(said["blocks"], ensure_ascii=False)


def a_ticket_of_alice(desk, **facts):
    number = desk.a_ticket(**facts)
    desk.change(number, lambda ticket: ticket.take(by=ALICE, at=desk.time.now()))
    return number


def test_ticket_alone_shows_what_is_mine_and_what_nobody_has_taken(desk):
    mine, free = a_ticket_of_alice(desk, subject="Mine"), desk.a_ticket(subject="Free")
    bobs = desk.a_ticket(Status.IN_PROGRESS, subject="Bobs")
    said = desk.ask("")
    assert said["response_type"] == "ephemeral"
    assert f"HD-{mine}" in text_of(said)
    assert f"HD-{free}" in text_of(said)
    assert f"HD-{bobs}" not in text_of(said)


@pytest.mark.parametrize("word", ["mine", "MINE ", "mijn", "mien"])
def test_mine_shows_only_what_is_mine(desk, word):
    a_ticket_of_alice(desk, subject="Taken by me")
    desk.a_ticket(subject="Free")
    said = desk.ask(word)
    assert "Taken by me" in text_of(said)
    assert "Free" not in text_of(said)


def test_the_most_pressing_comes_first(desk):
    a_ticket_of_alice(desk, subject="Slow", priority=Priority.LOW)
    a_ticket_of_alice(desk, subject="Quick", priority=Priority.URGENT)
    said = text_of(desk.ask("mine"))
    assert said.index("Quick") < said.index("Slow")
    assert "due Mon 30 Nov 17:00" in said


def test_nothing_to_do_is_said_in_words(desk):
    assert "No ticket is yours." in text_of(desk.ask("mine"))


@pytest.mark.parametrize("how", ["{}", "#{}", "hd-{}", "HD{}", "  {} "])
def test_one_ticket_is_shown_with_a_link_to_its_card(desk, slack, how):
    number = desk.a_ticket(subject="Blank <page>")
    desk.deliver()
    said = desk.ask(how.format(number))
    ts = desk.place(number).ts.replace(".", "")
    assert f"<{slack.url}/archives/C0SUPPORT/p{ts}|HD-{number}>" in text_of(said)
    assert "Blank &lt;page&gt;" in text_of(said)
    assert "Tue 1 Dec 17:00" in text_of(said)


def test_a_ticket_without_a_card_yet_is_shown_without_a_link(desk):
    number = desk.a_ticket()
    assert f"*HD-{number}*" in text_of(desk.ask(str(number)))


def test_a_ticket_that_does_not_exist_is_said_not_to(desk):
    assert desk.ask("4711") == {"response_type": "ephemeral", "text": "There is no ticket 4711."}


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("", "queue"),
        ("help", "help"),
        ("hlep", "help"),
        ("hulp", "help"),
        ("mijn", "mine"),
        ("xyzzy", "help"),
    ],
)
def test_spelling_is_forgiven_and_the_unknown_gets_help(words, meaning):
    assert meant(words) == meaning


def test_help_says_what_can_be_asked(desk):
    assert "/ticket 42" in text_of(desk.ask("help"))


def test_three_hundred_tickets_fit_into_one_answer(desk):
    with desk.db.change() as session:
        first = desk.a_ticket_in(session)
        for _ in range(299):
            desk.a_ticket_in(session, subject="<!channel>" * 90)
    assert first
    said = desk.ask("")
    assert "and 35 more" in text_of(said)
    assert "<!channel>" not in text_of(said)
