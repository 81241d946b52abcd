"""The web server of a running desk, which leaves signals to terminal.stopping."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import h11
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_REQUESTS = 2
"""Seconds in which web requests that are under way may end."""


class Connection(H11Protocol):
    """uvicorn's HTTP connection, closed where a request takes too long to arrive: uvicorn waits for ever.

    patience: seconds from the beginning of a connection, or of a later request, to the request's last byte;
    most: connections at once, so that those who only hold them leave files to mail and the database."""

    patience = 10.0
    most = 400
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._keep_deadline()
        if len(self.connections) > self.most:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._keep_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._end_deadline()

    def _keep_deadline(self) -> None:
        """One for each request that is not there as a whole, whatever of it comes meanwhile."""
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._end_deadline()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.patience, self.transport.abort)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Server(uvicorn.Server):
    """Serves pages, figures and Slack's requests until `should_exit`; signals are none of its business."""

    @classmethod
    def of(cls, web: Starlette, connection: type[Connection] = Connection) -> "Server":
        """log_config: our own logging stands."""
        config = uvicorn.Config(
            _whoever_hangs_up(web), http=connection, log_config=None, access_log=False,
            timeout_graceful_shutdown=_REQUESTS, lifespan="off",
        )  # fmt: skip
        return cls(config)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: they are captured from the first line of the process on."""
        yield


def _whoever_hangs_up(web: ASGIApp) -> ASGIApp:
    """The same, where a caller who is gone before the request is whole is no fault to tell of."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):
            await web(scope, receive, send)

    return served
