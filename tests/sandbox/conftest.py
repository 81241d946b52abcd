"""A sandbox, somebody who visits it, and a small bot that is not the desk."""

import smtplib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from tests.ports import free_ports


@pytest.fixture
def ack_seconds() -> float:
    """How long the sandbox waits for an ack; tests in which none comes ask for less."""
    return 30


@pytest.fixture
def sandbox(ack_seconds: float, leaving: Executor) -> Iterator[Sandbox]:
    running = Sandbox(ack_seconds=ack_seconds, ping_seconds=0.1, retry_delays=(0.05, 0.1, 0.1))
    running.start()
    yield running
    leaving.submit(running.stop)


@pytest.fixture
def visitor(sandbox: Sandbox) -> Visitor:
    return Visitor(sandbox.url)


@pytest.fixture
def slack(sandbox: Sandbox) -> WebClient:
    """The bot's own client: it never tries again by itself."""
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, timeout=30, retry_handlers=[])


@pytest.fixture
def bot(sandbox: Sandbox, slack: WebClient) -> Iterator[App]:
    """A Bolt app without listeners; tests add theirs before they `connect`."""
    with ThreadPoolExecutor(8) as pool:
        yield App(
            client=slack,
            signing_secret=sandbox.signing_secret,
            process_before_response=True,
            listener_executor=pool,
        )


@pytest.fixture
def connect(sandbox: Sandbox, visitor: Visitor, bot: App) -> Iterator[Callable[[], SocketModeHandler]]:
    """Connect the bot by Socket Mode; gives the handler once the sandbox knows the connection."""
    handlers: list[SocketModeHandler] = []

    def connected() -> SocketModeHandler:
        handler = SocketModeHandler(
            bot,
            sandbox.app_token,
            web_client=WebClient(token=sandbox.app_token, base_url=sandbox.api_url, retry_handlers=[]),
            ping_interval=2,
        )
        handlers.append(handler)
        handler.connect()
        visitor.wait_until(lambda: visitor.state()["sockets"] >= len(handlers))
        return handler

    yield connected
    for handler in handlers:
        handler.close()


class DeskPost:
    """The desk's side: keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append((envelope.mail_from, mail))
        return self.answer


@pytest.fixture
def desk_post(sandbox: Sandbox) -> Iterator[DeskPost]:
    post = DeskPost()
    (port,) = free_ports(1)
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    sandbox.deliver_mail_to = ("127.0.0.1", port)
    yield post
    controller.stop()


@pytest.fixture
def deliver(sandbox: Sandbox) -> Callable[..., None]:
    """Sends a mail of the desk's to the customers' mail server."""

    def send(mail: EmailMessage, *, sender: str | None = None, to: str = "") -> None:
        with smtplib.SMTP(*sandbox.smtp_address, timeout=30) as connection:
            connection.send_message(mail, from_addr=sender, to_addrs=to or None)

    return send
