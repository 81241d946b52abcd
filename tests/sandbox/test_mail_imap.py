"""The mailboxes over IMAP: what customers and the desk read there, and how it fails."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from sandbox.server import Sandbox
from sandbox.visitor import Visitor

HELP, CARLA = "help@desk.example", "carla@bakkerij-jansen.example"

Open = Callable[..., IMAPClient]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(imap=True) as running:
        running.deliver_mail_by = "imap"
        yield running


@pytest.fixture
def opened(sandbox: Sandbox) -> Iterator[Open]:
    """Opens a mailbox; every client is closed at the end."""
    clients: list[IMAPClient] = []

    def mailbox(address: str = HELP, folder: str = "INBOX", password: str = sandbox.imap_password) -> Any:
        client = IMAPClient(*sandbox.imap_address, ssl=False, timeout=30)
        clients.append(client)
        client.normalise_times = False
        client.login(address, password)
        client.select_folder(folder)
        return client

    yield mailbox
    for client in clients:
        with suppress(IMAPClientError, OSError):
            client.shutdown()


def subjects(client: IMAPClient) -> list[str]:
    found = client.fetch(client.search(), ["ENVELOPE"])
    return [found[uid][b"ENVELOPE"].subject.decode() for uid in sorted(found)]


def test_what_customers_send_lies_in_the_desks_mailbox_as_a_mail_server_leaves_it(
    visitor: Visitor, opened: Open
) -> None:
    visitor.turn_clock(-90_000)
    sent = visitor.mail(CARLA, subject="Oven", text="It is cold.", cc=["emma@noordzeepost.example"])
    desk = opened()
    (found,) = desk.fetch(desk.search(), ["INTERNALDATE", "BODY.PEEK[]", "FLAGS"]).values()
    assert found[b"BODY[]"].startswith(f"Return-Path: <{CARLA}>\r\nDelivered-To: {HELP}\r\n".encode())
    assert found[b"BODY[]"].endswith(visitor.raw(sent))
    assert abs(found[b"INTERNALDATE"] - datetime.fromisoformat(sent["at"])) < timedelta(seconds=2)
    assert [one["subject"] for one in visitor.inbox("emma@noordzeepost.example")] == ["Oven"]


def test_a_customer_reads_what_the_desk_sent_and_what_they_sent(
    sandbox: Sandbox, visitor: Visitor, opened: Open, deliver: Callable[[EmailMessage], None]
) -> None:
    visitor.mail(CARLA, subject="Oven", text="It is cold.")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = HELP, CARLA, "Your oven"
    mail.set_content("It is warm.")
    deliver(mail)
    assert subjects(opened(CARLA)) == ["Your oven"]
    assert subjects(opened(CARLA, "Sent")) == ["Oven"]
    assert subjects(opened("dirk@devries-transport.example")) == []


def test_a_client_that_waits_is_told_of_a_new_mail(visitor: Visitor, opened: Open) -> None:
    desk = opened()
    desk.idle()
    visitor.mail(CARLA, subject="Oven", text="It is cold.")
    assert (1, b"EXISTS") in desk.idle_check(timeout=30)
    desk.idle_done()
    assert subjects(desk) == ["Oven"]


def test_a_wrong_password_and_a_refused_login(visitor: Visitor, opened: Open) -> None:
    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        opened(password="guessed")
    visitor.fault("imap.login", error="mailbox is locked")
    with pytest.raises(LoginError, match="mailbox is locked"):
        opened()
    opened()


def test_a_server_that_is_down_or_busy(sandbox: Sandbox, visitor: Visitor, opened: Open) -> None:
    desk = opened()
    visitor.stop_mail_server("imap")
    with pytest.raises((IMAPClientAbortError, OSError)):
        desk.noop()
    with pytest.raises(ConnectionRefusedError):
        opened()
    visitor.start_mail_server("imap")
    visitor.fault("imap.connect", error="too many connections")
    with pytest.raises(IMAPClientError, match=r"BYE.*too many connections"):
        IMAPClient(*sandbox.imap_address, ssl=False, timeout=30)
    opened()


@pytest.mark.parametrize(("drop", "seen"), [("before", False), ("after", True)])
def test_the_line_is_cut_before_or_after_a_command(
    visitor: Visitor, opened: Open, drop: str, seen: bool
) -> None:
    visitor.mail(CARLA, subject="Oven", text="It is cold.")
    desk = opened()
    visitor.fault("imap.store", drop=drop)
    with pytest.raises((IMAPClientAbortError, OSError)):
        desk.add_flags(desk.search(), [b"\\Seen"])
    desk = opened()
    (flags,) = desk.get_flags(desk.search()).values()
    assert (b"\\Seen" in flags) is seen
    assert [one["name"] for one in visitor.journal("fault")] == ["imap.store"]


def test_a_refused_command_leaves_the_line_open(visitor: Visitor, opened: Open) -> None:
    visitor.mail(CARLA, subject="Oven", text="It is cold.")
    desk = opened()
    visitor.fault("imap.fetch", error="not now", times=2)
    for _ in range(2):
        with pytest.raises(IMAPClientError, match="not now"):
            subjects(desk)
    assert subjects(desk) == ["Oven"]
    visitor.cut_mail_server("imap")
    with pytest.raises((IMAPClientAbortError, OSError)):
        desk.noop()


def test_a_slow_server_outlasts_a_client_that_does_not_wait(visitor: Visitor, opened: Open) -> None:
    desk = opened()
    visitor.fault("imap.search", hang=0.5)
    desk.socket().settimeout(0.1)
    with pytest.raises(OSError, match="timed out"):
        desk.search()


def test_a_recreated_mailbox_holds_the_same_under_another_validity(visitor: Visitor, opened: Open) -> None:
    for subject in ("One", "Two"):
        visitor.mail(CARLA, subject=subject, text="Hello")
    desk = opened()
    before = desk.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
    validity = visitor.recreate_mailbox(HELP)
    with pytest.raises((IMAPClientAbortError, OSError)):
        desk.noop()
    desk = opened()
    assert desk.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"] == validity != before
    assert subjects(desk) == ["One", "Two"]


def test_a_mail_that_was_deleted_meanwhile_is_gone(visitor: Visitor, opened: Open) -> None:
    for subject in ("One", "Two"):
        visitor.mail(CARLA, subject=subject, text="Hello")
    desk = opened()
    first, second = desk.search()
    visitor.remove_mail(visitor.inbox(HELP)[0])
    desk.noop()  # only now this client is told: until then it may still see what it saw (RFC 2180)
    assert list(desk.fetch([first, second], ["BODY.PEEK[]"])) == [second]
    assert [one["subject"] for one in visitor.inbox(HELP)] == ["Two"]


def test_without_pymap_it_says_what_to_install() -> None:
    ask = "import sys; sys.modules['pymap'] = None; from sandbox.server import Sandbox; Sandbox(imap=True)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, timeout=100, check=False)
    assert done.returncode == 1
    assert b"RuntimeError: IMAP in the sandbox needs pymap" in done.stderr
    assert b"pip install pymap" in done.stderr
    usual = ask.replace("imap=True", "")
    assert subprocess.run([sys.executable, "-c", usual], timeout=100, check=False).returncode == 0
