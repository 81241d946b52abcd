"""A customer is away: their machine's answer is noted, and neither answered nor taken for theirs."""

from collections.abc import Callable
from typing import Any

from sandbox.visitor import Visitor, text_of

CARLA, DIRK = "carla@bakkerij-jansen.example", "dirk@devries-transport.example"
AWAY = "I am at the seaside until Monday."


def _noted(visitor: Visitor, card: dict[str, Any], words: str) -> list[dict[str, Any]]:
    return [one for one in visitor.thread(card) if words in text_of(one)]


def test_an_out_of_office_is_noted_without_reopening_or_answering_it(
    start: Callable[..., Any], visitor: Visitor
) -> None:
    # given a question to a customer who is away
    start()
    visitor.mail(CARLA, subject="The oven page fails", text="It shows an error since this morning.")
    card = visitor.wait_until(lambda: visitor.find("#support", "The oven page fails"))
    visitor.wait_until(lambda: len(visitor.inbox(CARLA)) == 1)
    visitor.away(CARLA, AWAY)
    visitor.click("Alice", card, "reply")
    answer = {"text": "Which browser do you use?", "then": "ask"}
    assert visitor.submit("Alice", answer)["outcome"] == "pushed"
    assert visitor.submit("Alice")["outcome"] == "cleared"

    # when her mailbox answers by machine
    visitor.wait_until(lambda: _noted(visitor, card, AWAY))

    # then the ticket still waits for her, and nobody wrote to her machine
    (sent,) = visitor.journal("mail", "sent")[1:]
    assert (sent["detail"]["sender"], sent["detail"]["outcome"]) == ("", "taken")
    assert "Waiting for customer" in text_of(visitor.again(card))

    # and when she is back, what she writes herself is an answer
    visitor.back(CARLA)
    visitor.reply(visitor.inbox(CARLA)[-1], "Firefox, the newest one.")
    visitor.wait_until(lambda: "Waiting for support" in text_of(visitor.again(card)))
    assert len(visitor.inbox(CARLA)) == 2
    assert len(_noted(visitor, card, AWAY)) == 1


def test_an_out_of_office_about_a_resolved_ticket_leaves_it_resolved(
    start: Callable[..., Any], visitor: Visitor
) -> None:
    # given a resolved ticket
    start()
    visitor.mail(CARLA, subject="The oven page fails", text="It shows an error since this morning.")
    card = visitor.wait_until(lambda: visitor.find("#support", "The oven page fails"))
    visitor.choose("Alice", card, "status", "✅ Resolved")
    visitor.wait_until(lambda: visitor.modal_of("Alice"))
    assert visitor.submit("Alice", {"text": "We repaired the page."})["outcome"] == "pushed"
    assert visitor.submit("Alice")["outcome"] == "cleared"
    letter = visitor.wait_until(
        lambda: [one for one in visitor.inbox(CARLA) if "We repaired the page." in one["text"]]
    )[0]

    # when a machine answers the mail about it, and another mail of ours comes back as undeliverable
    visitor.out_of_office(letter, AWAY)
    visitor.wait_until(lambda: _noted(visitor, card, AWAY))
    assert "Resolved" in text_of(visitor.again(card))
    visitor.bounce(letter)

    # then it stays resolved, the bounce is told, and the customer gets nothing more
    visitor.wait_until(lambda: _noted(visitor, card, "5.1.1") or _noted(visitor, card, "User unknown"))
    assert len([one for one in visitor.channel("#support") if "HD-" in text_of(one)]) == 1
    visitor.mail(DIRK, subject="Another matter", text="So that something happens after the bounce.")
    visitor.wait_until(lambda: visitor.inbox(DIRK))
    assert len(visitor.inbox(CARLA)) == 2
