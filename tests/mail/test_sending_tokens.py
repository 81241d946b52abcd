"""A mail server that wants access tokens, and what happens when it does not like ours."""

import socket
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from desk.errors import DeliveryHeld
from mail.smtp import Server, hand_over
from mail.tokens import Grant, Tokens
from tests.mail.token_server import token_server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


class TokenDoor:
    """Lets in whoever brings the good token; tells others so in a second question, as Google does."""

    good = "user=help@desk.example\x01auth=Bearer hush-token-2\x01\x01"

    def __init__(self):
        self.mails = []

    async def auth_XOAUTH2(self, server, args):
        if b64decode(args[1]).decode() == self.good:
            return AuthResult(success=True, auth_data=True)
        await server.challenge_auth('{"status":"401","schemes":"bearer"}')
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server, session, envelope):
        assert session.authenticated
        self.mails.append(envelope.original_content)
        return "250 taken"


@pytest.fixture
def door():
    """The server's port, and what it took."""
    door = TokenDoor()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(door, hostname="127.0.0.1", port=port, auth_require_tls=False)
    controller.start()
    try:
        yield port, door
    finally:
        controller.stop()


def test_a_mail_leaves_with_a_token_and_a_refused_one_is_exchanged(db, door, caplog):
    caplog.set_level("DEBUG")
    port, taken = door
    given = []

    def answers(form):
        given.append(form)
        return 200, {"access_token": f"hush-token-{len(given)}", "expires_in": 3600}

    with token_server(answers) as server:
        grant = Grant(token_url=server.url, client_id="desk", refresh_token="hush-refresh")
        tokens = Tokens(db, grant, clock=lambda: MONDAY)
        through = Server(host="127.0.0.1", port=port, user="help@desk.example", tokens=tokens, hello="x")

        with pytest.raises(
            DeliveryHeld, match=r"does not let help@desk\.example in: 535 .*status 401"
        ) as held:
            hand_over(b"Subject: x\r\n\r\nx\r\n", through, sender="a@b.example", recipient="c@d.example")
        hand_over(b"Subject: x\r\n\r\nx\r\n", through, sender="a@b.example", recipient="c@d.example")

    assert len(taken.mails) == 1
    assert "hush" not in caplog.text + str(held.value) + repr(through)


def test_without_a_token_no_mail_leaves_and_the_reason_says_what_to_mend(db, door):
    port, taken = door
    with token_server(lambda form: (400, {"error": "invalid_client"})) as server:
        tokens = Tokens(db, Grant(token_url=server.url, client_id="desk"), clock=lambda: MONDAY)
        through = Server(host="127.0.0.1", port=port, user="help@desk.example", tokens=tokens, hello="x")
        with pytest.raises(DeliveryHeld, match="make a new secret"):
            hand_over(b"Subject: x\r\n\r\nx\r\n", through, sender="a@b.example", recipient="c@d.example")
    assert taken.mails == []


def test_a_token_server_that_falls_silent_holds_up_no_mail_longer_than_its_lease(db, door):
    port, taken = door
    come, clock = Event(), iter([0.0, *[1.0] * 4, *[44.9] * 9])

    def silently(form):
        come.wait(30)
        return 200, {"access_token": "hush-token-2"}

    with token_server(silently) as server:
        tokens = Tokens(db, Grant(token_url=server.url, client_id="desk"), clock=lambda: MONDAY)
        through = Server(host="127.0.0.1", port=port, user="help@desk.example", tokens=tokens, hello="x")
        with pytest.raises(DeliveryHeld, match="takes too long to give a token") as held:
            hand_over(
                b"Subject: x\r\n\r\nx\r\n", through, sender="a@b.example", recipient="c@d.example",
                monotonic=lambda: next(clock),
            )  # fmt: skip
        come.set()
    assert held.value.wait == timedelta(seconds=20)
    assert taken.mails == []
