"""The desk reads its mail by IMAP: a whole journey, and a mail server that fails in between."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from imapclient import IMAPClient

from sandbox.server import Sandbox
from sandbox.visitor import Visitor, text_of
from tests.journeys.conftest import world_with_mailboxes
from tests.mailboxes import mailbox_alone

CARLA, DIRK = "carla@bakkerij-jansen.example", "dirk@devries-transport.example"
EMMA, FRANK = "emma@noordzeepost.example", "frank@peters-advies.example"
SALES = "sales@desk.example"
PATIENCE = 30
"""Seconds at the most; the desk pauses a little before it tries a mail server again."""


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with world_with_mailboxes() as world:
        yield world


@pytest.fixture
def start_reading(start: Callable[..., Any], world: Sandbox, visitor: Visitor) -> Callable[[], Any]:
    """Starts a desk without a listener, whose mail is in its mailbox; gives it once it has looked there."""

    def run(**more: str) -> Any:
        desk = start(**more, **mailbox_alone(world), HELPDESK_MAIL__IMAP__RETRY_SECONDS="0.1")
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
    assert visitor.submit("Alice", answer)["outcome"] == "pushed"
    assert visitor.submit("Alice")["outcome"] == "cleared"

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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_writes_to_another_address_of_the_desk_is_answered_from_that_one(
    start_reading: Callable[..., Any], world: Sandbox, visitor: Visitor
) -> None:
    # given a desk that reads a second folder, whose mails are of its sales address
    host, port = world.imap_address
    sales = {"address": SALES, "name": "Sales", "host": host, "port": port, "tls": "none", "folder": "Sales"}
    login = {"user": world.desk_address, "password": world.imap_password, "poll_seconds": 1}
    move = {"after_reading": "move", "move_to": "Done"}
    with IMAPClient(host, port, ssl=False, timeout=10) as human:
        human.login(world.desk_address, world.imap_password)
        human.create_folder("Sales")
        start_reading(HELPDESK_MAILBOXES=json.dumps([sales | login | move]))

        # when Dirk's mail comes there
        human.append("Sales", f"From: {DIRK}\r\nSubject: A larger oven\r\n\r\nDo you sell any?\r\n".encode())
        _card(visitor, "A larger oven")

        # then he is told from there that it came, and the mail lies where it was meant to be moved
        (letter,) = visitor.wait_until(lambda: visitor.inbox(DIRK))
        assert letter["from"] == f"Sales <{SALES}>"
        visitor.wait_until(lambda: human.folder_status("Done", ["MESSAGES"])[b"MESSAGES"] == 1)


@pytest.mark.both_engines
def test_a_cut_line_and_a_restored_mailbox_lose_and_double_nothing(
    start_reading: Callable[[], Any], world: Sandbox, visitor: Visitor
) -> None:
    # given a desk that reads its mailbox
    desk = start_reading()
    visitor.mail(CARLA, subject="Number one", text="Before anything fails.")
    _card(visitor, "Number one")

    # when the line is cut over the next mail, after the server has sent it
    visitor.fault("imap.fetch", drop="after", after=1)
    visitor.mail(DIRK, subject="Number two", text="The line is cut over this one.")
    _card(visitor, "Number two")
    assert [one["name"] for one in visitor.journal("fault")] == ["imap.fetch"]
    _reads_again(desk, visitor, EMMA, "Number three")

    # and the mailbox is restored, where every mail has another number now
    visitor.recreate_mailbox(world.desk_address)
    visitor.mail(FRANK, subject="Number four", text="After the restore.")
    _card(visitor, "Number four")

    # then each mail is one ticket, and each customer was told once of each
    _is_whole(desk, visitor, "Number one", "Number two", "Number three", "Number four")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_server_that_is_down_for_a_while_loses_and_doubles_nothing(
    start_reading: Callable[[], Any], visitor: Visitor
) -> None:
    # given a desk whose line was cut when it had kept a mail and said so
    desk = start_reading()
    visitor.fault("imap.store", drop="before")
    visitor.mail(CARLA, subject="Number one", text="Kept, and not marked.")
    _card(visitor, "Number one")
    visitor.wait_until(lambda: not visitor.state()["faults"])
    _reads_again(desk, visitor, DIRK, "Number two")

    # when mail comes in while the server is down
    visitor.stop_mail_server("imap")
    visitor.mail(EMMA, subject="Number three", text="Nobody can read this yet.")
    visitor.wait_until(lambda: "refused" in desk.parts.mailboxes[0].problem, seconds=PATIENCE)
    assert _cards(visitor, "Number three") == []
    visitor.start_mail_server("imap")
    _card(visitor, "Number three")

    # then each mail is one ticket, and each customer was told once of each
    _is_whole(desk, visitor, "Number one", "Number two", "Number three")


def _reads_again(desk: Any, visitor: Visitor, sender: str, subject: str) -> None:
    """Wait until the desk has read its mailbox, waited for mail there, and read this one."""
    visitor.wait_until(lambda: not desk.parts.mailboxes[0].problem, seconds=PATIENCE)
    visitor.mail(sender, subject=subject, text="Is anybody there?")
    _card(visitor, subject)


def _is_whole(desk: Any, visitor: Visitor, *subjects: str) -> None:
    """One card for each mail; one confirmation for each of the customers, of whom everybody wrote once."""

    def told() -> list[str]:
        return sorted(
            letter["subject"] for who in (CARLA, DIRK, EMMA, FRANK) for letter in visitor.inbox(who)
        )

    visitor.wait_until(lambda: len(told()) >= len(subjects))
    assert len(_cards(visitor, "HD-")) == len(subjects)
    for subject in subjects:
        assert len(_cards(visitor, subject)) == 1
        assert len([one for one in told() if subject in one]) == 1
    assert desk.parts.mailboxes[0].problem == ""
