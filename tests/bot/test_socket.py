"""The connections to Slack end when they are told to, whatever they are in the middle of."""

import logging
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.socket import Socket
from sandbox.server import Sandbox

PATIENCE = 60
"""Seconds that a slow machine gets."""


class JustBefore(logging.Filter):
    """Holds up whoever begins to listen until the end was asked for, as a busy machine does."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting, self.closing = Event(), Event()

    def filter(self, record: logging.LogRecord) -> bool:
        if "Starting to receive" in record.getMessage():
            self.waiting.set()
            self.closing.wait(PATIENCE)
        return True


@pytest.fixture
def moment() -> Iterator[JustBefore]:
    log, held = logging.getLogger("bot.socket"), JustBefore()
    before = log.level
    log.setLevel(logging.INFO)
    log.addFilter(held)
    yield held
    log.removeFilter(held)
    log.setLevel(before)


def test_a_connection_that_begins_to_listen_as_it_is_closed_ends(moment: JustBefore) -> None:
    with Sandbox() as world:
        client = WebClient(world.bot_token, base_url=world.api_url)
        socket = Socket(App(client=client, token_verification_enabled=False), world.app_token)
        assert socket.connect()
        assert moment.waiting.wait(PATIENCE)
        closing = Thread(target=socket.close, daemon=True)
        closing.start()
        while not all(line.current_session_state.terminated for line in socket._lines):
            closing.join(0.01)
        closing.join(0.3)  # what a close that trusted one word would need to be past it
        moment.closing.set()
        closing.join(PATIENCE)
        assert not closing.is_alive()
