"""A code to log in with: hidden from the channel, shown to the one who asks, and that is on record."""

import json

from desk.actor import Actor
from desk.event import Kind
from store import inbox
from store.inbox import Arrival, State

MACHINE = Actor.customer("id@login.example", "Login")
CODE = "Your code is 482913"
HIDDEN = "Hidden: it holds a code to log in with"


def a_code(desk, at):
    """A ticket with a code in its first mail and another in the thread."""
    number = desk.a_ticket(text=CODE, detail={"sensitive": "a code to log in with", "files": ["a.pdf"]})
    desk.change(
        number,
        lambda ticket: ticket.customer_wrote(
            "Again: 771204", by=MACHINE, at=at("mon 09:40"), sensitive="a code to log in with"
        ),
    )
    return number


def shown(desk, number):
    """All that the channel reads about a ticket."""
    return json.dumps([desk.card(number), *desk.slack.thread(desk.place(number).ts)])


def test_nobody_reads_a_code_on_the_card_or_in_the_thread(desk, at):
    number = a_code(desk, at)

    said = shown(desk, number)

    assert "482913" not in said
    assert "771204" not in said
    assert said.count(HIDDEN) == 3  # the card, its mail in the thread, the second mail


def test_who_asks_reads_it_alone_and_that_is_on_record(desk, at):
    number = a_code(desk, at)
    desk.deliver()

    for who in ("U0ALICE", "U0ALICE", "U0BOB"):
        desk.click("reveal", f"{number}:2:1", by=who)
        assert CODE in json.dumps(desk.slack.views[-1])

    looks = [event for event in desk.ticket(number).history if event.kind is Kind.LOOKED]
    assert [(look.by.key, look.detail["of"]) for look in looks] == [("U0ALICE", 1), ("U0BOB", 1)]
    said = shown(desk, number)
    assert "Bob read the hidden mail" in said
    assert "482913" not in said


def test_what_is_not_hidden_needs_no_looking_at(desk):
    number = desk.a_ticket()

    desk.forge("reveal", f"{number}:1:1")

    assert "Nothing of that is hidden" in desk.slack.told[-1]["text"]
    assert desk.ticket(number).version == 1


def test_people_in_copy_and_another_reply_address_are_shown(desk, at):
    facts = {"copied": ["Boss <boss@bakery.example>"], "reply_to": "x@evil.example", "forwarded_by": "Robin"}
    number = desk.a_ticket(detail=facts)

    said = json.dumps(desk.card(number), ensure_ascii=False)

    assert "Also sent to Boss <boss@bakery.example>; the desk mails none of them" in said
    assert "Wants answers at x@evil.example, another domain; the desk answers anna@bakery.example" in said
    assert "Forwarded by Robin" in said


def test_a_flood_is_one_message_that_grows_and_can_be_read_after_all(desk, at):
    number = desk.a_ticket()
    for count in (1, 2, 5):
        desk.change(
            number,
            lambda ticket, count=count: ticket.collect(
                count, by=Actor.system("mail"), at=at("mon 09:40"), reason="more than 20 mails"
            ),
        )
        desk.deliver()
    with desk.db.change() as session:
        for _ in range(60):
            kept = inbox.keep(session, Arrival(source="test", raw=b"x", at=desk.time.now()))
            inbox.dealt_with(session, kept, State.COLLECTED, ticket=number)

    [line] = desk.slack.thread(desk.place(number).ts)
    assert "at least 5 mails more came in" in json.dumps(line)
    desk.click("let_in", f"{number}:4")

    with desk.db.read() as session:
        assert (inbox.collected(session, number), inbox.waiting(session)) == (10, 50)
    assert desk.ticket(number).history[-1].text == "Had 50 collected mails read after all."
