"""The chat.* methods."""

from collections.abc import Callable

from sandbox import checker
from sandbox.arguments import Arguments
from sandbox.forms import with_ids
from sandbox.installed import Installed
from sandbox.messages import Message
from sandbox.refused import Json, Refused
from sandbox.workspace import Workspace
from sandbox.world import BOT_USER, Channel


class Chat:
    def __init__(self, workspace: Workspace, root_url: str, app: Installed) -> None:
        self._workspace, self._root_url, self._app = workspace, root_url, app

    def methods(self) -> dict[str, Callable[[Arguments], Json]]:
        return {
            "chat.postMessage": self.post,
            "chat.update": self.update,
            "chat.delete": self.delete,
            "chat.postEphemeral": self.post_ephemeral,
            "chat.getPermalink": self.permalink,
        }

    def post(self, call: Arguments) -> Json:
        outside = "chat:write.public" in self._app.scopes
        channel = self._workspace.writable(call.needed("channel"), from_outside=outside)
        message = self._read(call, channel)
        metadata = call.parsed("metadata", "invalid_metadata_format")
        checker.check_metadata(metadata)
        message.metadata = metadata or None
        message.broadcast = call.flag("reply_broadcast") and message.is_reply
        self._workspace.add(message)
        shown = message.shown(all_metadata=True)
        return {"ok": True, "channel": channel.id, "ts": message.ts, "message": shown}

    def update(self, call: Arguments) -> Json:
        """Text without blocks clears the blocks; metadata stays unless it is sent ({} removes it)."""
        channel = self._workspace.channel(call.needed("channel"))
        message = self._own(channel, call.needed("ts"), "cant_update_message")
        if channel.archived:
            raise Refused("is_archived")
        text, blocks = call.text("text"), call.parsed("blocks", "invalid_blocks_format")
        attachments = call.parsed("attachments", "invalid_attachments")
        checker.check_message(text, blocks, attachments, update=True)
        metadata = call.parsed("metadata", "invalid_metadata_format")
        checker.check_metadata(metadata)
        kept = message.metadata if metadata is None else metadata or None
        drawn = with_ids(blocks or [], message.ts[-4:])
        fresh = {"blocks": drawn, "attachments": attachments or [], "metadata": kept}
        self._workspace.rewrite(message, text=text, **fresh)
        shown = message.shown(all_metadata=True)
        return {"ok": True, "channel": channel.id, "ts": message.ts, "text": text, "message": shown}

    def delete(self, call: Arguments) -> Json:
        channel = self._workspace.channel(call.needed("channel"))
        message = self._own(channel, call.needed("ts"), "cant_delete_message")
        self._workspace.remove(message)
        return {"ok": True, "channel": channel.id, "ts": message.ts}

    def post_ephemeral(self, call: Arguments) -> Json:
        channel = self._workspace.writable(call.needed("channel"))
        user = call.needed("user")
        if user not in self._workspace.people:
            raise Refused("user_not_found")
        if user not in channel.members:
            raise Refused("user_not_in_channel")
        message = self._read(call, channel)
        message.only_for = user
        self._workspace.whisper(message)
        return {"ok": True, "message_ts": message.ts}

    def permalink(self, call: Arguments) -> Json:
        channel = self._workspace.channel(call.needed("channel"))
        ts = call.needed("message_ts")
        message = self._workspace.find(channel, ts)
        if message is None:
            raise Refused("message_not_found")
        address = f"{self._root_url}/archives/{channel.id}/p{ts.replace('.', '')}"
        if message.is_reply:
            address += f"?thread_ts={message.thread_ts}&cid={channel.id}"
        return {"ok": True, "channel": channel.id, "permalink": address}

    def _read(self, call: Arguments, channel: Channel) -> Message:
        text, blocks = call.text("text"), call.parsed("blocks", "invalid_blocks_format")
        attachments = call.parsed("attachments", "invalid_attachments")
        checker.check_message(text, blocks, attachments)
        thread_ts = call.text("thread_ts")
        if thread_ts and self._workspace.find(channel, thread_ts) is None:
            raise Refused("thread_not_found")
        ts = self._workspace.clock.ts()
        drawn = with_ids(blocks or [], ts[-4:])
        return Message(channel.id, ts, BOT_USER, text, drawn, attachments or [], thread_ts=thread_ts)

    def _own(self, channel: Channel, ts: str, refusal: str) -> Message:
        message = self._workspace.find(channel, ts)
        if message is None or message.tombstone:
            raise Refused("message_not_found")
        if not message.by_bot:
            raise Refused(refusal)
        return message
