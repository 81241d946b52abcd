"""The control API at /_control: everything a test or the page can do and look at, as JSON."""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.delivery import Ack
from sandbox.faults import Fault
from sandbox.letters import CUSTOMERS
from sandbox.mail_acts import MailActs
from sandbox.messages import with_thread
from sandbox.parts import Parts
from sandbox.refused import Json, NotPossible, Refused

Act = Callable[[Json], Awaitable[Json]]
Road = Callable[[str], Awaitable[None]]


class Control:
    """Acts by name; each takes the request's JSON and answers with JSON."""

    def __init__(self, parts: Parts, *, desk_address: str, listen_at: Road) -> None:
        self._parts, self._listen_at = parts, listen_at
        self._mail_acts = MailActs(parts.mail, desk_address=desk_address)
        self._acts: dict[str, Act] = {
            "say": self._say,
            "edit": self._edit,
            "remove": self._remove,
            "click": self._click,
            "submit": self._submit,
            "close": self._close,
            "slash": self._slash,
            "shortcut": self._shortcut,
            "home": self._home,
            **self._mail_acts.acts(),
            "fault": self._fault,
            "faults": self._clear_faults,
            "archive": self._archive,
            "invite": self._invite,
            "group": self._group,
            "sockets": self._sockets,
            "revoke": self._revoke,
            "turn": self._turn,
            "settings": self._settings,
        }

    async def act(self, request: Request) -> Response:
        name = request.path_params["act"]
        if name not in self._acts:
            return JSONResponse({"error": f"there is no act {name}"}, status_code=404)
        try:
            return JSONResponse(await self._acts[name](await request.json()))
        except (NotPossible, Refused, KeyError, ValueError, TypeError) as wrong:
            text = f"{name} needs {wrong}" if isinstance(wrong, KeyError) else str(wrong)
            return JSONResponse({"error": text}, status_code=409)

    async def state(self, request: Request) -> Response:
        return JSONResponse(self._snapshot())

    async def journal(self, request: Request) -> Response:
        asked = request.query_params
        after = int(asked.get("after", "0"))
        read = self._parts.journal.read(after=after, kind=asked.get("kind", ""), name=asked.get("name", ""))
        return JSONResponse({"entries": read, "length": self._parts.journal.length})

    def _snapshot(self) -> Json:
        workspace, modals, mail = self._parts.workspace, self._parts.modals, self._parts.mail
        places = []
        for channel in workspace.channels.values():
            shown = [
                with_thread(one, workspace.thread(channel, one.ts), all_metadata=True)
                for one in channel.messages
            ]
            place = channel.shown() | {"name": channel.name, "members": channel.members, "im": channel.im}
            places.append(place | {"messages": [one | {"channel": channel.id} for one in shown]})
        whispers = [
            one.shown() | {"channel": one.channel, "only_for": one.only_for, "is_ephemeral": True}
            for one in workspace.ephemerals
        ]
        views = {
            user: [one.shown() | {"errors": one.errors, "notice": one.notice} for one in stack]
            for user, stack in modals.stacks.items()
            if stack
        }
        return {
            "version": workspace.version + mail.version,
            "now": workspace.clock.now().isoformat(),
            "people": [person.shown() for person in workspace.people.values()],
            "channels": places,
            "ephemerals": whispers,
            "views": views,
            "homes": {user: view.shown() for user, view in modals.homes.items()},
            "groups": workspace.groups,
            "mailboxes": {name: [one.shown() for one in box] for name, box in mail.boxes.items()},
            "mail_servers": mail.shown(),
            "customers": dict(CUSTOMERS),
            "files": [file.shown("") for file in self._parts.files.files.values()],
            "sockets": self._parts.sockets.count,
            "faults": self._parts.faults.shown(),
        }

    async def _say(self, body: Json) -> Json:
        thread = str(body.get("thread_ts") or "")
        message = self._parts.gestures.say(body["user"], body["channel"], body["text"], thread)
        return message.shown() | {"channel": message.channel}

    async def _edit(self, body: Json) -> Json:
        self._parts.gestures.edit(body["user"], body["channel"], body["ts"], body["text"])
        return {}

    async def _remove(self, body: Json) -> Json:
        self._parts.gestures.remove(body["user"], body["channel"], body["ts"])
        return {}

    async def _click(self, body: Json) -> Json:
        gestures, act = self._parts.gestures, {**body, "action_id": body["action_id"]}
        if body.get("view"):
            values = body.get("values") or {}
            return _taken(await gestures.use_in_view(body["user"], body["view"], act, values))
        return _taken(await gestures.use(body["user"], body["channel"], body["ts"], act))

    async def _submit(self, body: Json) -> Json:
        values = body.get("values") or {}
        return await self._parts.gestures.submit(body["user"], str(body.get("view") or ""), values)

    async def _close(self, body: Json) -> Json:
        view, everything = str(body.get("view") or ""), bool(body.get("all"))
        await self._parts.gestures.close(body["user"], view, everything)
        return {}

    async def _slash(self, body: Json) -> Json:
        words = str(body.get("text") or "")
        return _taken(await self._parts.gestures.slash(body["user"], body["channel"], body["command"], words))

    async def _shortcut(self, body: Json) -> Json:
        where, ts = str(body.get("channel") or ""), str(body.get("ts") or "")
        return _taken(await self._parts.gestures.shortcut(body["user"], body["callback_id"], where, ts))

    async def _home(self, body: Json) -> Json:
        self._parts.gestures.open_home(body["user"])
        return {}

    async def _fault(self, body: Json) -> Json:
        known = {field.name for field in dataclasses.fields(Fault)}
        if unknown := set(body) - known:
            raise NotPossible(f"a fault has no {', '.join(sorted(unknown))}")
        self._parts.faults.add(Fault(**body))
        return {}

    async def _clear_faults(self, body: Json) -> Json:
        self._parts.faults.clear()
        return {}

    async def _archive(self, body: Json) -> Json:
        self._parts.gestures.archive(body["channel"], bool(body.get("archived", True)))
        return {}

    async def _invite(self, body: Json) -> Json:
        self._parts.gestures.invite(body["channel"], body["user"], bool(body.get("there", True)))
        return {}

    async def _group(self, body: Json) -> Json:
        workspace = self._parts.workspace
        workspace.groups[body["group"]] = [workspace.person(one).id for one in body["users"]]
        workspace.changed()
        return {}

    async def _sockets(self, body: Json) -> Json:
        await (self._parts.sockets.cut() if body.get("cut") else self._parts.sockets.refresh())
        return {}

    async def _revoke(self, body: Json) -> Json:
        self._parts.webapi.revoked = bool(body.get("revoked", True))
        return {}

    async def _turn(self, body: Json) -> Json:
        self._parts.workspace.clock.turn(timedelta(seconds=float(body["seconds"])))
        self._parts.workspace.changed()
        return {"now": self._parts.workspace.clock.now().isoformat()}

    async def _settings(self, body: Json) -> Json:
        self._mail_acts.settle(body)
        if "request_url" in body:
            await self._listen_at(str(body["request_url"] or ""))
        return {}


def _taken(ack: Ack) -> Json:
    return {"acked": ack.taken, "reason": ack.reason, "answer": ack.payload}
