"""The desk reads its mail by IMAP: a whole journey, and a mail server that fails in between."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from imapclient import IMAPClient

from sandbox.server import Sandbox
from sandbox.visitor import Visitor, text_of

CARLA, DIRK = "carla@bakkerij-jansen.example", "dirk@devries-transport.example"
PATIENCE = 30
"""Seconds: the desk pauses before it tries a mail server again."""


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(imap=True) as sandbox:
        sandbox.deliver_mail_by = "imap"
        yield sandbox


@pytest.fixture
def start_reading(start: Callable[..., Any], world: Sandbox, visitor: Visitor) -> Callable[[], Any]:
    """Starts a desk without a listener, whose mail is in its mailbox; gives it once it has looked there."""

    def run() -> Any:
        host, port = world.imap_address
        desk = start(
            HELPDESK_MAIL__LISTENER__ENABLED="false",
            HELPDESK_MAIL__IMAP__HOST=host,
            HELPDESK_MAIL__IMAP__PORT=str(port),
            HELPDESK_MAIL__IMAP__TLS="none",
            HELPDESK_MAIL__IMAP__USER=world.desk_address,
            HELPDESK_MAIL__IMAP__PASSWORD=world.imap_password,
            HELPDESK_MAIL__IMAP__POLL_SECONDS="1",
        )
        assert desk.parts.listener is None
        return desk

    return run


def _cards(visitor: Visitor, words: str) -> list[dict[str, Any]]:
    return [card for card in visitor.channel("#support") if words in text_of(card)]


def _card(visitor: Visitor, words: str) -> dict[str, Any]:
    return visitor.wait_until(lambda: visitor.find("#support", words), seconds=PATIENCE)


def _in_thread(visitor: Visitor, card: dict[str, Any], words: str) -> list[dict[str, Any]]:
    return [one for one in visitor.thread(card) if words in text_of(one)]


def test_a_customers_mail_is_read_answered_and_the_answer_lies_in_their_mailbox(
    start_reading: Callable[[], Any], world: Sandbox, visitor: Visitor
) -> None:
    start_reading()

    # given a mail in the desk's mailbox, which becomes a card
    visitor.mail(CARLA, subject="The oven page fails", text="It shows an error since this morning.")
    card = _card(visitor, "The oven page fails")

    # when Alice answers it
    visitor.click("Alice", card, "reply")
    answer = {"text": "Which browser do you use?", "then": "ask"}
    assert visitor.submit("Alice", answer)["outcome"] == "closed"

    # then Carla reads that with her mail program, and her answer comes to the same ticket
    visitor.wait_until(lambda: len(visitor.inbox(CARLA)) == 2)
    with IMAPClient(*world.imap_address, ssl=False, timeout=10) as hers:
        hers.login(CARLA, world.imap_password)
        hers.select_folder("INBOX")
        assert hers.search(["TEXT", "Which browser do you use?"]) == [hers.search()[-1]]
    visitor.reply(visitor.inbox(CARLA)[-1], "Firefox, the newest one.")
    visitor.wait_until(lambda: _in_thread(visitor, card, "Firefox"), seconds=PATIENCE)
    visitor.wait_until(lambda: "Waiting for support" in text_of(visitor.again(card)))
    assert len(_cards(visitor, "HD-")) == 1


def test_a_mail_server_that_fails_at_every_turn_loses_and_doubles_nothing(
    start_reading: Callable[[], Any], world: Sandbox, visitor: Visitor
) -> None:
    desk = start_reading()
    visitor.mail(CARLA, subject="Number one", text="Before anything fails.")
    _card(visitor, "Number one")

    # The line is cut while a mail is fetched, and while the next one is marked as seen.
    visitor.fault("imap.fetch", drop="after", after=1)
    visitor.fault("imap.store", drop="before")
    visitor.mail(CARLA, subject="Number two", text="The line is cut over this one.")
    _card(visitor, "Number two")
    visitor.wait_until(lambda: not visitor.state()["faults"], seconds=PATIENCE)

    # The server is down while mail comes in, and does not let the desk in at first.
    visitor.stop_mail_server("imap")
    visitor.mail(DIRK, subject="Number three", text="Nobody can read this yet.")
    visitor.wait_until(lambda: desk.parts.mailbox.problem, seconds=PATIENCE)
    visitor.fault("imap.login", error="the mailbox is locked")
    visitor.start_mail_server("imap")
    _card(visitor, "Number three")

    # The mailbox is restored: every mail in it has another number.
    visitor.recreate_mailbox(world.desk_address)
    visitor.mail(DIRK, subject="Number four", text="After the restore.")
    _card(visitor, "Number four")

    # Each mail is one ticket, each customer was told once of each, and the desk is well.
    for words in ("Number one", "Number two", "Number three", "Number four"):
        assert len(_cards(visitor, words)) == 1
    visitor.wait_until(lambda: len(visitor.inbox(CARLA)) == len(visitor.inbox(DIRK)) == 2)
    assert len(_cards(visitor, "HD-")) == 4
    assert desk.parts.mailbox.problem == ""
