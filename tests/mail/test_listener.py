"""Mail over real SMTP and LMTP connections: what was acknowledged is in the inbox."""

import smtplib
import socket
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from mail.listener import Listener
from store import tables
from store.database import Database

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DESK = "help@desk.example"
ALICE = "alice@customer.example"
RAW = (
    b"From: Alice <alice@customer.example>\r\nTo: help@desk.example\r\nSubject: Printer\r\n"
    b"Message-ID: <m1@customer.example>\r\n\r\nThe printer is on fire.\r\n.\r\nEnd \xff.\r\n"
)


@contextmanager
def listening(db, **facts):
    listener = Listener(db, [DESK, "Support@desk.example"], clock=lambda: MONDAY, port=0, **facts)
    listener.start()
    try:
        yield listener
    finally:
        listener.stop()


def kept(db):
    with db.read() as session:
        return session.execute(select(tables.inbox).order_by(tables.inbox.c.id)).all()


@pytest.fixture(params=["smtp", "lmtp"])
def protocol(request):
    return request.param


def client(listener, protocol):
    kind = smtplib.SMTP if protocol == "smtp" else smtplib.LMTP
    return kind(listener.host, listener.port, local_hostname="mx.customer.example", timeout=20)


@pytest.mark.both_engines
def test_an_accepted_mail_is_in_the_inbox_as_it_came(db, protocol):
    arrived = []
    with (
        listening(db, protocol=protocol, on_mail=lambda: arrived.append(1)) as listener,
        client(listener, protocol) as server,
    ):
        server.sendmail(ALICE, [DESK], RAW)
        (mail,) = kept(db)

    assert (mail.raw, mail.source, mail.arrived_at, mail.state) == (RAW, protocol, MONDAY, "new")
    assert mail.envelope == {"sender": ALICE, "recipients": [DESK], "peer": "127.0.0.1"}
    assert arrived == [1]


def test_a_bounce_has_no_sender(db):
    with listening(db) as listener, client(listener, "smtp") as server:
        server.sendmail("", [DESK], RAW)

    assert kept(db)[0].envelope["sender"] == ""


def test_an_address_in_other_letters_or_with_a_tag_is_the_desks_too(db):
    with listening(db) as listener, client(listener, "smtp") as server:
        ours = ["SUPPORT@Desk.example", "help+hd1.tag@desk.example"]
        refused = server.sendmail(ALICE, [*ours, "boss@desk.example"], RAW)

    assert refused == {"boss@desk.example": (550, b"5.1.1 This is not an address of the desk")}
    assert kept(db)[0].envelope["recipients"] == ours


def test_lmtp_answers_once_for_each_recipient(db):
    with listening(db, protocol="lmtp", max_bytes=2_000) as listener, client(listener, "lmtp") as server:
        server.ehlo_or_helo_if_needed()
        codes = []
        for data in (RAW, RAW + b"x" * 3_000):
            server.mail(ALICE)
            server.rcpt(DESK)
            server.rcpt("support@desk.example")
            codes += [server.data(data)[0], server.getreply()[0]]
        codes.append(server.noop()[0])

    assert codes == [250, 250, 552, 552, 250]
    assert len(kept(db)) == 1


def test_a_mail_that_is_too_large_is_refused_for_good(db):
    with listening(db, max_bytes=2_000) as listener, client(listener, "smtp") as server:
        with pytest.raises(smtplib.SMTPSenderRefused) as announced:
            server.sendmail(ALICE, [DESK], RAW + b"x" * 3_000)
        server.esmtp_features.clear()  # a client that announces no size
        with pytest.raises(smtplib.SMTPDataError) as found:
            server.sendmail(ALICE, [DESK], RAW + b"x" * 3_000)

    assert (announced.value.smtp_code, found.value.smtp_code) == (552, 552)
    assert kept(db) == []


@pytest.mark.parametrize("raw", [b"", b"\r\n", b" \r\n\t\r\n"], ids=repr)
def test_an_empty_mail_is_refused(db, raw):
    with (
        listening(db) as listener,
        client(listener, "smtp") as server,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        server.sendmail(ALICE, [DESK], raw)

    assert (refused.value.smtp_code, refused.value.smtp_error) == (554, b"5.6.0 The message is empty")


def test_a_whole_page_on_one_line_is_taken(db):
    with listening(db) as listener, client(listener, "smtp") as server:
        server.sendmail(ALICE, [DESK], RAW + b"<p>" * 50_000 + b"\r\n")

    assert len(kept(db)[0].raw) > 150_000


def test_a_sender_with_odd_bytes_stops_nothing(db):
    with (
        listening(db) as listener,
        socket.create_connection((listener.host, listener.port), timeout=20) as line,
        line.makefile("rb") as answers,
    ):
        answers.readline()
        said = []
        for command in (
            b"HELO x", b"MAIL FROM:<a\xff\x00b@customer.example>", b"RCPT TO:<help@desk.example>", b"DATA",
            RAW.replace(b"\r\n.\r\n", b"\r\n") + b".",
        ):  # fmt: skip
            line.sendall(command + b"\r\n")
            said.append(answers.readline()[:3])

    assert said[-1] == b"250", said
    assert kept(db)[0].envelope["sender"] == "ab@customer.example"


def test_without_a_database_the_sender_tries_again_later(tmp_path, protocol):
    nowhere = Database(f"sqlite:///{tmp_path / 'missing' / 'helpdesk.sqlite3'}")
    with (
        listening(nowhere, protocol=protocol) as listener,
        client(listener, protocol) as server,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        server.sendmail(ALICE, [DESK], RAW)
    nowhere.close()

    assert refused.value.smtp_code == 451
    assert b"try again later" in refused.value.smtp_error


def test_a_fault_of_ours_makes_the_sender_try_again_later(db):
    def fault():
        raise ZeroDivisionError

    with (
        listening(db, on_mail=fault) as listener,
        client(listener, "smtp") as server,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        server.sendmail(ALICE, [DESK], RAW)

    assert refused.value.smtp_code == 451


def test_a_taken_port_is_said_at_the_start(db):
    with listening(db) as listener:
        second = Listener(db, [DESK], clock=lambda: MONDAY, port=listener.port)
        with pytest.raises(OSError, match="address already in use"):
            second.start()
        second.stop()


def test_a_stopped_listener_hangs_up_and_leaves_nothing_open(db):
    with listening(db) as listener:
        waiting = client(listener, "smtp")
        waiting.ehlo()

    with pytest.raises(OSError):  # noqa: PT011
        waiting.sendmail(ALICE, [DESK], RAW)
    waiting.close()
    with pytest.raises(ConnectionRefusedError):
        client(listener, "smtp")
