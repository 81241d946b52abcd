"""The workspace as it stands: who is in which channel, what was written there, and who is told of it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox import world
from sandbox.clock import Clock
from sandbox.messages import Message
from sandbox.refused import Json, NotPossible, Refused
from sandbox.world import BOT_USER, TEAM, Channel, Person

EMOJI_NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


class Workspace:
    """Channels, people, messages and ephemerals.  `emit` is told of every event the app would hear of."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.people = world.people()
        self.channels = world.channels()
        self.groups = world.groups()
        self.ephemerals: list[Message] = []
        self.version = 1
        self.emit: Callable[[Json], None] = lambda event: None

    def changed(self) -> None:
        self.version += 1

    def person(self, who: str) -> Person:
        """By id or by (first) name, in any case."""
        for person in self.people.values():
            if who in (person.id, person.name) or who.lower() == person.name.split()[0].lower():
                return person
        raise NotPossible(f"there is nobody called {who}")

    def human(self, who: str) -> Person:
        """Somebody who can use Slack's own client."""
        person = self.person(who)
        if person.bot or person.deactivated:
            raise NotPossible(f"{person.name} {'is a bot' if person.bot else 'was deactivated'}")
        return person

    def place(self, name: str) -> Channel:
        """By id or by #name, for a person on the page."""
        for channel in self.channels.values():
            if channel.deleted:
                continue
            if name == channel.id or (not channel.im and name.lstrip("#") == channel.name):
                return channel
        raise NotPossible(f"there is no channel {name}")

    def member(self, who: str, where: str) -> tuple[Person, Channel]:
        """That person in that channel; raises NotPossible when they are not there."""
        person = self.person(who)
        channel = self.place(where)
        if person.deactivated:
            raise NotPossible(f"{person.name} was deactivated")
        if person.id not in channel.members:
            raise NotPossible(f"{person.name} is not in #{channel.name}")
        return person, channel

    def seen(self, who: str, where: str, ts: str) -> tuple[Person, Message]:
        """A message that person sees; raises NotPossible when there is none."""
        person, channel = self.member(who, where)
        whispered = [one for one in self.ephemerals if one.only_for == person.id]
        for message in [*channel.messages, *whispered]:
            if message.ts == ts and message.channel == channel.id and not message.tombstone:
                return person, message
        raise NotPossible(f"{person.name} sees no message {ts} in #{channel.name}")

    def channel(self, name: str) -> Channel:
        """As the Web API finds it: a private one without the bot is not there."""
        for channel in self.channels.values():
            if channel.deleted or name not in (channel.id, f"#{channel.name}", channel.name):
                continue
            if not channel.private or BOT_USER in channel.members:
                return channel
        raise Refused("channel_not_found")

    def has_channel(self, name: str) -> bool:
        return any(one.name == name and not one.deleted for one in self.channels.values())

    def writable(self, name: str, *, from_outside: bool = False) -> Channel:
        """A channel the bot may write in; `from_outside` a public one that it is not in, too."""
        channel = self.direct(name).id if name in self.people and name != BOT_USER else name
        found = self.channel(channel)
        if found.archived:
            raise Refused("is_archived")
        if BOT_USER not in found.members and not (from_outside and found.kind == "channel"):
            raise Refused("not_in_channel")
        return found

    def direct(self, user: str) -> Channel:
        """The bot's conversation with that person, made at the first word."""
        for channel in self.channels.values():
            if channel.im == user:
                return channel
        number = sum(1 for channel in self.channels.values() if channel.im) + 1
        channel = Channel(f"D0DIRECT{number}", f"direct-{user.lower()}", [user, BOT_USER], im=user)
        self.channels[channel.id] = channel
        return channel

    def find(self, channel: Channel, ts: str) -> Message | None:
        return next((one for one in channel.messages if one.ts == ts), None)

    def thread(self, channel: Channel, root: str) -> list[Message]:
        """The replies under a root, oldest first."""
        return [one for one in channel.messages if one.is_reply and one.thread_ts == root]

    def threads(self, channel: Channel) -> Mapping[str, list[Message]]:
        """The replies under each root that has some, oldest first: whoever needs many asks once."""
        found: dict[str, list[Message]] = {}
        for one in channel.messages:
            if one.is_reply:
                found.setdefault(one.thread_ts, []).append(one)
        return found

    def add(self, message: Message) -> Message:
        channel = self.channels[message.channel]
        if message.is_reply:
            root = self.find(channel, message.thread_ts)
            if root is None:
                raise Refused("thread_not_found")
            root.thread_ts = root.ts
        channel.messages.append(message)
        self.changed()
        self.tell(channel, self.event(message))
        if f"<@{BOT_USER}>" in message.text and not message.by_bot and not channel.im:
            mention = {"type": "app_mention", "user": message.user, "text": message.text, "ts": message.ts}
            self.tell(channel, self.event(message) | mention)
        return message

    def whisper(self, message: Message) -> Message:
        """An ephemeral message: only one person sees it, and no event tells of it."""
        self.ephemerals.append(message)
        self.changed()
        return message

    def rewrite(self, message: Message, **fields: Any) -> Message:
        before = message.shown()
        message.as_before.append(message.blocks)
        for name, value in fields.items():
            setattr(message, name, value)
        message.edited = self.clock.ts()
        self.changed()
        channel = self.channels[message.channel]
        event = {"subtype": "message_changed", "message": message.shown(), "previous_message": before}
        self.tell(channel, self._envelope(channel, event))
        return message

    def remove(self, message: Message) -> None:
        """Delete it; a root that has a thread leaves a tombstone."""
        channel = self.channels[message.channel]
        before = message.shown()
        if self.thread(channel, message.ts):
            message.tombstone = True
        else:
            channel.messages.remove(message)
        self.changed()
        event = {"subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": before}
        self.tell(channel, self._envelope(channel, event))

    def react(self, message: Message, user: str, name: str, *, there: bool) -> None:
        """Raises Refused where Slack would."""
        if not EMOJI_NAME.fullmatch(name):
            raise Refused("invalid_name")
        users = message.reactions.setdefault(name, [])
        if (user in users) == there:
            if not users:
                del message.reactions[name]
            raise Refused("already_reacted" if there else "no_reaction")
        if there:
            users.append(user)
        else:
            users.remove(user)
        if not users:
            del message.reactions[name]
        self.changed()
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        event: Json = {"type": "reaction_added" if there else "reaction_removed", "user": user, "item": item}
        event |= {"reaction": name, "item_user": message.user, "event_ts": self.clock.ts()}
        self.tell(self.channels[message.channel], event)

    def event(self, message: Message) -> Json:
        channel = self.channels[message.channel]
        event = message.shown(all_metadata=message.by_bot)
        event |= {"channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts}
        if message.is_reply:
            root = self.find(channel, message.thread_ts)
            event["parent_user_id"] = root.user if root else "USLACKBOT"
        return event

    def channel_news(self, kind: str, channel: Channel, **fields: object) -> None:
        """Tell the app that the channel itself changed (archived, deleted, joined, left)."""
        self.changed()
        self.emit({"type": kind, "channel": channel.id, "event_ts": self.clock.ts(), **fields})

    def _envelope(self, channel: Channel, event: Json) -> Json:
        ts = self.clock.ts()
        place = {"channel": channel.id, "channel_type": channel.kind, "ts": ts, "event_ts": ts}
        return {"type": "message", "hidden": True, "team": TEAM, **place, **event}

    def tell(self, channel: Channel, event: Json) -> None:
        """Tell the app, if the bot is there to hear."""
        if BOT_USER in channel.members:
            self.emit(event)
