"""Socket Mode: two live connections, so that the renewal of one never leaves the desk deaf."""

import logging
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from socket import SHUT_RDWR

from slack_bolt import App, BoltResponse
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.interval_runner import IntervalRunner
from slack_sdk.socket_mode.request import SocketModeRequest

from bot import envelope
from bot.envelope import Unfit
from store.points import Point, reached

log = logging.getLogger(__name__)

_CONNECTIONS = 2
_PING = 3
"""Seconds between two pings; a dead connection is noticed after about five of them."""

_LISTEN = 1.0
"""Seconds for which a connection listens before it looks round.  While one is renewed, what comes over the
new connection waits for the old one to look round; with the library's 3 seconds Slack gives up first."""


class Socket:
    """The desk's connections to Slack.  app_token: xapp-…, with connections:write."""

    def __init__(self, app: App, app_token: str) -> None:
        self._lines = [_Line(app, app_token) for _ in range(_CONNECTIONS)]

    def connect(self) -> bool:
        """Open what was never open, and say whether Slack can reach the desk now.

        Call it again while it says no; what was open once renews itself."""
        for line in self._lines:
            if not line.current_app_monitor_started:
                _open(line)
        return self.connected

    @property
    def connected(self) -> bool:
        """Whether at least one connection is alive."""
        return self.connections > 0

    @property
    def connections(self) -> int:
        """How many are alive."""
        return sum(line.is_connected() for line in self._lines)

    def close(self) -> None:
        """Close every connection in good order; Slack keeps no ghost of them."""
        for line in self._lines:  # all of them first: each needs a moment to notice
            line.hang_up()
        for line in self._lines:
            line.close()


def app_of(app_token: str) -> str | None:
    """The app's id, which Slack writes into its app token (xapp-1-A0123456789-…)."""
    parts = app_token.split("-")
    return parts[2] if len(parts) > 3 and parts[2].startswith("A") else None


class _Line(SocketModeClient):
    """One connection, which hands what comes in to the app."""

    def __init__(self, app: App, app_token: str) -> None:
        super().__init__(app_token, log, app.client, ping_interval=_PING)
        self._app = app
        self.socket_mode_request_listeners.append(self._hand_over)

    def connect(self) -> None:
        super().connect()
        session = self.current_session
        if session is not None and session.sock is not None:
            session.sock.settimeout(_LISTEN)

    def close(self) -> None:
        """Close in good order.  Whoever may still open a new session ends first, and who listens last."""
        self.closed = True
        for runner in (self.current_app_monitor, self.message_processor):
            _end(runner)
        self.hang_up()
        _end(self.current_session_runner, again=self.hang_up)
        super().close()

    def hang_up(self) -> None:
        """Wake what waits for messages: `close` joins it, and by itself it looks round once a second."""
        self.closed = self.current_session_state.terminated = True
        self.auto_reconnect_enabled = False
        self.message_queue.put(None)
        session = self.current_session
        sock = session.sock if session is not None else None
        if sock is not None:
            with suppress(OSError):  # Slack was faster
                sock.shutdown(SHUT_RDWR)

    def _hand_over(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        reached(Point.SLACK_HEARD)
        answer = taken(self._app, request)
        reached(Point.SLACK_ANSWERING)
        if answer is not None:
            send_response(client, request, answer, 0.0)
        reached(Point.SLACK_ANSWERED)


def taken(app: App, request: SocketModeRequest) -> BoltResponse | None:
    """The answer to what came over a socket; None where it is nothing that Slack sends."""
    try:
        payload = envelope.sound(request.payload)
    except Unfit as problem:
        log.warning("refused an envelope: %s", problem)
        return None
    return envelope.hand_over(app, payload, build_headers(request) or {})


def _end(runner: IntervalRunner, again: Callable[[], None] = lambda: None) -> None:
    """Wait until it has ended.

    again: what tells it to.  The library's runner takes back that its session is over when it begins to
    listen at the same moment, and would then listen for ever: it is told until it hears."""
    runner.event.set()
    while runner.is_alive():
        again()
        runner.thread.join(_LISTEN / 10)


def _open(line: _Line) -> None:
    try:
        line.connect()
    except (SlackClientError, OSError, HTTPException) as error:
        log.warning("no Socket Mode connection: %s", error)
