"""An improvement over real sockets: approved by reply, worked past its hours, more approved by the link.

It takes its time: each of its twenty lines in the thread waits a second for Slack."""

import re
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.visitor import Visitor, text_of
from sla.month import month_of
from sla.report import report_of

CARLA = "carla@bakkerij-jansen.example"
Start = Callable[..., Any]
Clock = Any
PUBLIC = "https://desk.example/"


def _received(visitor: Visitor, words: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        letters = [each for each in visitor.inbox(CARLA) if words in each["text"]]
        return letters[-1] if letters else None

    return visitor.wait_until(look)


def _card_with(visitor: Visitor, words: str) -> dict[str, Any]:
    """The card, once it says that."""

    def look() -> dict[str, Any] | None:
        card = visitor.find("#support", "HD-1")
        return card if card and words in text_of(card) else None

    return visitor.wait_until(look)


def _thread_says(visitor: Visitor, words: str) -> None:
    card = _card_with(visitor, "HD-1")
    visitor.wait_until(lambda: any(words in text_of(each) for each in visitor.thread(card)))


def _ask(visitor: Visitor, action: str, choice: str, terms: dict[str, str]) -> None:
    """Fill in the window, read the amount, send it."""
    visitor.click("Alice", _card_with(visitor, "HD-1"), action, choice or None)
    visitor.wait_until(lambda: visitor.modal_of("Alice"))
    assert visitor.submit("Alice", terms)["outcome"] == "updated"
    assert visitor.submit("Alice", terms)["outcome"] == "closed"


def _log(visitor: Visitor, span: str) -> None:
    visitor.slash("Alice", "/ticket", f"time 1 {span} wiring")


def _open(desk: Any, letter: dict[str, Any], *, answer: str = "") -> str:
    """Follow the link of that mail, as a browser does behind the desk's public address."""
    [link] = set(re.findall(rf"{PUBLIC}(approve/\S+)", letter["text"]))
    data = f"answer={answer}".encode() if answer else None
    with urllib.request.urlopen(f"{desk.web}/{link}", data, timeout=30) as page:
        return str(page.read().decode())


def test_an_improvement_is_approved_worked_asked_more_for_approved_again_and_billed(
    start: Start, visitor: Visitor, clock: Clock
) -> None:
    desk = start(HELPDESK_WEB__PUBLIC_ADDRESS=PUBLIC)
    visitor.mail(CARLA, subject="A second till", text="Can we have a second till?\n\nCarla")
    card = visitor.wait_until(lambda: visitor.find("#support", "A second till"))
    _received(visitor, "HD-1")

    # It is an improvement: the client has to approve a budget first.
    visitor.click("Alice", card, "priority")
    visitor.wait_until(lambda: visitor.modal_of("Alice"))
    assert visitor.submit("Alice", {"level": "improvement"})["outcome"] == "closed"
    _card_with(visitor, "No budget yet")
    until = (clock() + timedelta(days=10)).date().isoformat()
    terms = {
        "scope": "A till with a printer.",
        "hours": "10",
        "rate": "125",
        "until": until,
        "language": "en",
    }
    _ask(visitor, "more", "Budget", terms)
    asked = _received(visitor, "€1,250.00, excluding VAT")
    _thread_says(visitor, "asks carla@bakkerij-jansen.example to approve the budget")
    _card_with(visitor, "Waits for")

    # A stranger says yes: it is held back.  A mail scanner follows the link: nothing happens.
    forged = {"In-Reply-To": asked["message_id"], "References": asked["message_id"]}
    visitor.mail("mallory@evil.example", subject="Re: [HD-1] A second till", text="Approved", headers=forged)
    _thread_says(visitor, "is not on this ticket")
    assert "Budget for HD-1" in _open(desk, asked)
    _card_with(visitor, "Waits for")

    # Carla says yes by replying; the work is planned, and she is told.
    visitor.reply(asked, "Approved.\n\nKind regards,\nCarla")
    card = _card_with(visitor, "Budget approved")
    _thread_says(visitor, "by mail, approves the budget")
    visitor.click("Alice", card, "budget")
    visitor.wait_until(lambda: visitor.modal_of("Alice"))
    assert visitor.submit("Alice", {"day": until})["outcome"] == "closed"
    _received(visitor, "is planned for")
    visitor.click("Alice", _card_with(visitor, "planned for"), "take")

    # Hours past 80 % warn, past 100 % the card says stop.
    _log(visitor, "8h30")
    _thread_says(visitor, "8 h 30 min of the approved 10 h are used")
    _log(visitor, "2h")
    _thread_says(visitor, "Stop: 10 h 30 min of the approved 10 h are used")
    _card_with(visitor, "Ask for more before you go on")

    # More hours are asked for, and approved through the link, once.
    _ask(visitor, "more_hours", "", terms | {"scope": "The cable was too short.", "hours": "2h"})
    more = _received(visitor, "takes more time than you approved")
    assert "Approved on" in _open(desk, more, answer="yes")
    assert "Approved on" in _open(desk, more, answer="no"), "a used link says so"
    _thread_says(visitor, "through the link, approves more hours")
    card = _card_with(visitor, "10 h 30 min of 12 h used (87 %)")

    # Resolved, and in the month's figures.
    visitor.choose("Alice", card, "status", "✅ Resolved")
    visitor.wait_until(lambda: visitor.modal_of("Alice"))
    assert visitor.submit("Alice", {"text": "It stands there."})["outcome"] == "pushed"
    assert visitor.submit("Alice")["outcome"] == "cleared"
    _received(visitor, "It stands there.")
    zone = desk.parts.config.desk.timezone
    begin, end = month_of("", zone, now=clock())
    figures = report_of(desk.parts.db, desk.parts.policy, begin=begin, end=end, now=clock())[0]
    money = figures.money
    assert (money.logged, money.billable, str(money.amount)) == (630, 630, "1312.50")
    assert (money.approved, money.used, money.waiting) == (720, 630, 0)
    visitor.slash("Lena", "/ticket", "report")
    visitor.wait_until(lambda: any("1,312.50" in text_of(each) for each in visitor.ephemerals("Lena")))
