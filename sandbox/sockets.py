"""Socket Mode: up to ten WebSockets of the app; each envelope goes to exactly one and is acked there."""

import asyncio
import itertools
import json
import secrets
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.delivery import Ack, Parcel
from sandbox.refused import Json
from sandbox.world import APP

MOST = 10
LIFE_SECONDS = 3600


class Sockets:
    """The connections that stand, the tickets to open more, and the acks that are awaited."""

    def __init__(self, *, ack_seconds: float) -> None:
        self._ack_seconds = ack_seconds
        self._tickets: set[str] = set()
        self._open: list[WebSocket] = []
        self._awaited: dict[str, asyncio.Future[Any]] = {}
        self._turn = itertools.count()

    @property
    def count(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        """What apps.connections.open hands out: good for one connection."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """The life of one connection."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(4401)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if len(self._open) >= MOST:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return
        self._open.append(socket)
        try:
            await socket.send_json(self._hello())
            while True:
                self._answered(await socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            self._forget(socket)

    async def bring(self, parcel: Parcel) -> Ack:
        if not self._open:
            return Ack(False, reason="connection_failed")
        socket = self._open[next(self._turn) % len(self._open)]
        envelope = self._envelope(parcel)
        answer = asyncio.get_running_loop().create_future()
        self._awaited[envelope["envelope_id"]] = answer
        try:
            await socket.send_json(envelope)
            async with asyncio.timeout(self._ack_seconds):
                return Ack(True, await answer)
        except TimeoutError:
            return Ack(False, reason="timeout")
        except (WebSocketDisconnect, RuntimeError, OSError):  # it went away under our hands
            self._forget(socket)
            return Ack(False, reason="connection_failed")
        finally:
            self._awaited.pop(envelope["envelope_id"], None)

    async def refresh(self) -> None:
        """Ask every connection to come again, as Slack does every few hours."""
        note: Json = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "sandbox"}}
        for socket in list(self._open):
            await socket.send_json(note)

    async def cut(self) -> None:
        """Close every connection without a word."""
        for socket in list(self._open):
            self._forget(socket)
            await socket.close(1011)

    def _answered(self, text: str) -> None:
        try:
            ack = json.loads(text)
        except ValueError:
            return
        awaited = self._awaited.get(ack.get("envelope_id", "")) if isinstance(ack, dict) else None
        if awaited is not None and not awaited.done():
            awaited.set_result(ack.get("payload"))

    def _forget(self, socket: WebSocket) -> None:
        self._open = [one for one in self._open if one is not socket]

    def _hello(self) -> Json:
        debug = {"host": "sandbox", "build_number": 1, "approximate_connection_time": LIFE_SECONDS}
        connection = {"app_id": APP}
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": debug,
            "connection_info": connection,
        }

    def _envelope(self, parcel: Parcel) -> Json:
        envelope: Json = {
            "envelope_id": secrets.token_hex(16),
            "type": parcel.kind,
            "payload": parcel.payload,
            "accepts_response_payload": parcel.kind != "events_api",
        }
        if parcel.kind == "events_api":
            envelope |= {"retry_attempt": parcel.attempt, "retry_reason": parcel.reason}
        return envelope
