"""Messages: one as Slack shows it, and the pages of a channel's history or of a thread."""

import base64
import binascii
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sandbox.refused import Json, Refused
from sandbox.world import APP, BOT, BOT_USER, TEAM

MAX_PAGE = 999
REMEMBERED = 5


@dataclass
class Message:
    """A message of the bot (`by_bot`), of another app's (`bot_id`) or of a person; `only_for` makes it an
    ephemeral one.

    `as_before`: the blocks it had before it was drawn anew; somebody may still be clicking on those."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str = ""
    broadcast: bool = False
    edited: str = ""
    only_for: str = ""
    bot_id: str = ""
    files: list[Json] = field(default_factory=list)
    tombstone: bool = False
    values: Json = field(default_factory=dict)
    as_before: deque[list[Json]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def by_bot(self) -> bool:
        return self.user == BOT_USER

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    def shown(self, *, all_metadata: bool = False) -> Json:
        """As the Web API and events show it; of metadata only the type unless all was asked for."""
        if self.tombstone:
            gone: Json = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
            return gone | {"text": "This message was deleted.", "ts": self.ts, "thread_ts": self.ts}
        message: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts, "team": TEAM}
        if self.by_bot:
            message |= {"bot_id": BOT, "app_id": APP, "bot_profile": bot_profile()}
        if self.bot_id:
            message["bot_id"] = self.bot_id
        if self.blocks:
            message["blocks"] = self.blocks
        if self.attachments:
            message["attachments"] = self.attachments
        if self.files:
            message |= {"files": self.files, "upload": False}
        if self.edited:
            message["edited"] = {"user": self.user, "ts": self.edited}
        if self.thread_ts:
            message["thread_ts"] = self.thread_ts
        if self.reactions:
            message["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)}
                for name, users in self.reactions.items()
            ]
        if self.files and not self.tombstone:
            message["subtype"] = "file_share"
        if self.broadcast:
            message["subtype"] = "thread_broadcast"
        if self.metadata:
            kept = self.metadata if all_metadata else {"event_type": self.metadata["event_type"]}
            message["metadata"] = kept
        return message


def bot_profile() -> Json:
    return {"id": BOT, "app_id": APP, "name": "Helpdesk", "team_id": TEAM, "deleted": False}


def with_thread(root: Message, thread: Sequence[Message], *, all_metadata: bool = False) -> Json:
    """A root as history shows it: with the figures of its thread."""
    shown = root.shown(all_metadata=all_metadata)
    if not thread:
        return shown
    writers = list(dict.fromkeys(reply.user for reply in thread))
    return shown | {
        "thread_ts": root.ts,
        "reply_count": len(thread),
        "reply_users": writers,
        "reply_users_count": len(writers),
        "latest_reply": thread[-1].ts,
    }


@dataclass(frozen=True)
class Window:
    """What part of a history is asked for; `oldest` and `latest` count themselves only when inclusive."""

    oldest: str = ""
    latest: str = ""
    inclusive: bool = False
    limit: int = 100
    cursor: str = ""

    def holds(self, ts: str) -> bool:
        moment = as_number(ts)
        if self.oldest and not _after(moment, as_number(self.oldest), self.inclusive):
            return False
        return not self.latest or _after(as_number(self.latest), moment, self.inclusive)

    def page(self, items: Iterable[Message]) -> tuple[list[Message], str]:
        """One page of the items, and the cursor of the next one (empty at the end)."""
        wanted = list(items)
        if self.cursor:
            start = _position(self.cursor)
            wanted = wanted[next((n for n, one in enumerate(wanted) if one.ts == start), len(wanted)) :]
        size = max(1, min(self.limit, MAX_PAGE))
        rest = wanted[size:]
        return wanted[:size], next_cursor(rest[0].ts) if rest else ""


@lru_cache(maxsize=20_000)
def as_number(ts: str) -> int:
    """A ts in microseconds: comparing floats would lose the last digits."""
    seconds, _, micros = ts.partition(".")
    try:
        return int(seconds or "0") * 1_000_000 + int((micros or "0").ljust(6, "0")[:6])
    except ValueError as wrong:
        raise Refused("invalid_ts_latest") from wrong


def next_cursor(position: str) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def _position(cursor: str) -> str:
    try:
        text = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as wrong:
        raise Refused("invalid_cursor") from wrong
    if not text.startswith("next:"):
        raise Refused("invalid_cursor")
    return text.removeprefix("next:")


def _after(later: int, earlier: int, inclusive: bool) -> bool:
    return later >= earlier if inclusive else later > earlier
