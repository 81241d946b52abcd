"""The strict Slack of the sandbox as these tests use it, and the road from it to a desk in this process."""

import asyncio
import json
from threading import Condition
from typing import Any

from slack_bolt import App, BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.socket import taken
from sandbox.delivery import Ack, Parcel
from sandbox.server import Sandbox
from tests.near import Near

SUPPORT, LEADS, TEAM, APP = Sandbox.support_channel, Sandbox.leads_channel, Sandbox.team_id, Sandbox.app_id
Json = dict[str, Any]

PATIENCE = 30.0
"""Real seconds within which whatever is under way must be over."""

THE_WORLD = frozenset(
    {"message_not_found", "thread_not_found", "user_not_found", "hash_conflict", "not_found"}
    | {"expired_trigger_id", "exchanged_trigger_id", "is_archived", "user_not_in_channel", "not_in_channel"}
    | {"token_revoked"}
)
"""What Slack may answer a desk that does everything right; whatever else it refuses fails the test."""


class Line:
    """A road of the sandbox's: hands each parcel to the desk in this process, as its sockets would."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._delivery = sandbox.parts.delivery
        self._moved = Condition()
        self.app: App
        self.keeps = False
        """Whether parcels stay on their way instead of being handed over."""

        self.gestures: list[tuple[Json, BoltResponse | None]] = []
        self.events: list[tuple[Json, BoltResponse | None]] = []

    async def bring(self, parcel: Parcel) -> Ack:
        payload = json.loads(json.dumps(parcel.payload))
        brought = self.events if parcel.kind == "events_api" else self.gestures
        try:
            if self.keeps:
                brought.append((payload, None))
                return Ack(False, reason="timeout", no_retry=True)
            response = await asyncio.to_thread(self._hand_over, parcel, payload)
            brought.append((payload, response))
            return _ack(response)
        finally:
            asyncio.get_running_loop().call_soon(self._tell)

    def rest(self) -> None:
        """Wait until no event is on its way any more."""
        with self._moved:
            assert self._moved.wait_for(lambda: self._delivery.bringing == 0, PATIENCE)

    def _hand_over(self, parcel: Parcel, payload: Json) -> BoltResponse:
        tried = {"retry_attempt": parcel.attempt, "retry_reason": parcel.reason}
        told = tried if parcel.kind == "events_api" else {}
        request = SocketModeRequest(parcel.kind, "envelope", json.loads(json.dumps(payload)), **told)
        return taken(self.app, request) or BoltResponse(status=400)

    def _tell(self) -> None:
        with self._moved:
            self._moved.notify_all()


def _ack(response: BoltResponse) -> Ack:
    """What comes over a socket: only a 200 is sent."""
    if response.status != 200:
        return Ack(False, reason="timeout")
    if not response.body:
        return Ack(True)
    is_json = response.headers.get("content-type", [""])[0].startswith("application/json")
    return Ack(True, json.loads(response.body) if is_json else {"text": response.body})


class Slack(Near):
    """The strict Slack of the sandbox, with short words for what these tests look at."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.url, self.line = sandbox.url, Line(sandbox)
        sandbox.deliver_by(self.line)

    @property
    def told(self) -> list[Json]:
        """What only one person sees, oldest first."""
        return list(self.state("ephemerals")["ephemerals"])

    @property
    def views(self) -> list[Json]:
        """Every dialog as it was opened or drawn anew, oldest first."""
        drawn = [one for one in self.journal("api") if one["name"] in ("views.open", "views.update")]
        return [one["detail"]["answer"]["view"] for one in drawn if one["detail"]["answer"]["ok"]]

    @property
    def homes(self) -> dict[str, Json]:
        """What stands on the Home of each person, by their id."""
        return dict(self.state("homes")["homes"])

    @property
    def messages(self) -> list[Json]:
        """What stands in the channels; of a deleted root that has a thread Slack keeps a stone."""
        return [message for channel in self.state("channels")["channels"] for message in channel["messages"]]

    def thread(self, root: Json | str) -> list[Json]:
        """The replies under a message, which may be named by its ts."""
        ts = root if isinstance(root, str) else root["ts"]
        return [one for one in self.messages if one.get("thread_ts") == ts and one["ts"] != ts]

    def asked(self, method: str) -> list[Json]:
        """What the desk gave to each call of that method, whatever came of it."""
        calls = self.journal(name=method)
        return [one["detail"]["given"] for one in calls if one["kind"] in ("api", "fault")]

    def refused(self) -> list[Json]:
        """What it would not take of the desk, though nobody had planned that."""
        calls = [one for one in self.journal("api") if not one["detail"]["answer"]["ok"]]
        found = [one for one in calls if one["detail"]["answer"]["error"] not in THE_WORLD]
        found += [one for one in self.journal("hook") if one["detail"]["status"] == 400]
        return found + self.journal("fault", "response_action")

    def members(self) -> set[str]:
        """Who can use the support channel in Slack's own client."""
        state = self.state("people", "channels")
        gone = {one["id"] for one in state["people"] if one["is_bot"] or one["deleted"]}
        [channel] = [one for one in state["channels"] if one["id"] == SUPPORT]
        return set(channel["members"]) - gone
