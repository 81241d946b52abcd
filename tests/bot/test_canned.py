"""Canned replies: read once, refused with their line, filled in with the ticket's values."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import app as bot_app
from bot.canned import CannedRefused, offered, read
from desk.actor import Actor
from tests.bot.desk_at_work import AtOnce

ALICE = Actor.agent("U0ALICE", "Alice")
SHIPPED = Path(__file__).parents[2] / "deploy" / "canned"


@pytest.fixture
def shelf(tmp_path):
    def put(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return put


def test_a_letter_has_the_values_of_its_ticket(shelf, ticket_of):
    folder = shelf(a_md="# Hello\nDear {{ name }}, {{ subject }} is {{ number }}. {{ agent }}, {{ client }}")
    [letter] = read(folder)
    assert letter.title == "Hello"
    assert letter.filled(ticket_of(), ALICE, "HD") == "Dear Anna, Blank page is HD-42. Alice, Bakery"


def test_a_customer_is_offered_what_is_in_their_language_or_in_none(shelf, ticket_of):
    folder = shelf(nl__a_md="# A\nx", b_nl_md="# B\nx", en__c_md="# C\nx", d_md="# D\nx")
    titles = {each.title for each in offered(read(folder), ticket_of(language="nl"))}
    assert titles == {"A", "B", "D"}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("Hello", 1, "first line is its title"),
        ("# Hello\n\n", 2, "there is none"),
        ("# Hello\nDear\n{{ nme }}", 3, "nme"),
        ("# Hello\nDear\n\n{% if %}", 4, "Expected"),
        ("# Hello\n{{ ''.__class__.__mro__ }}", 2, "unsafe"),
    ],
)
def test_a_broken_one_is_refused_with_its_line(shelf, text, line, why):
    with pytest.raises(CannedRefused, match=f"line {line}: .*{why}"):
        read(shelf(a_md=text))


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no such folder"):
        read(tmp_path / "nothing")
    assert read(None) == ()


def test_those_that_are_shipped_can_be_used():
    assert {each.language for each in read(SHIPPED)} == {"nl", "en"}


def test_the_one_that_is_chosen_stands_below_what_was_written(desk, slack, shelf):
    folder = shelf(a_md="# Hello\nDear {{ name }}", b_md="# Bye\nGoodbye {{ name }}")
    desk.app = bot_app.build(replace(desk.house, canned=read(folder)), AtOnce())
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    slack.click_in_view("Alice", "canned", "a.md")
    slack.click_in_view("Alice", "canned", "b.md")
    assert slack.submit("Alice", {"then": "keep"})["outcome"] == "closed"
    assert desk.ticket(number).history[-1].text == "Dear Anna\n\nGoodbye Anna"
    desk.click("reply", f"{number}:{desk.ticket(number).version}")
    slack.click_in_view("Alice", "canned", "a.md")
    assert list(slack.submit("Alice", {"text": "intern: no"})["errors"]) == ["text2"]


def test_what_was_written_stays_where_the_reply_could_not_be_chosen(desk, slack, shelf):
    desk.app = bot_app.build(
        replace(desk.house, canned=read(shelf(a_md="# Hello\nDear {{ name }}"))), AtOnce()
    )
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    desk.change(number, lambda ticket: ticket.take(by=Actor.agent("U0BOB", "Bob"), at=desk.time.now()))
    slack.click_in_view("Alice", "canned", "a.md", values={"text": "Half of a letter"})
    shown = slack.modal_of("Alice")
    assert shown["callback_id"] == "reply"
    assert "Bob was first" in str(shown["blocks"])
    assert slack.submit("Alice", {"then": "keep"})["outcome"] == "closed"
    assert desk.ticket(number).history[-1].text == "Half of a letter"


def test_who_closes_the_window_after_choosing_a_letter_is_not_replying_any_more(desk, slack, shelf):
    desk.app = bot_app.build(
        replace(desk.house, canned=read(shelf(a_md="# Hello\nDear {{ name }}"))), AtOnce()
    )
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    slack.click_in_view("Alice", "canned", "a.md")
    assert "Alice is replying" in str(desk.card(number)["blocks"])
    slack.close("Alice")
    assert "replying" not in str(desk.card(number)["blocks"])
