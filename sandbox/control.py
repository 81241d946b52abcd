"""The control API at /_control: everything a test or the page can do and look at, as JSON."""

import dataclasses
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.acts import Act, PeopleActs
from sandbox.faults import Fault
from sandbox.letters import CUSTOMERS
from sandbox.mail_acts import MailActs
from sandbox.messages import with_thread
from sandbox.modals import View
from sandbox.page_acts import PageActs
from sandbox.parts import Parts
from sandbox.refused import Json, NotPossible, Refused
from sandbox.staff import StaffActs
from sandbox.world import BOT_USER, Channel

LIMITS = ("slack", "none")
Road = Callable[[str], Awaitable[None]]


class Control:
    """Acts by name; each takes the request's JSON and answers with JSON."""

    def __init__(self, parts: Parts, *, desk_address: str, listen_at: Road, root_url: str) -> None:
        self._parts, self._listen_at = parts, listen_at
        self._mail_acts = MailActs(parts.mail, parts.foreign, desk_address=desk_address)
        self._acts: dict[str, Act] = {
            **PeopleActs(parts).acts(),
            **StaffActs(parts.workspace).acts(),
            **self._mail_acts.acts(),
            **PageActs(parts, root_url).acts(),
            "fault": self._fault,
            "faults": self._clear_faults,
            "sockets": self._sockets,
            "revoke": self._revoke,
            "settings": self._settings,
        }

    async def act(self, request: Request) -> Response:
        status, answer = await self.do(request.path_params["act"], await request.body())
        return JSONResponse(answer, status_code=status)

    async def do(self, name: str, raw: bytes) -> tuple[int, Any]:
        """Do what is asked for; with which status, and what comes of it."""
        if name not in self._acts:
            return 404, {"error": f"there is no act {name}"}
        given: Any = None
        try:
            given = json.loads(raw)
            answer = await self._acts[name](given)
        except (NotPossible, Refused, KeyError, ValueError, TypeError) as wrong:
            text = f"{name} needs {wrong}" if isinstance(wrong, KeyError) else str(wrong)
            self._parts.journal.note("control", name, given=given, status=409, error=text)
            return 409, {"error": text}
        self._parts.journal.note("control", name, given=given, status=200)
        return 200, answer

    async def state(self, request: Request) -> Response:
        asked = request.query_params
        return JSONResponse(self.shown(asked.get("only", ""), asked.get("box", "")))

    def shown(self, only: str, box: str) -> Json:
        """only: the parts that are asked for, with commas between; box: the one mailbox of all."""
        parts = self._parts_of_state(box)
        names = [name for name in only.split(",") if name in parts] if only else list(parts)
        return {name: parts[name]() for name in names}

    async def journal(self, request: Request) -> Response:
        asked = request.query_params
        after = int(asked.get("after", "0"))
        read = self._parts.journal.read(after=after, kind=asked.get("kind", ""), name=asked.get("name", ""))
        return JSONResponse({"entries": read, "length": self._parts.journal.length})

    def _parts_of_state(self, box: str) -> dict[str, Callable[[], Any]]:
        """Each is looked at only when it is asked for: in a large world that takes its time."""
        workspace, modals, mail = self._parts.workspace, self._parts.modals, self._parts.mail
        boxes = {box: mail.boxes.get(box, [])} if box else mail.boxes
        return {
            "version": lambda: workspace.version + mail.version,
            "now": lambda: workspace.clock.now().isoformat(),
            "people": lambda: [person.shown() for person in workspace.people.values()],
            "channels": self._channels,
            "ephemerals": self._whispers,
            "views": lambda: {user: _shown(stack) for user, stack in modals.stacks.items() if stack},
            "homes": lambda: {user: view.shown() for user, view in modals.homes.items()},
            "groups": lambda: workspace.groups,
            "mailboxes": lambda: {name: [one.shown() for one in each] for name, each in boxes.items()},
            "mail_servers": mail.shown,
            "customers": lambda: dict(CUSTOMERS),
            "files": lambda: [file.shown("") for file in self._parts.files.files.values()],
            "sockets": lambda: self._parts.sockets.count,
            "bringing": lambda: self._parts.delivery.bringing,
            "faults": self._parts.faults.shown,
        }

    def _channels(self) -> list[Json]:
        there = [each for each in self._parts.workspace.channels.values() if not each.deleted]
        return [
            each.shown()
            | {"name": each.name, "members": each.members, "im": each.im, "messages": self._messages(each)}
            for each in there
        ]

    def _messages(self, channel: Channel) -> list[Json]:
        threads = self._parts.workspace.threads(channel)
        shown = (with_thread(one, threads.get(one.ts, ()), all_metadata=True) for one in channel.messages)
        return [one | {"channel": channel.id} for one in shown]

    def _whispers(self) -> list[Json]:
        return [
            one.shown() | {"channel": one.channel, "only_for": one.only_for, "is_ephemeral": True}
            for one in self._parts.workspace.ephemerals
        ]

    async def _fault(self, body: Json) -> Json:
        known = {field.name for field in dataclasses.fields(Fault)}
        if unknown := set(body) - known:
            raise NotPossible(f"a fault has no {', '.join(sorted(unknown))}")
        self._parts.faults.add(Fault(**body))
        return {}

    async def _clear_faults(self, body: Json) -> Json:
        self._parts.faults.clear()
        return {}

    async def _sockets(self, body: Json) -> Json:
        """`disconnect` says why they are told to go; `cut` closes them without a word."""
        if body.get("cut"):
            await self._parts.sockets.cut()
        else:
            await self._parts.sockets.disconnect(str(body.get("disconnect") or "refresh_requested"))
        return {}

    async def _revoke(self, body: Json) -> Json:
        revoked = bool(body.get("revoked", True))
        if revoked and not self._parts.webapi.revoked:
            tokens = {"oauth": [], "bot": [BOT_USER]}
            self._parts.workspace.emit({"type": "tokens_revoked", "tokens": tokens})
        self._parts.webapi.revoked = revoked
        return {}

    async def _settings(self, body: Json) -> Json:
        self._mail_acts.settle(body)
        if "limits" in body:
            if body["limits"] not in LIMITS:
                raise NotPossible(f"limits are {' or '.join(LIMITS)}, not {body['limits']!r}")
            self._parts.limits.on = body["limits"] == "slack"
        if "request_url" in body:
            await self._listen_at(str(body["request_url"] or ""))
        return {}


def _shown(stack: Sequence[View]) -> list[Json]:
    return [one.shown() | {"errors": one.errors, "notice": one.notice} for one in stack]
