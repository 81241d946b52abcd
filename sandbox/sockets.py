"""Socket Mode: up to ten WebSockets of the app; each envelope goes to exactly one and is acked in time."""

import asyncio
import itertools
import json
import secrets
from collections.abc import Iterable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.clock import Clock
from sandbox.delivery import Ack, Parcel
from sandbox.journal import Journal
from sandbox.refused import Json, NotPossible
from sandbox.world import APP

MOST = 10
LIFE_SECONDS = 3600
WARNING_SECONDS = 10.0
CLOSING_SECONDS = 10.0
REASONS = ("warning", "refresh_requested", "link_disabled")


class Sockets:
    """The connections that stand, the tickets to open more, and the acks that are awaited.

    A connection lives an hour of the sandbox's clock: it is warned, then asked to come again, then closed
    (with `aging` False it lives for ever, since where people skip whole days no app is ever at rest).
    An ack may come over any connection: clients that were asked to come again send it over the new one."""

    def __init__(self, clock: Clock, journal: Journal, *, ack_seconds: float, aging: bool) -> None:
        self._clock, self._journal, self._ack_seconds = clock, journal, ack_seconds
        self._aging = aging
        self._tickets: set[str] = set()
        self._open: list[WebSocket] = []
        self._awaited: dict[str, tuple[WebSocket, asyncio.Future[Ack]]] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()
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
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return
        self._open.append(socket)
        self._journal.note("socket", "opened", connections=self.count)
        aging = asyncio.create_task(self._age(socket))
        try:
            await socket.send_json(self._hello())
            while True:
                self._answered(await socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            aging.cancel()
            self._forget(socket)

    async def bring(self, parcel: Parcel) -> Ack:
        if not self._open:
            return Ack(False, reason="connection_failed")
        socket = self._open[next(self._turn) % len(self._open)]
        envelope = self._envelope(parcel)
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._awaited[envelope["envelope_id"]] = socket, answer
        try:
            await socket.send_json(envelope)
            async with asyncio.timeout(self._ack_seconds):
                return await answer
        except TimeoutError:
            return Ack(False, reason="timeout")
        except (WebSocketDisconnect, RuntimeError, OSError):  # it went away under our hands
            self._forget(socket)
            return Ack(False, reason="connection_failed")
        finally:
            self._awaited.pop(envelope["envelope_id"], None)

    async def disconnect(self, reason: str) -> None:
        """Tell every connection to go; those that stay are closed a little later, by the clock.

        With link_disabled at once: Socket Mode was switched off."""
        if reason not in REASONS:
            raise NotPossible(f"a socket is disconnected for {', '.join(REASONS)}, not {reason!r}")
        told = list(self._open)
        for socket in told:
            await self._say_goodbye(socket, reason)
        if reason == "link_disabled":
            await self._close(told, 1000)
            return
        task = asyncio.create_task(self._close_later(told))
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    async def cut(self) -> None:
        """Close every connection without a word; what was not acknowledged by then was not delivered."""
        told = list(self._open)
        for socket, answer in self._awaited.values():
            if socket in told and not answer.done():
                answer.set_result(Ack(False, reason="connection_failed"))
        await self._close(told, 1011)

    async def stop(self) -> None:
        for task in self._goodbyes:
            task.cancel()
        await asyncio.gather(*self._goodbyes, return_exceptions=True)

    async def _age(self, socket: WebSocket) -> None:
        if not self._aging:
            return
        await self._clock.wait(LIFE_SECONDS - WARNING_SECONDS)
        await self._say_goodbye(socket, "warning")
        await self._clock.wait(WARNING_SECONDS)
        await self._say_goodbye(socket, "refresh_requested")
        await self._close_later([socket])

    async def _say_goodbye(self, socket: WebSocket, reason: str) -> None:
        self._journal.note("socket", "disconnect", reason=reason)
        try:
            await socket.send_json(_disconnect(reason))
        except (WebSocketDisconnect, RuntimeError, OSError):  # it is gone already
            self._forget(socket)

    async def _close_later(self, sockets: Iterable[WebSocket]) -> None:
        await self._clock.wait(CLOSING_SECONDS)
        await self._close([one for one in sockets if one in self._open], 1000)

    async def _close(self, sockets: Iterable[WebSocket], code: int) -> None:
        for socket in sockets:
            self._forget(socket)
            self._journal.note("socket", "closed", code=code, connections=self.count)
            try:
                await socket.close(code)
            except (WebSocketDisconnect, RuntimeError, OSError):  # its client was faster
                continue

    def _answered(self, text: str) -> None:
        try:
            ack = json.loads(text)
        except ValueError:
            return
        awaited = self._awaited.get(ack.get("envelope_id", "")) if isinstance(ack, dict) else None
        if awaited is not None and not awaited[1].done():
            awaited[1].set_result(Ack(True, ack.get("payload")))

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


def _disconnect(reason: str) -> Any:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
