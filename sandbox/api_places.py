"""The conversations.* methods."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.arguments import Arguments
from sandbox.messages import Message, Window, as_number, next_cursor, with_thread
from sandbox.refused import Json, Refused
from sandbox.workspace import Workspace
from sandbox.world import BOT_USER, Channel


class Places:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def methods(self) -> dict[str, Callable[[Arguments], Json]]:
        return {
            "conversations.info": self.info,
            "conversations.list": self.list,
            "conversations.history": self.history,
            "conversations.replies": self.replies,
            "conversations.members": self.members,
            "conversations.join": self.join,
            "conversations.open": self.open,
        }

    def info(self, call: Arguments) -> Json:
        return {"ok": True, "channel": self._workspace.channel(call.needed("channel")).shown()}

    def list(self, call: Arguments) -> Json:
        kinds = call.text("types", "public_channel").split(",")
        without_archived = call.flag("exclude_archived")
        found = [
            channel.shown()
            for channel in self._workspace.channels.values()
            if _listed(channel, kinds) and not (without_archived and channel.archived)
        ]
        page, cursor = paged(found, call)
        return {"ok": True, "channels": page, "response_metadata": {"next_cursor": cursor}}

    def history(self, call: Arguments) -> Json:
        channel, window = self._read(call)
        messages = [one for one in channel.messages if not one.is_reply or one.broadcast]
        inside = [one for one in reversed(self._seen(messages, call)) if window.holds(one.ts)]
        page, cursor = window.page(inside)
        flag = call.flag("include_all_metadata")
        threads = self._workspace.threads(channel)
        shown = [with_thread(one, threads.get(one.ts, ()), all_metadata=flag) for one in page]
        return {
            "ok": True,
            "messages": shown,
            "has_more": bool(cursor),
            "pin_count": 0,
            "response_metadata": {"next_cursor": cursor},
        }

    def replies(self, call: Arguments) -> Json:
        """The root and its replies, oldest first; the root is there whatever the window says."""
        channel, window = self._read(call)
        named = self._workspace.find(channel, call.needed("ts"))
        if named is None:
            raise Refused("thread_not_found")
        root = self._workspace.find(channel, named.thread_ts) if named.is_reply else named
        thread = self._workspace.thread(channel, root.ts if root else named.thread_ts)
        inside = [one for one in self._seen(thread, call) if window.holds(one.ts)]
        page, cursor = window.page(inside)
        flag = call.flag("include_all_metadata")
        shown = [one.shown(all_metadata=flag) for one in page]
        if root is not None and not window.cursor:
            shown.insert(0, with_thread(root, thread, all_metadata=flag))
        return {
            "ok": True,
            "messages": shown,
            "has_more": bool(cursor),
            "response_metadata": {"next_cursor": cursor},
        }

    def members(self, call: Arguments) -> Json:
        page, cursor = paged(self._workspace.channel(call.needed("channel")).members, call)
        return {"ok": True, "members": page, "response_metadata": {"next_cursor": cursor}}

    def join(self, call: Arguments) -> Json:
        channel = self._workspace.channel(call.needed("channel"))
        if channel.kind != "channel":
            raise Refused("method_not_supported_for_channel_type")
        if channel.archived:
            raise Refused("is_archived")
        if BOT_USER not in channel.members:
            channel.members.append(BOT_USER)
            self._workspace.channel_news("member_joined_channel", channel, user=BOT_USER, channel_type="C")
        return {"ok": True, "channel": channel.shown()}

    def open(self, call: Arguments) -> Json:
        users = [one for one in call.text("users").split(",") if one]
        if len(users) != 1 or users[0] not in self._workspace.people:
            raise Refused("user_not_found" if users else "users_list_not_supplied")
        channel = self._workspace.direct(users[0])
        shown = channel.shown() if call.flag("return_im") else {"id": channel.id}
        return {"ok": True, "channel": shown}

    def _seen(self, messages: Sequence[Message], call: Arguments) -> Sequence[Message]:
        """Those that history knows of, oldest first: not all of them when a fault says so."""
        if call.fault is None:
            return messages
        since = as_number(self._workspace.clock.ts()) - int(call.fault.delay * 1_000_000)
        known = [one for one in messages if not call.fault.delay or as_number(one.ts) < since]
        return known[: len(known) - call.fault.hide] if call.fault.hide < len(known) else []

    def _read(self, call: Arguments) -> tuple[Channel, Window]:
        channel = self._workspace.channel(call.needed("channel"))
        if BOT_USER not in channel.members:
            raise Refused("not_in_channel")
        window = Window(
            oldest=call.text("oldest"),
            latest=call.text("latest"),
            inclusive=call.flag("inclusive"),
            limit=_most(call, call.number("limit", 100)),
            cursor=call.text("cursor"),
        )
        return channel, window


def paged(items: Sequence[Any], call: Arguments) -> tuple[Sequence[Any], str]:
    """One page of a list, and the cursor of the next one."""
    limit = call.number("limit", 100)
    size = _most(call, min(limit, 1000) if limit > 0 else 100)
    starts = {next_cursor(str(start)): start for start in range(len(items) + 1)}
    if call.text("cursor") and call.text("cursor") not in starts:
        raise Refused("invalid_cursor")
    start = starts.get(call.text("cursor"), 0)
    rest = start + size < len(items)
    return items[start : start + size], next_cursor(str(start + size)) if rest else ""


def _most(call: Arguments, asked: int) -> int:
    """Slack may give fewer than were asked for, and does when a fault says so."""
    page = call.fault.page if call.fault is not None else 0
    return min(asked, page) if page else asked


def _listed(channel: Channel, kinds: Sequence[str]) -> bool:
    if channel.deleted:
        return False
    kind = {"im": "im", "group": "private_channel", "channel": "public_channel"}[channel.kind]
    return kind in kinds and (not channel.private or BOT_USER in channel.members)
