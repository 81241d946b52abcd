"""Two desks in one house over real HTTP, IMAP and SMTP: each has its mailbox, channel, people and leads."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from imapclient import IMAPClient

from sandbox.server import Sandbox
from sandbox.visitor import Visitor, text_of

CARLA, DIRK = "carla@bakkerij-jansen.example", "dirk@devries-transport.example"
SALES = "sales@desk.example"


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(imap=True, ack_seconds=30) as sandbox:
        sandbox.deliver_mail_by = "imap"
        yield sandbox


def _settings(world: Sandbox, visitor: Visitor) -> dict[str, str]:
    """A second mailbox, and a second desk that gets what is written there; Nora works it, Pia leads it."""
    visitor.hire("Pia", channels=())
    channel = visitor.new_channel("sales", ["Nora", "Pia", "Helpdesk"])["id"]
    leads = visitor.new_channel("sales-leads", ["Pia", "Helpdesk"])["id"]
    host, port = world.imap_address
    login = {"host": host, "port": port, "tls": "none", "password": world.imap_password, "poll_seconds": 1}
    sales = {"name": "Sales", "support_channel": channel, "leads_channel": leads, "leads": ["U0PIA"]}
    return {
        "HELPDESK_MAIL__LISTENER__ENABLED": "false",
        **{f"HELPDESK_MAIL__IMAP__{name.upper()}": str(value) for name, value in login.items()},
        "HELPDESK_MAIL__IMAP__USER": world.desk_address,
        "HELPDESK_MAILBOXES": json.dumps(
            [login | {"user": world.desk_address, "folder": "Sales", "address": SALES}]
        ),
        "HELPDESK_DESKS": json.dumps([sales | {"addresses": [SALES], "language": "nl"}]),
    }


def test_mail_to_the_second_mailbox_is_worked_by_the_second_desk_alone(
    start: Callable[..., Any], world: Sandbox, visitor: Visitor, clock: Any
) -> None:
    with IMAPClient(*world.imap_address, ssl=False, timeout=10) as human:
        human.login(world.desk_address, world.imap_password)
        human.create_folder("Sales")
        desk = start(**_settings(world, visitor))
        human.append("Sales", f"From: {DIRK}\r\nSubject: 12345\r\n\r\n42\r\n".encode())

    # Each mail gets its card in the channel of its desk, and nowhere else.
    visitor.mail(CARLA, subject="The oven page fails", text="It shows an error since this morning.")
    visitor.wait_until(lambda: visitor.find("#support", "The oven page fails"))
    theirs = visitor.wait_until(lambda: visitor.find("#sales", "12345"))
    assert visitor.find("#sales", "The oven page fails") is None
    assert visitor.find("#support", "12345") is None

    # Its own people work it; the desk answers from its address, in its language.
    visitor.click("Nora", theirs, "take")
    visitor.wait_until(lambda: "In progress" in str(visitor.again(theirs)["text"]))
    letters = visitor.wait_until(lambda: len(visitor.inbox(DIRK)) >= 2 and visitor.inbox(DIRK))
    assert all(SALES in str(letter) for letter in letters)
    assert any("ontvangen" in letter["text"] for letter in letters), letters

    # Whoever is of one desk is refused at the other, and reads whom to ask.
    (number,) = {*re.findall(r"HD-(\d+)", text_of(theirs))}
    visitor.slash("Alice", "/ticket", f"take {number}")
    visitor.wait_until(lambda: _refused(visitor, "Alice", "this ticket is for Sales"))
    visitor.invite("#sales", "Bob")
    visitor.invite("#support", "Bob", there=False)
    visitor.slash("Bob", "/ticket", f"take {number}", channel="#sales")
    visitor.wait_until(lambda: _refused(visitor, "Bob", f"HD-{number} is nu van jou"))

    # Its broken promises are told to its own leads.
    midnight = clock().replace(hour=0)  # UTC; half an hour after now the desk may be shut
    opening = desk.parts.policy.hours.next_opening(midnight + timedelta(days=14))
    clock.ahead += opening + timedelta(minutes=30) - clock()
    desk.parts.scheduler.wake("sweep")
    told = visitor.wait_until(lambda: visitor.channel("#sales-leads"))
    assert "<@U0PIA>" in json.dumps(told)
    assert "The oven page fails" not in json.dumps(told)
    ours = visitor.wait_until(lambda: visitor.channel("#support-leads"))
    assert "12345" not in json.dumps(ours)


def _refused(visitor: Visitor, who: str, words: str) -> bool:
    return any(words in json.dumps(one) for one in visitor.ephemerals(who))
