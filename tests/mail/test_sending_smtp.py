"""Handing a mail over: how far it came is known after every break, and nothing is said without encryption
where encryption was asked for."""

import smtplib
import socket
import ssl
import threading
from contextlib import contextmanager, suppress

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from mail.dialling import share
from mail.smtp import Server, _stuffed, hand_over
from tests.counted import counting
from tests.ports import free_ports

RAW = b"Subject: hello\r\n\r\nHello.\r\n.\r\n..two\r\nend\r\n"

CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoaO64uZqwFW451+v
kMq62PinW5mVvKResytax2DBIxyhRANCAARwXsatABvEmret6TGSZRUdkPbk/UZR
MHdQnQlBUvziIHC5+Fw1tMUTtYJ8Mnj4PgMmNuTkzK2kfc+gg2lmyCLu
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUEWNF77JTTMT3EYOGCb6ncdfFiWgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDAxNDkzNVoYDzIxMjYxMDMx
MDE0OTM1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARwXsatABvEmret6TGSZRUdkPbk/UZRMHdQnQlBUvziIHC5+Fw1tMUT
tYJ8Mnj4PgMmNuTkzK2kfc+gg2lmyCLuo2kwZzAdBgNVHQ4EFgQUuQlOJzmc/lSU
yOXhJA9BkkassQIwHwYDVR0jBBgwFoAUuQlOJzmc/lSUyOXhJA9BkkassQIwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAPTkyquftJl2BjI9sSj+CScTwhXalwockBZSzDUn8zZ0AiEA0krT2s02
b5CDU+Ut5N2TrP3szVyVEOrwqJGtXYuuDc8=
-----END CERTIFICATE-----
"""
"""Made for these tests, for localhost, signed by itself; nothing else ever used this key."""


@pytest.fixture
def certificate(tmp_path):
    file = tmp_path / "localhost.pem"
    file.write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, ssl.create_default_context(cafile=file)


class Postbox:
    """Takes every mail, and remembers it.  answer: what it says to that."""

    def __init__(self):
        self.answer = "250 taken"
        self.mails = []
        self.encrypted = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        self.encrypted.append(session.ssl is not None)
        return self.answer


def a_free_port():
    return free_ports(1)[0]


@contextmanager
def mail_server(**settings):
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=a_free_port(), **settings)
    controller.start()
    try:
        yield controller.port, postbox
    finally:
        controller.stop()


DROP = object()


class Scripted:
    """An SMTP server that answers as it is told to: a reply per step, or DROP to hang up there."""

    def __init__(self, **replies):
        self.replies = {
            "banner": "220 hello", "EHLO": "250-me\r\n250 SIZE 1000000", "HELO": "250 me", "MAIL": "250 ok",
            "RCPT": "250 ok", "DATA": "354 go on", "dot": "250 taken", "QUIT": "221 bye", "AUTH": "235 ok",
        } | replies  # fmt: skip
        self.said = []
        self.taken = b""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listening.close()
        self._thread.join(10)

    def _serve(self):
        with suppress(OSError):
            self._talk(self._listening.accept()[0])

    def _talk(self, line):
        with line, line.makefile("rb") as heard:
            if not self._answer(line, "banner"):
                return
            for command in heard:
                verb = command.decode().split()[0].upper()
                self.said.append(command.decode().strip())
                if not self._answer(line, verb) or (verb == "DATA" and not self._body(line, heard)):
                    return

    def _body(self, line, heard):
        if not self.replies["DATA"].startswith("354"):
            return True
        for text in heard:
            if text == b".\r\n":
                return self._answer(line, "dot")
            self.taken += text
        return False

    def _answer(self, line, step):
        if self.replies[step] is DROP:
            return False
        line.sendall(self.replies[step].encode() + b"\r\n")
        return True


def give(port, *, sender="help@desk.example", recipient="jan@bakkerij.example", raw=RAW, **facts):
    server = Server(**{"host": "127.0.0.1", "port": port, "hello": "desk.example"} | facts)
    hand_over(raw, server, sender=sender, recipient=recipient)


def test_a_mail_arrives_byte_for_byte():
    with mail_server() as (port, postbox):
        give(port)

    assert postbox.mails == [("help@desk.example", ["jan@bakkerij.example"], RAW)]


def test_the_null_sender_stays_null():
    with mail_server() as (port, postbox):
        give(port, sender="")

    assert postbox.mails[0][0] == "<>"


@given(
    st.lists(st.sampled_from([b".", b"..", b"", b"a", b".a", b"\r", b"\n", b"\r\n"]), max_size=12).map(
        b"".join
    )
)
def test_nothing_inside_a_mail_ends_it(body):
    sent = _stuffed(body)

    assert sent.endswith(b"\r\n")
    assert b"\r\n.\r\n" not in b"\r\n" + sent
    assert b"\n" not in sent.replace(b"\r\n", b"")
    assert b"\r" not in sent.replace(b"\r\n", b"")


def test_starttls_and_a_login_come_before_the_mail(certificate):
    ours, trusting = certificate
    seen = []

    def knows(server, session, envelope, mechanism, login):
        seen.append((session.ssl is not None, login == LoginPassword(b"help", b"hunter2")))
        return AuthResult(success=seen[-1][1], handled=False)

    settings = {"tls_context": ours, "require_starttls": True, "authenticator": knows, "auth_required": True}
    with mail_server(**settings) as (port, postbox):
        facts = {"host": "localhost", "tls": "starttls", "context": trusting, "user": "help"}
        give(port, **facts, password="hunter2")
        with pytest.raises(DeliveryHeld, match="535"):
            give(port, **facts, password="wrong")

    assert seen[0] == (True, True)
    assert postbox.encrypted == [True]


def test_a_server_that_cannot_prove_its_name_gets_no_mail(certificate):
    ours, trusting = certificate
    with mail_server(tls_context=ours) as (port, postbox):
        with pytest.raises(DeliveryHeld, match="certificate"):
            give(port, host="localhost", tls="starttls")
        with pytest.raises(DeliveryHeld, match="certificate"):
            give(port, host="127.0.0.1", tls="starttls", context=trusting)

    assert postbox.mails == []


def test_encryption_from_the_first_byte(certificate):
    ours, trusting = certificate
    with mail_server(ssl_context=ours) as (port, postbox):
        give(port, host="localhost", tls="tls", context=trusting)
        with pytest.raises(DeliveryHeld, match="certificate"):
            give(port, host="localhost", tls="tls")

    assert len(postbox.mails) == 1


def test_where_starttls_is_asked_for_and_absent_nothing_is_said():
    with Scripted() as server, pytest.raises(DeliveryHeld, match="STARTTLS"):
        give(server.port, tls="starttls", user="help", password="hunter2")

    assert server.said[0] == "ehlo desk.example"
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.said)


def test_nobody_at_home_closes_the_road_for_a_moment():
    with pytest.raises(DeliveryHeld, match="cannot be reached") as held:
        give(a_free_port())
    assert held.value.wait.total_seconds() <= 60


@pytest.mark.parametrize(
    "replies",
    [
        {"banner": "421 too busy"},
        {"banner": "554 go away"},
        {"banner": DROP},
        {"EHLO": DROP},
        {"EHLO": "502 what", "HELO": "421 no"},
        {"MAIL": "530 log in first"},
    ],
    ids=["busy", "go away", "no banner", "hangs up at once", "no greeting", "wants a login"],
)
def test_a_server_that_serves_nobody_closes_the_road(replies):
    with Scripted(**replies) as server, pytest.raises(DeliveryHeld):
        give(server.port)


def test_a_refused_login_closes_the_road_until_somebody_mends_it():
    ehlo = "250-me\r\n250 AUTH PLAIN"
    with Scripted(EHLO=ehlo, AUTH="535 no") as server, pytest.raises(DeliveryHeld, match="535") as held:
        give(server.port, user="help", password="wrong")
    assert "wrong" not in str(held.value)
    with Scripted() as server, pytest.raises(DeliveryHeld):
        give(server.port, user="help", password="secret")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize(("code", "permanent"), [(450, False), (550, True)])
def test_a_refusal_at_any_step_is_clean(step, code, permanent):
    words = f"{code} 4.7.1 no, thank you"
    with Scripted(**{step: words}) as server, pytest.raises(DeliveryFailed, match=words) as failed:
        give(server.port)

    assert failed.value.permanent is permanent
    assert failed.value.wait is None


def test_greylisting_asks_for_patience():
    later = "451 4.7.1 greylisted, come back later"
    with Scripted(RCPT=later) as server, pytest.raises(DeliveryFailed, match="greylisted") as failed:
        give(server.port)

    assert not failed.value.permanent
    assert "DATA" not in server.said


def test_a_server_that_shuts_down_is_asked_again_shortly():
    with Scripted(MAIL="421 shutting down") as server, pytest.raises(DeliveryFailed) as failed:
        give(server.port)

    assert not failed.value.permanent
    assert failed.value.wait is not None


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_line_that_breaks_before_the_final_dot_breaks_cleanly(step):
    with Scripted(**{step: DROP}) as server, pytest.raises(DeliveryFailed) as failed:
        give(server.port)

    assert not failed.value.permanent
    assert server.taken == b""


def test_a_line_that_breaks_after_the_final_dot_leaves_doubt():
    with Scripted(dot=DROP) as server, pytest.raises(DeliveryUncertain, match="did not say"):
        give(server.port)

    assert server.taken.startswith(b"Subject: hello")


@pytest.mark.parametrize(
    ("replies", "answer"),
    [
        ({}, "2xx"), ({"RCPT": "450 no"}, "4xx"), ({"dot": "550 no"}, "5xx"), ({"DATA": DROP}, "no answer"),
        ({"dot": DROP}, "lost"),
    ],
)  # fmt: skip
def test_what_a_server_answers_is_counted(replies, answer):
    with counting() as counts, Scripted(**replies) as server, suppress(DeliveryFailed, DeliveryUncertain):
        give(server.port)

    assert counts == {("smtp_result_total", answer): 1, ("smtp_send_seconds_count",): 1}


def test_a_server_that_lets_nobody_in_is_counted():
    with counting() as counts, pytest.raises(DeliveryHeld):
        give(a_free_port())

    assert counts["smtp_result_total", "not let in"] == 1


def test_nonsense_after_the_final_dot_leaves_doubt():
    with Scripted(dot="thank you very much") as server, pytest.raises(DeliveryUncertain):
        give(server.port)


def test_a_line_that_breaks_after_the_answer_breaks_nothing():
    with Scripted(QUIT=DROP) as server:
        give(server.port)

    assert server.said[-1] == "QUIT"


def test_a_server_that_takes_too_long_to_let_us_in_holds_up_its_mails_no_longer_than_their_lease():
    clock = iter([0.0, 1.0, 1.0, 2.0, *[100.0] * 9])
    with Scripted(EHLO="250-me\r\n250 AUTH PLAIN") as server:
        server_facts = Server(
            host="127.0.0.1", port=server.port, hello="desk.example", user="desk", password="hush"
        )
        with pytest.raises(DeliveryHeld, match="too long"):
            hand_over(
                RAW, server_facts, sender="a@b.example", recipient="c@d.example",
                monotonic=lambda: next(clock),
            )  # fmt: skip

    assert server.said[0] == "ehlo desk.example"
    assert not any(line.startswith("AUTH") for line in server.said)


def test_of_several_addresses_none_takes_the_time_of_the_others():
    assert share(15.0, lambda: 6.0, ["one", "two"]) == 3.0
    assert share(15.0, lambda: 45.0, ["one", "two"]) == 15.0


def test_an_address_that_refuses_leaves_the_mail_to_the_next():
    dead, look_up = free_ports(1)[0], socket.getaddrinfo
    with Scripted() as server:
        ports = (dead, server.port)

        def both(host, port, **how):
            return [each for one in ports for each in look_up("127.0.0.1", one, **how)]

        through = Server(host="two.example", port=25, hello="desk.example", look_up=both)
        hand_over(RAW, through, sender="a@b.example", recipient="c@d.example")
        assert server.taken


def test_where_nobody_says_where_the_server_is_its_mails_wait_no_longer_than_a_step():
    end = threading.Event()
    silent = Server(host="lost.example", hello="x", timeout=0.05, look_up=lambda *_, **__: [end.wait(60)])
    try:
        with pytest.raises(DeliveryHeld, match=r"cannot be reached: nobody says where lost\.example is"):
            hand_over(RAW, silent, sender="a@b.example", recipient="c@d.example")
    finally:
        end.set()


def test_a_mail_that_takes_too_long_is_stopped_before_the_final_dot():
    clock = iter([0.0, *[1.0] * 6, *[100.0] * 9])
    with Scripted() as server:
        server_facts = Server(host="127.0.0.1", port=server.port, hello="desk.example")
        with pytest.raises(DeliveryFailed, match="too long") as failed:
            hand_over(
                RAW,
                server_facts,
                sender="a@b.example",
                recipient="c@d.example",
                monotonic=lambda: next(clock),
            )

    assert not failed.value.permanent
    assert "DATA" in server.said
    assert server.taken == b""


def test_a_server_is_told_how_large_the_mail_is():
    with Scripted(MAIL="552 too large") as server, pytest.raises(DeliveryFailed, match="too large") as failed:
        give(server.port)

    assert failed.value.permanent
    assert f"size={len(RAW)}" in server.said[1].lower()


def test_a_password_is_not_shown():
    assert "hunter2" not in repr(Server(host="x", user="u", password="hunter2"))


def test_what_breaks_is_one_of_three_things_and_never_smtplibs():
    for replies in (
        {"RCPT": "abc"},
        {"DATA": "999 x"},
        {"MAIL": "250-never ends"},
        {"dot": "250-" + "x" * 9000},
    ):
        with Scripted(**replies) as server:
            try:
                give(server.port, timeout=1.0)
            except (DeliveryFailed, DeliveryHeld, DeliveryUncertain):
                continue
            except smtplib.SMTPException as error:  # pragma: no cover
                pytest.fail(f"{replies}: {error!r}")
