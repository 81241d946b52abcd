"""Response addresses: five answers within half an hour to a command or a click, wherever it was made."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox import checker
from sandbox.foreign import Foreign
from sandbox.forms import with_ids
from sandbox.messages import Message
from sandbox.refused import Json, Refused
from sandbox.workspace import Workspace
from sandbox.world import BOT_USER

USES = 5
LIFE = timedelta(minutes=30)


@dataclass
class Address:
    """Where answers go: to this person in this channel, beside this message (when a click made it)."""

    user: str
    channel: str
    until: datetime
    message: Message | None = None
    uses: int = field(default=USES)


class Replies:
    def __init__(self, workspace: Workspace, root_url: str, foreign: Foreign) -> None:
        self._workspace, self._root_url, self._foreign = workspace, root_url, foreign
        self._addresses: dict[str, Address] = {}

    def address(self, user: str, channel: str, message: Message | None = None) -> str:
        name = secrets.token_urlsafe(18)
        self._addresses[name] = Address(user, channel, self._workspace.clock.now() + LIFE, message)
        return f"{self._root_url}/hooks/{name}"

    def accept(self, name: str, body: Json) -> None:
        """Carry out one answer; raises Refused for a used or expired address and for bad blocks."""
        address = self._addresses.get(name)
        if address is None:
            raise Refused("invalid_url")
        if self._workspace.clock.now() > address.until:
            raise Refused("expired_url")
        if address.uses <= 0:
            raise Refused("used_url")
        self.write(address, body)
        address.uses -= 1

    def said(self, user: str, channel: str, body: Json | str) -> None:
        """An answer inside the ack of a slash command."""
        content = {"text": body} if isinstance(body, str) else body
        self.write(Address(user, channel, self._workspace.clock.now()), content)

    def write(self, address: Address, body: Json) -> None:
        original = address.message
        if original is not None and body.get("delete_original"):
            self._take_away(original)
            return
        text, blocks = str(body.get("text") or ""), body.get("blocks")
        checker.check_message(text, blocks, body.get("attachments"))
        self._foreign.check(body)
        kept = with_ids(blocks or [], secrets.token_hex(2))
        if original is not None and body.get("replace_original"):
            self._replace(original, text, kept)
            return
        in_thread = original.thread_ts if original is not None and original.only_for else ""
        message = Message(
            address.channel,
            self._workspace.clock.ts(),
            BOT_USER,
            text=text,
            blocks=kept,
            thread_ts=str(body.get("thread_ts") or in_thread),
        )
        if body.get("response_type") == "in_channel":
            self._workspace.add(message)
            return
        message.only_for = address.user
        self._workspace.whisper(message)

    def _replace(self, original: Message, text: str, blocks: list[Json]) -> None:
        if not original.only_for:
            self._workspace.rewrite(original, text=text, blocks=blocks)
            return
        original.text, original.blocks = text, blocks
        self._workspace.changed()

    def _take_away(self, original: Message) -> None:
        if original.only_for:
            kept = [one for one in self._workspace.ephemerals if one is not original]
            self._workspace.ephemerals = kept
            self._workspace.changed()
        elif self._workspace.find(self._workspace.channels[original.channel], original.ts):
            self._workspace.remove(original)
