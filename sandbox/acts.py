"""What people do, as acts of the control API: those who work in the workspace, and those who write mail."""

from collections.abc import Awaitable, Callable

from sandbox.delivery import Ack
from sandbox.parts import Parts
from sandbox.refused import Json

Act = Callable[[Json], Awaitable[Json]]


class PeopleActs:
    """Each act takes the request's JSON and answers with JSON."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def acts(self) -> dict[str, Act]:
        return {
            "say": self._say,
            "edit": self._edit,
            "remove": self._remove,
            "react": self._react,
            "click": self._click,
            "submit": self._submit,
            "close": self._close,
            "slash": self._slash,
            "shortcut": self._shortcut,
            "home": self._home,
            "archive": self._archive,
            "rename": self._rename,
            "share": self._share,
            "delete_channel": self._delete_channel,
            "new_channel": self._new_channel,
            "invite": self._invite,
            "group": self._group,
            "foreign": self._write_elsewhere,
        }

    async def _say(self, body: Json) -> Json:
        thread = str(body.get("thread_ts") or "")
        files = list(body.get("files") or [])
        message = self._parts.talk.say(body["user"], body["channel"], body["text"], thread, files)
        return message.shown() | {"channel": message.channel}

    async def _edit(self, body: Json) -> Json:
        self._parts.talk.edit(body["user"], body["channel"], body["ts"], body["text"])
        return {}

    async def _remove(self, body: Json) -> Json:
        self._parts.talk.remove(body["user"], body["channel"], body["ts"])
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

    async def _react(self, body: Json) -> Json:
        there = bool(body.get("there", True))
        self._parts.talk.react(body["user"], body["channel"], body["ts"], str(body["name"]), there)
        return {}

    async def _archive(self, body: Json) -> Json:
        self._parts.talk.archive(body["channel"], bool(body.get("archived", True)))
        return {}

    async def _rename(self, body: Json) -> Json:
        self._parts.talk.rename(body["channel"], str(body["name"]))
        return {}

    async def _share(self, body: Json) -> Json:
        self._parts.talk.share(body["channel"], bool(body.get("shared", True)))
        return {}

    async def _delete_channel(self, body: Json) -> Json:
        self._parts.talk.delete(body["channel"])
        return {}

    async def _new_channel(self, body: Json) -> Json:
        workspace = self._parts.workspace
        members = [workspace.person(one).id for one in body["members"]]
        return self._parts.talk.found(str(body["name"]), members, private=bool(body.get("private"))).shown()

    async def _invite(self, body: Json) -> Json:
        self._parts.talk.invite(body["channel"], body["user"], bool(body.get("there", True)))
        return {}

    async def _group(self, body: Json) -> Json:
        workspace = self._parts.workspace
        workspace.groups[body["group"]] = [workspace.person(one).id for one in body["users"]]
        workspace.changed()
        return {}

    async def _write_elsewhere(self, body: Json) -> Json:
        """`words` of outsiders that came another way than by mail; `own` addresses that are the desk's."""
        self._parts.foreign.learn(*map(str, body.get("words") or []))
        self._parts.foreign.allow(*map(str, body.get("own") or []))
        return {}


def _taken(ack: Ack) -> Json:
    return {"acked": ack.taken, "reason": ack.reason, "answer": ack.payload}
