"""The customers' mail server fails as real ones do: at every step, for one recipient, for a while."""

import smtplib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Visitor

HELP, CARLA, EMMA = "help@desk.example", "carla@bakkerij-jansen.example", "emma@noordzeepost.example"
MAIL = b"From: help@desk.example\r\nSubject: Oven\r\n\r\nIt is warm.\r\n"
HUNG_UP = (smtplib.SMTPServerDisconnected, ConnectionError)


@pytest.fixture
def smtp(sandbox: Sandbox) -> Iterator[smtplib.SMTP]:
    """A client that has said hello."""
    with suppress(smtplib.SMTPException, OSError), connected(sandbox) as client:
        client.ehlo("desk.example")
        yield client


def connected(sandbox: Sandbox) -> smtplib.SMTP:
    return smtplib.SMTP(*sandbox.smtp_address, local_hostname="desk.example", timeout=30)


def send(sandbox: Sandbox, *recipients: str, raw: bytes = MAIL) -> dict[str, Any]:
    with connected(sandbox) as client:
        return client.sendmail(HELP, list(recipients), raw)


def outcomes(visitor: Visitor) -> list[tuple[str, str, str]]:
    entries = visitor.journal("mail")
    return [(one["name"], one["detail"]["stage"], one["detail"]["outcome"]) for one in entries]


def test_a_server_that_is_down_refuses_connections_until_it_is_up_again(
    sandbox: Sandbox, visitor: Visitor, smtp: smtplib.SMTP
) -> None:
    visitor.stop_mail_server("smtp")
    with pytest.raises(HUNG_UP):
        smtp.mail(HELP)
    with pytest.raises(ConnectionRefusedError):
        connected(sandbox)
    visitor.start_mail_server("smtp")
    assert send(sandbox, CARLA) == {}
    assert len(visitor.inbox(CARLA)) == 1


def test_a_busy_server_says_so_instead_of_a_greeting(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.fault("smtp.connect", status=421, error="4.3.2 too busy")
    with pytest.raises(smtplib.SMTPConnectError, match="too busy") as busy:
        connected(sandbox)
    assert busy.value.smtp_code == 421
    assert outcomes(visitor) == [("refused", "smtp.connect", "refused")]
    assert visitor.journal("mail")[0]["detail"]["answer"] == "421 4.3.2 too busy"


def test_a_server_hangs_up_without_a_greeting(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.fault("smtp.connect", drop="before")
    with pytest.raises(HUNG_UP):
        connected(sandbox)
    assert outcomes(visitor) == [("dropped", "smtp.connect", "not taken")]


def test_a_slow_greeting_outlasts_a_client_that_does_not_wait(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.fault("smtp.connect", hang=0.5)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        smtplib.SMTP(*sandbox.smtp_address, timeout=0.1)
    visitor.fault("smtp.connect", hang=0.1)
    assert send(sandbox, CARLA) == {}


@pytest.mark.parametrize("status", [451, 550])
def test_the_sender_is_refused(visitor: Visitor, smtp: smtplib.SMTP, status: int) -> None:
    visitor.fault("smtp.mail", status=status, error="not from you")
    assert smtp.mail(HELP) == (status, b"not from you")
    assert smtp.mail(HELP)[0] == 250
    assert outcomes(visitor) == [("refused", "smtp.mail", "refused")]
    assert visitor.journal("mail")[0]["detail"]["sender"] == HELP


def test_one_recipient_is_refused_and_the_other_gets_the_mail(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.fault("smtp.rcpt", status=550, error="5.1.1 no such user", recipient=EMMA)
    assert send(sandbox, CARLA, EMMA) == {EMMA: (550, b"5.1.1 no such user")}
    assert (len(visitor.inbox(CARLA)), len(visitor.inbox(EMMA))) == (1, 0)
    refused, taken = visitor.journal("mail")
    assert (refused["detail"]["stage"], refused["detail"]["to"]) == ("smtp.rcpt", [EMMA])
    assert (taken["detail"]["outcome"], taken["detail"]["to"]) == ("taken", [CARLA])


def test_a_fault_for_somebody_else_leaves_a_mail_alone(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.fault("smtp.rcpt", status=450, recipient=EMMA)
    assert send(sandbox, CARLA) == {}
    assert [one["recipient"] for one in visitor.state()["faults"]] == [EMMA]


@pytest.mark.parametrize("step", ["smtp.mail", "smtp.rcpt", "smtp.data"])
def test_the_line_is_cut_before_a_mail_is_taken(sandbox: Sandbox, visitor: Visitor, step: str) -> None:
    visitor.fault(step, drop="before")
    with pytest.raises(HUNG_UP):
        send(sandbox, CARLA)
    assert visitor.inbox(CARLA) == []
    assert outcomes(visitor) == [("dropped", step, "not taken")]


def test_the_line_is_cut_after_the_mail_was_taken(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.fault("smtp.data", drop="after")
    with pytest.raises(HUNG_UP):
        send(sandbox, CARLA)
    assert len(visitor.inbox(CARLA)) == 1
    said = "taken, and nothing was answered"
    assert outcomes(visitor) == [("received", "smtp.data", said), ("dropped", "smtp.data", said)]


def test_a_mail_is_taken_although_the_answer_is_no(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.fault("smtp.data", status=451, effect=True)
    with pytest.raises(smtplib.SMTPDataError):
        send(sandbox, CARLA)
    assert len(visitor.inbox(CARLA)) == 1
    assert outcomes(visitor)[0] == ("received", "smtp.data", "taken, and answered 451")


def test_faults_wait_for_their_turn_and_end(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.fault("smtp.data", status=452, after=1, times=2)
    send(sandbox, CARLA)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError):
            send(sandbox, CARLA)
    send(sandbox, CARLA)
    assert len(visitor.inbox(CARLA)) == 2


def test_a_client_that_leaves_in_the_middle_of_a_mail_is_noted(
    sandbox: Sandbox, visitor: Visitor, smtp: smtplib.SMTP
) -> None:
    smtp.mail(HELP)
    smtp.rcpt(CARLA)
    smtp.docmd("DATA")
    smtp.send("Subject: unfinished\r\n")
    smtp.close()
    visitor.wait_until(lambda: outcomes(visitor) == [("dropped", "smtp.data", "the client hung up")])
    assert visitor.inbox(CARLA) == []


def test_greylisting_puts_off_each_pair_until_its_time_has_passed(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.greylist(300)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(sandbox, CARLA)
        assert refused.value.recipients[CARLA][0] == 451
    visitor.turn_clock(301)
    assert send(sandbox, CARLA) == {}
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sandbox, EMMA)
    visitor.greylist(0)
    assert send(sandbox, EMMA) == {}


def test_a_mail_that_is_too_large_is_refused_when_it_is_announced_and_when_it_is_not(
    sandbox: Sandbox, visitor: Visitor
) -> None:
    visitor.limit_mail_size(2_000)
    with connected(sandbox) as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "2000"
        assert client.mail(HELP, ["SIZE=2001"])[0] == 552
        assert client.mail(HELP)[0] == 250
        client.rcpt(CARLA)
        assert client.data(MAIL + b"more\r\n" * 400)[0] == 552
        assert client.mail(HELP, ["SIZE=100"])[0] == 250
        client.rcpt(CARLA)
        assert client.data(MAIL)[0] == 250
    stages = [("refused", "smtp.mail", "refused"), ("refused", "smtp.data", "refused")]
    assert outcomes(visitor) == [*stages, ("received", "smtp.data", "taken")]


@pytest.mark.parametrize(
    ("step", "plan", "why"),
    [
        ("smtp.quit", {"status": 450}, "there is no step smtp.quit: it is one of smtp.connect, smtp.mail"),
        ("smtp.rcpt", {"drop": "after"}, "smtp.rcpt cannot have drop=after: possible are status, error"),
        ("smtp.mail", {"status": 550, "recipient": CARLA}, "smtp.mail cannot have recipient"),
        ("smtp.data", {"twice": True}, "smtp.data cannot have twice"),
        ("smtp.data", {"status": 250}, "status is what the server refuses with, 400 to 599, not 250"),
        ("smtp", {"status": 451, "drop": "before"}, "after a drop nothing is answered"),
        ("smtp", {"effect": True}, "effect takes the mail and answers no: give a status too"),
        ("smtp", {"error": "no"}, "error is the text of a status"),
        ("smtp", {"status": 451, "error": "no\r\n250 yes"}, "error is one line"),
        ("smtp", {"times": 3}, "say what goes wrong"),
        ("smtp", {"status": 451, "times": 0}, "times is 1 or more"),
        ("smtp", {"hang": -1}, "hang is a number of seconds"),
        ("imap.fetch", {"status": 451}, "imap.fetch cannot have status: possible are error, hang"),
        ("chat.postMessage", {"error": "x", "recipient": CARLA}, "chat.postMessage has no recipient"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_what_is_possible(
    visitor: Visitor, step: str, plan: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotPossibleHere, match=why):
        visitor.fault(step, **plan)
    assert visitor.state()["faults"] == []


@pytest.mark.parametrize(
    ("act", "body", "why"),
    [
        ("mail_server", {"server": "pop3", "does": "stop"}, "the mail servers are smtp and imap, not pop3"),
        ("mail_server", {"server": "smtp", "does": "sing"}, "can stop, start or cut, not sing"),
        ("mail_server", {"server": "imap", "does": "stop"}, "has no IMAP server"),
        ("settings", {"deliver_mail_by": "imap"}, "has no IMAP server"),
        ("settings", {"deliver_mail_by": "pigeon"}, "by smtp or imap, not by pigeon"),
        ("settings", {"greylist_seconds": -1}, "greylist_seconds is 0 or more"),
        ("settings", {"mail_size_limit": 0}, "mail_size_limit is 1 or more"),
        ("away", {"address": "carla"}, "carla is no address"),
        ("away", {"address": CARLA, "language": "tlh"}, "it is one of en, nl, de, fr"),
        ("bounce", {"letter": "m99"}, "there is no mail m99"),
    ],
)
def test_an_act_that_makes_no_sense_is_refused_with_what_is_possible(
    visitor: Visitor, act: str, body: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotPossibleHere, match=why):
        visitor._do(act, **body)
