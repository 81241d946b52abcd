"""Brings events and gestures to the app over whichever road it listens on, and tries events again."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.installed import Installed
from sandbox.journal import Journal
from sandbox.refused import Json
from sandbox.world import APP, BOT_USER, TEAM


@dataclass(frozen=True)
class Ack:
    """How the app took a delivery; `reason` is Slack's word for why not."""

    taken: bool
    payload: Any = None
    reason: str = ""
    no_retry: bool = False


@dataclass(frozen=True)
class Parcel:
    """One attempt at a delivery: what it is, and whether it was tried before."""

    kind: str
    payload: Json
    attempt: int = 0
    reason: str = ""


class Road(Protocol):
    """Socket Mode, signed HTTP, or one of a test's own (`Sandbox.deliver_by`)."""

    async def bring(self, parcel: Parcel) -> Ack: ...


class Delivery:
    """Events are retried, gestures are not.  Runs in the server's own event loop."""

    def __init__(
        self,
        road: Road,
        clock: Clock,
        journal: Journal,
        faults: Faults,
        app: Installed,
        *,
        retry_delays: Sequence[float],
    ) -> None:
        self.road, self._app = road, app
        self._clock, self._journal, self._faults = clock, journal, faults
        self._retry_delays = retry_delays
        self._under_way: set[asyncio.Task[None]] = set()
        self.bringing = 0
        """Events that are on their way to the app now; one that waits to be tried again is not."""

    async def gesture(self, kind: str, payload: Json) -> Ack:
        """Deliver a click, a submission, a slash command: once, and what the app answered."""
        fault = self._faults.meet(kind)
        if fault is not None and fault.late:
            await self._clock.wait(fault.late)
        if fault is not None and fault.never:
            ack = Ack(False, reason="operation_timeout")
        else:
            ack = await self.road.bring(Parcel(kind, payload))
        self._note(kind, payload, ack, 0)
        return ack

    def event(self, event: Json) -> None:
        """Deliver an event, if the app hears of it, when the loop is free, and again until it is taken."""
        heard = self._app.hears(event)
        self._journal.note("event", event["type"], event=event, heard=heard)
        if not heard:
            return
        payload = self._wrapped(event)
        fault = self._faults.meet(f"event.{event['type']}")
        if fault is not None and fault.never:
            self._journal.note("fault", f"event.{event['type']}", never=True)
            return
        late = fault.late if fault is not None else 0.0
        for _ in range(2 if fault is not None and fault.twice else 1):
            self.bringing += 0 if late else 1
            task = asyncio.get_running_loop().create_task(self._insist(payload, late))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _insist(self, payload: Json, late: float) -> None:
        if late:
            await self._clock.wait(late)
            self.bringing += 1
        reason = ""
        for attempt in range(len(self._retry_delays) + 1):
            if attempt:
                await self._clock.wait(self._retry_delays[attempt - 1])
                self.bringing += 1
            ack = await self._try(payload, attempt, reason)
            if ack.taken or ack.no_retry:
                return
            reason = ack.reason

    async def _try(self, payload: Json, attempt: int, reason: str) -> Ack:
        try:
            ack = await self.road.bring(Parcel("events_api", payload, attempt, reason))
            self._note("events_api", payload, ack, attempt)
        finally:
            self.bringing -= 1
        return ack

    def _note(self, kind: str, payload: Json, ack: Ack, attempt: int) -> None:
        name = str(payload.get("event", payload).get("type", payload.get("command", kind)))
        outcome = {"taken": ack.taken, "reason": ack.reason, "answer": ack.payload, "attempt": attempt}
        self._journal.note("delivery", name, envelope=kind, payload=payload, **outcome)

    def _wrapped(self, event: Json) -> Json:
        bot = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}
        return {
            "token": "sandbox",
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": None,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev0{secrets.token_hex(5).upper()}",
            "event_time": self._clock.seconds(),
            "authorizations": [bot | {"is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secrets.token_hex(12)}",
        }
