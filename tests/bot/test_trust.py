"""Slack has to prove its name: whoever only says so gets no token."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from bot.app import write_client
from bot.outcome import told
from bot.people import People, Rights, SlackSilent
from desk.errors import DeliveryFailed
from helpdesk import now

CERTIFICATE = Path(__file__).parent.parent / "localhost.pem"


class Overhears(BaseHTTPRequestHandler):
    """Takes whatever comes."""

    heard: ClassVar[list[str]] = []

    def do_POST(self):
        self.heard.append(self.headers["Authorization"])


@pytest.fixture
def impostor():
    """A server on this machine that speaks TLS and signed its certificate itself."""
    server = HTTPServer(("127.0.0.1", 0), Overhears)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://localhost:{server.server_port}/api/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_slack_that_signed_its_own_certificate_is_told_nothing(impostor):
    people = People(write_client("xoxb-1", api=impostor), Rights("C1"), clock=now)
    with pytest.raises(SlackSilent, match="CERTIFICATE_VERIFY_FAILED"):
        people.home()
    with pytest.raises(DeliveryFailed, match="CERTIFICATE_VERIFY_FAILED") as failed, told():
        write_client("xoxb-1", api=impostor).chat_postMessage(channel="C1", text="Hello")
    assert not failed.value.permanent
    assert Overhears.heard == []
