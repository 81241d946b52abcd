"""Below HTTP: lets the server hang up on a caller in the middle of a request, as broken networks do."""

import asyncio
from contextlib import suppress
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol


class Connection(H11Protocol):
    """uvicorn's HTTP connection, which also hands its socket to the application."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        inner: Any = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope["sandbox.transport"] = transport
            with suppress(ClientDisconnect):  # one that was killed in the middle of a request
                await inner(scope, receive, send)

        self.app = app


class _Nothing(Response):
    """An answer of which not one byte is sent."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        return


async def hang_up(request: Request) -> Response:
    """Reset the caller's connection; returns only when it is gone, so that nothing is written after it."""
    request.scope["sandbox.transport"].abort()
    while not await request.is_disconnected():
        await asyncio.sleep(0.001)
    return _Nothing()
