"""A made-up team's Slack, its customers' mail, and the real desk running against both."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from threading import Thread

import pytest
import uvicorn

import config
import helpdesk
from sandbox.installed import Installed
from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from terminal.demo import demo_settings
from terminal.setup import MANIFEST
from tests.near import Near
from tests.sound import assert_sound
from wiring import whole

Start = Callable[..., "Desk"]


class Clock:
    """The desk's clock, which a test may turn."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return helpdesk.now() + self.ahead


class Desk:
    """The real desk in this process: Slack over real sockets, mail over real SMTP and IMAP."""

    def __init__(
        self, world: Sandbox, url: str, *, mode: str, clock: Clock, changed: Mapping[str, str]
    ) -> None:
        at_once = {"HELPDESK_SLACK__MODE": mode, "HELPDESK_DESK__UNDO_SECONDS": "0"}
        settings = demo_settings(world, url) | at_once | changed
        self.parts = whole.build(config.load(None, settings), clock=clock, machine=helpdesk.now)
        self._world = world
        self._web: uvicorn.Server | None = None
        self._mode = mode

    def start(self) -> None:
        self.parts.start()
        if self.parts.listener:
            self._world.deliver_mail_to = (self.parts.listener.host, self.parts.listener.port)
        door = socket.create_server(("127.0.0.1", 0))
        self.web = f"http://127.0.0.1:{door.getsockname()[1]}"
        self._web = uvicorn.Server(uvicorn.Config(self.parts.web, log_config=None))
        self._thread = Thread(target=self._web.run, kwargs={"sockets": [door]})
        self._thread.start()
        visitor = Near(self._world)
        if self._mode == "http":
            visitor.wait_until(lambda: self._web is not None and self._web.started)
            visitor.deliver_events_to(f"{self.web}/slack/events")
        else:
            visitor.wait_until(lambda: self.parts.socket is not None and self.parts.socket.connected)

    def stop(self) -> None:
        if self._web:
            self._web.should_exit = True
            self._thread.join()
            self.parts.stop()
        self._web = None


@pytest.fixture
def world() -> Iterator[Sandbox]:
    """The world outside: Slack, and the customers' mailboxes."""
    with Sandbox(app=Installed.of(MANIFEST), ack_seconds=30) as sandbox:
        yield sandbox


@contextmanager
def world_with_mailboxes() -> Iterator[Sandbox]:
    """The same, where customers' mail goes into the desk's mailbox and not to its listener."""
    with Sandbox(imap=True, ack_seconds=30) as sandbox:
        sandbox.deliver_mail_by = "imap"
        yield sandbox


@pytest.fixture
def visitor(world: Sandbox) -> Visitor:
    """Does what people do in that world."""
    return Near(world)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(world: Sandbox, database_url: str, clock: Clock) -> Iterator[Start]:
    """Starts the desk, on SQLite and on PostgreSQL; whatever still runs is stopped at the end."""
    with ExitStack() as running:

        @contextmanager
        def run(mode: str, changed: Mapping[str, str]) -> Iterator[Desk]:
            desk = Desk(world, database_url, mode=mode, clock=clock, changed=changed)
            desk.start()
            try:
                yield desk
            finally:
                desk.stop()

        yield lambda mode="socket", **changed: running.enter_context(run(mode, changed))
    assert_sound(database_url)
