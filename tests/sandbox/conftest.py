"""A sandbox, somebody who visits it, and a small bot that is not the desk."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.server import Sandbox
from sandbox.visitor import Visitor


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(ack_seconds=0.6, ping_seconds=0.1, retry_delays=(0.05, 0.1, 0.1)) as running:
        yield running


@pytest.fixture
def visitor(sandbox: Sandbox) -> Visitor:
    return Visitor(sandbox.url)


@pytest.fixture
def slack(sandbox: Sandbox) -> WebClient:
    """The bot's own client: it never tries again by itself."""
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, timeout=5, retry_handlers=[])


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
