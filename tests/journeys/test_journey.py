"""A ticket's whole journey over real HTTP, WebSocket and SMTP, on both engines and both roads to Slack."""

import json
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.visitor import Visitor, buttons_of, text_of

CARLA = "carla@bakkerij-jansen.example"
Start = Callable[..., Any]
Clock = Any


def _received(visitor: Visitor, words: str) -> dict[str, Any] | None:
    letters = [each for each in visitor.inbox(CARLA) if words in each["text"]]
    return letters[-1] if letters else None


def _status(visitor: Visitor) -> str:
    """What the card says of the first ticket, as a screen reader tells it: status and priority."""
    return str(_card(visitor, "HD-1")["text"]).rpartition(": ")[2]


def _card(visitor: Visitor, words: str) -> dict[str, Any]:
    return visitor.wait_until(lambda: visitor.find("#support", words))


@pytest.mark.parametrize(
    ("database_url", "mode"), [("postgresql", "socket"), ("sqlite", "http")], indirect=["database_url"]
)
def test_a_mail_becomes_a_card_and_clicks_become_mails_until_it_is_resolved(
    start: Start, visitor: Visitor, mode: str
) -> None:
    start(mode)

    # A customer writes: a card with five controls, and a confirmation with dates.
    visitor.mail(CARLA, subject="The oven page fails", text="It shows an error since this morning.\n\nCarla")
    card = _card(visitor, "The oven page fails")
    assert buttons_of(card) == ["take", "reply", "status", "priority", "more"]
    assert "It shows an error since this morning." in text_of(card)
    confirmation = visitor.wait_until(lambda: _received(visitor, "HD-1"))
    assert "[HD-1]" in confirmation["subject"]
    assert confirmation["auto_submitted"] == "auto-replied"
    assert "It shows an error" not in confirmation["text"]

    # Alice takes it; the customer is told.
    visitor.click("Alice", card, "take")
    visitor.wait_until(lambda: _received(visitor, "Alice"))
    visitor.wait_until(lambda: _status(visitor) == "In progress, Medium")

    # The priority window shows the new date before it is confirmed.
    visitor.click("Alice", card, "priority")
    before = text_of(visitor.wait_until(lambda: visitor.modal_of("Alice")))
    visitor.click_in_view("Alice", "level", "urgent")
    shown = visitor.wait_until(lambda: (t := text_of(visitor.modal_of("Alice"))) != before and t)
    assert "As Urgent" in shown
    assert visitor.submit("Alice", {"level": "urgent"})["outcome"] == "closed"
    visitor.wait_until(lambda: _status(visitor) == "In progress, Urgent")

    # She asks something: the mail leaves, the ticket waits.
    visitor.click("Alice", _card(visitor, "HD-1"), "reply")
    answers = {"text": "Which browser do you use?", "then": "ask"}
    assert visitor.submit("Alice", answers)["outcome"] == "pushed"
    assert visitor.submit("Alice")["outcome"] == "cleared"
    question = visitor.wait_until(lambda: _received(visitor, "Which browser do you use?"))
    assert question["auto_submitted"] in (None, "", "no")
    assert question["in_reply_to"]
    visitor.wait_until(lambda: "Waiting for customer" in _status(visitor))
    visitor.wait_until(lambda: any(CARLA in text_of(each) for each in visitor.thread(card)))

    # A note in the thread stays inside.
    visitor.say("Bob", "#support", "They still use the old till.", card)

    # The customer answers: the same ticket is back, with only what was written now.
    visitor.reply(question, "Firefox, the newest one.")
    visitor.wait_until(lambda: any("Firefox" in text_of(each) for each in visitor.thread(card)))
    answered = next(each for each in visitor.thread(card) if "Firefox" in text_of(each))
    assert "Which browser" not in text_of(answered)
    visitor.wait_until(lambda: "Waiting for support" in _status(visitor))

    # Resolved: the customer reads what was done.
    visitor.choose("Alice", _card(visitor, "HD-1"), "status", "✅ Resolved")
    visitor.wait_until(lambda: visitor.modal_of("Alice"))
    assert visitor.submit("Alice", {"text": "We repaired the page."})["outcome"] == "pushed"
    assert visitor.submit("Alice")["outcome"] == "cleared"
    resolved = visitor.wait_until(lambda: _received(visitor, "We repaired the page."))
    assert "HD-1" in resolved["subject"]
    visitor.wait_until(lambda: "Resolved" in _status(visitor))

    # One card, one ticket, and nothing internal ever left.
    assert len([each for each in visitor.channel("#support") if "HD-1" in text_of(each)]) == 1
    assert not any("old till" in letter["text"] for letter in visitor.inbox(CARLA))


@pytest.mark.both_engines
def test_a_desk_that_was_stopped_goes_on_where_it_was(start: Start, visitor: Visitor) -> None:
    first = start()
    visitor.mail(CARLA, subject="Before the restart", text="Hello?")
    card = _card(visitor, "Before the restart")
    confirmation = visitor.wait_until(lambda: _received(visitor, "HD-1"))
    first.stop()

    start()
    visitor.click("Bob", card, "take")
    visitor.wait_until(lambda: _received(visitor, "Bob"))
    visitor.reply(confirmation, "One more thing: it is the second page.")
    visitor.wait_until(lambda: any("second page" in text_of(each) for each in visitor.thread(card)))
    assert len([each for each in visitor.channel("#support") if "HD-" in text_of(each)]) == 1


def test_silence_reminds_resolves_and_closes_and_a_reply_reopens(
    start: Start, visitor: Visitor, clock: Clock
) -> None:
    desk = start()
    visitor.mail(CARLA, subject="A question to us", text="How do I log in?")
    card = _card(visitor, "A question to us")
    visitor.click("Alice", card, "reply")
    visitor.submit("Alice", {"text": "Which address?", "then": "ask"})  # and looks at it
    assert visitor.submit("Alice")["outcome"] == "cleared"
    visitor.wait_until(lambda: "Waiting for customer" in _status(visitor))
    visitor.wait_until(lambda: any(CARLA in text_of(each) for each in visitor.thread(card)))
    sweep = desk.parts.scheduler.wake

    clock.ahead = timedelta(hours=48, minutes=1)
    sweep("sweep")
    visitor.wait_until(lambda: _received(visitor, "have not heard"))

    clock.ahead = timedelta(hours=72, minutes=1)
    sweep("sweep")
    visitor.wait_until(lambda: "Resolved" in _status(visitor))
    letter = visitor.wait_until(lambda: _received(visitor, "resolved"))

    visitor.reply(letter, "Sorry, I was away. It is carla@example, and it still fails.")
    visitor.wait_until(lambda: "Waiting for support" in _status(visitor))
    visitor.wait_until(lambda: _received(visitor, "again"))


def test_the_leads_hear_of_a_breach_once(start: Start, visitor: Visitor, clock: Clock) -> None:
    desk = start()
    visitor.mail(CARLA, subject="Nobody looks at this", text="Hello?")
    _card(visitor, "Nobody looks at this")
    hours = desk.parts.policy.hours
    due = hours.after(clock(), timedelta(hours=16))
    opening = hours.next_opening(due + timedelta(seconds=1))
    clock.ahead += opening + timedelta(minutes=30) - clock()
    desk.parts.scheduler.wake("sweep")
    warning = visitor.wait_until(lambda: visitor.find("#support-leads", "HD-1"))
    assert "S0LEADS" in text_of(warning)
    desk.parts.scheduler.wake("sweep")
    visitor.mail(CARLA, subject="Another one", text="So that something happens after the second sweep.")
    _card(visitor, "Another one")
    breaches = [each for each in visitor.channel("#support-leads") if "HD-1" in text_of(each)]
    assert len(breaches) == 1


def test_strangers_and_guests_get_a_polite_refusal_and_nothing_else(start: Start, visitor: Visitor) -> None:
    start()
    visitor.mail(CARLA, subject="Private matters", text="Only for the team.")
    card = _card(visitor, "Private matters")
    visitor.wait_until(lambda: _received(visitor, "HD-1"))
    for nobody in ("Gus", "Otto"):
        visitor.click(nobody, card, "take")
        visitor.wait_until(lambda nobody=nobody: visitor.ephemerals(nobody))
    assert _status(visitor) == "Waiting for support, Medium"
    assert _received(visitor, "Gus") is None


def test_the_ticket_command_answers_only_the_one_who_asks(start: Start, visitor: Visitor) -> None:
    start()
    visitor.mail(CARLA, subject="Where are we", text="Hello?")
    card = _card(visitor, "Where are we")
    visitor.click("Alice", card, "take")
    visitor.wait_until(lambda: "In progress" in _status(visitor))
    for words in ("", "mine", "1", "help", "nonsense"):
        seen = len(visitor.ephemerals("Alice"))
        visitor.slash("Alice", "/ticket", words)
        visitor.wait_until(lambda seen=seen: len(visitor.ephemerals("Alice")) > seen)
    said = " ".join(text_of(each) for each in visitor.ephemerals("Alice"))
    assert "Where are we" in said
    assert not visitor.ephemerals("Bob")


def test_home_shows_each_person_what_is_theirs_and_follows_what_they_do(
    start: Start, visitor: Visitor
) -> None:
    start()
    visitor.mail(CARLA, subject="The till is <!channel> slow", text="Since noon.")
    card = _card(visitor, "The till is")

    def home(who: str) -> str:
        return text_of(visitor.home_of(who))

    # Nobody has taken it: both see that, with a link to the card once the desk has heard where that stands.
    for who in ("Alice", "Lena"):
        visitor.open_home(who)
        visitor.wait_until(lambda who=who: "Unassigned (1)" in home(who))

    def has_link() -> bool:
        visitor.open_home("Alice")
        return f"/p{card['ts'].replace('.', '')}" in json.dumps(visitor.home_of("Alice"))

    visitor.wait_until(has_link)
    assert "The till is <!channel> slow" in home("Alice")
    assert "The whole desk" in home("Lena")
    assert "The whole desk" not in home("Alice")

    # Alice takes it: her own Home follows, Lena's when she asks for it.
    visitor.click("Alice", card, "take")
    visitor.wait_until(lambda: "Mine (1)" in home("Alice"))
    assert "Unassigned (1)" in home("Lena")
    visitor.click_in_view("Lena", "home_refresh", view="home")
    visitor.wait_until(lambda: "Everything has been taken." in home("Lena"))

    # She asks something: it waits, and says when it resolves by itself.
    visitor.click("Alice", _card(visitor, "HD-1"), "reply")
    answers = {"text": "Which browser do you use?", "then": "ask"}
    assert visitor.submit("Alice", answers)["outcome"] == "pushed"
    assert visitor.submit("Alice")["outcome"] == "cleared"
    visitor.wait_until(lambda: _received(visitor, "Which browser do you use?"))
    visitor.wait_until(lambda: any(CARLA in text_of(each) for each in visitor.thread(card)))
    visitor.open_home("Alice")
    visitor.wait_until(lambda: "Resolves by itself" in home("Alice"))

    # A click counts although Slack takes no Home at this moment.
    visitor.wait_until(lambda: "extend" in buttons_of(_card(visitor, "HD-1")))
    visitor.fault("views.publish", error="internal_error")
    visitor.click("Alice", _card(visitor, "HD-1"), "extend")
    visitor.wait_until(lambda: any("whole time" in text_of(each) for each in visitor.thread(card)))
    visitor.wait_until(lambda: visitor.journal("fault", "views.publish"))  # else it meets the next Home

    # A guest reads whom to ask, and nothing of the ticket.
    visitor.open_home("Gus")
    visitor.wait_until(lambda: "ask a team lead" in home("Gus"))
    assert "HD-1" not in home("Gus")


def test_health_and_metrics_say_how_the_desk_is(start: Start, visitor: Visitor) -> None:
    desk = start()
    visitor.mail(CARLA, subject="Counted", text="One.")
    _card(visitor, "Counted")

    def ready() -> dict[str, Any] | None:
        try:
            with urllib.request.urlopen(f"{desk.web}/readyz", timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as not_yet:
            not_yet.close()
            return None

    assert visitor.wait_until(ready)["ready"]
    with urllib.request.urlopen(f"{desk.web}/metrics", timeout=10) as answer:
        assert 'tickets_open{priority="medium",status="waiting_for_support"} 1.0' in answer.read().decode()
