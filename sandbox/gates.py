"""A port of the mail world that can be shut, so that whoever knocks is refused, and opened again."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Protocol

Serve = Callable[[socket.socket], Awaitable[asyncio.Server]]


class Caller(Protocol):
    """An open connection."""

    def hang_up(self) -> None: ...


class Gate:
    """`serve` starts to accept on a socket; `callers` are the connections that are open now."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._address: tuple[str, int] = ("127.0.0.1", 0)
        self.callers: set[Caller] = set()

    @property
    def address(self) -> tuple[str, int]:
        return self._address

    @property
    def is_open(self) -> bool:
        return self._server is not None

    async def open(self, listener: socket.socket | None = None) -> None:
        """Listen where it listened before, or on this socket."""
        if self._server is None:
            listener = listener or socket.create_server(self._address)
            self._address = listener.getsockname()[:2]
            self._server = await self._serve(listener)

    async def shut(self) -> None:
        """Refuse new connections and cut the open ones."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            self.cut()
            await server.wait_closed()

    def cut(self) -> None:
        """Close the open connections without a word."""
        for caller in list(self.callers):
            caller.hang_up()
