"""What people write in the workspace, and what becomes of its channels."""

import re
from collections.abc import Sequence

from sandbox import forms
from sandbox.api_files import Files
from sandbox.journal import Journal
from sandbox.messages import Message
from sandbox.refused import Json, NotPossible, Refused
from sandbox.workspace import Workspace
from sandbox.world import BOT_USER, CREATED, OTHER_TEAM, Channel

CHANNEL_NAME = re.compile(r"[a-z0-9_-]{1,80}")


class Talk:
    """Each method is one thing somebody does; raises NotPossible for what Slack would not let them do."""

    def __init__(self, workspace: Workspace, journal: Journal, files: Files) -> None:
        self._workspace, self._journal, self._files = workspace, journal, files

    def say(
        self, who: str, where: str, text: str, thread_ts: str = "", files: Sequence[Json] = ()
    ) -> Message:
        """`files`: what they share with it, each with its name and its content in base64."""
        person, channel = self._workspace.member(who, where)
        if channel.archived:
            raise NotPossible(f"#{channel.name} is archived")
        if thread_ts and self._workspace.find(channel, thread_ts) is None:
            raise NotPossible("there is no such thread")
        self._journal.note("gesture", "say", user=person.id, channel=channel.id, text=text)
        if files:
            kept = [self._files.keep(person.id, one) for one in files]
            return self._files.share(kept, channel.id, person.id, text=text, thread_ts=thread_ts)
        ts = self._workspace.clock.ts()
        message = Message(channel.id, ts, person.id, text, thread_ts=thread_ts, bot_id=person.bot_id)
        message.blocks = forms.with_ids([_typed(text)], message.ts[-4:])
        return self._workspace.add(message)

    def edit(self, who: str, where: str, ts: str, text: str) -> None:
        person, message = self._workspace.seen(who, where, ts)
        if message.user != person.id:
            raise NotPossible("people edit only what they wrote themselves")
        self._workspace.rewrite(message, text=text, blocks=forms.with_ids([_typed(text)], ts[-4:]))

    def remove(self, who: str, where: str, ts: str) -> None:
        """Anybody may: the owner of a workspace can delete every message, the bot's too."""
        _, message = self._workspace.seen(who, where, ts)
        self._workspace.remove(message)

    def archive(self, where: str, archived: bool) -> None:
        channel = self._workspace.place(where)
        channel.archived = archived
        kind = "archive" if archived else "unarchive"
        self._workspace.channel_news(f"{channel.kind}_{kind}", channel, user="U0LENA")

    def delete(self, where: str) -> None:
        """Delete a channel for good, with all that was said in it."""
        channel = self._workspace.place(where)
        if channel.im:
            raise NotPossible("nobody can delete a direct conversation")
        channel.deleted = True
        self._workspace.channel_news(f"{channel.kind}_deleted", channel)

    def react(self, who: str, where: str, ts: str, name: str, there: bool) -> None:
        """Put an emoji under a message, or take one's own away."""
        person, message = self._workspace.seen(who, where, ts)
        if message.only_for:
            raise NotPossible("nobody can react to what only one person sees")
        try:
            self._workspace.react(message, person.id, name, there=there)
        except Refused as refusal:
            raise NotPossible(refusal.error) from refusal

    def invite(self, where: str, who: str, there: bool) -> None:
        """Bring somebody (or the bot) into a channel, or out of it."""
        channel, person = self._workspace.place(where), self._workspace.person(who)
        if there and person.id not in channel.members:
            channel.members.append(person.id)
        if not there:
            channel.members = [one for one in channel.members if one != person.id]
        kind = "member_joined_channel" if there else "member_left_channel"
        if BOT_USER in channel.members or person.id == BOT_USER:
            letter = "G" if channel.private else "C"
            self._workspace.channel_news(kind, channel, user=person.id, channel_type=letter)

    def share(self, where: str, shared: bool) -> None:
        """Share a channel with a company that is not ours, or no longer."""
        channel = self._workspace.place(where)
        channel.shared = shared
        kind = "channel_shared" if shared else "channel_unshared"
        self._workspace.channel_news(kind, channel, connected_team_id=OTHER_TEAM)

    def found(self, name: str, members: list[str], *, private: bool) -> Channel:
        """A new channel; raises NotPossible for a name that is taken or cannot be one."""
        self._check_name(name)
        number = sum(1 for channel in self._workspace.channels.values() if channel.id.startswith("C0NEW")) + 1
        channel = Channel(f"C0NEW{number}", name, list(members), private=private)
        self._workspace.channels[channel.id] = channel
        self._workspace.changed()
        return channel

    def rename(self, where: str, name: str) -> None:
        """Raises NotPossible for a name that is taken or cannot be one."""
        channel = self._workspace.place(where)
        if channel.im:
            raise NotPossible("a direct conversation has no name of its own")
        self._check_name(name)
        channel.name = name
        self._workspace.changed()
        told: Json = {"id": channel.id, "name": name, "name_normalized": name, "created": CREATED}
        event: Json = {"type": f"{channel.kind}_rename", "channel": told}
        self._workspace.tell(channel, event | {"event_ts": self._workspace.clock.ts()})

    def _check_name(self, name: str) -> None:
        if not CHANNEL_NAME.fullmatch(name):
            raise NotPossible(f"{name!r} is no name for a channel: lower case, digits, - and _, at most 80")
        if self._workspace.has_channel(name):
            raise NotPossible(f"there is a channel {name} already")


def _typed(text: str) -> Json:
    raw = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": raw}]}
    return {"type": "rich_text", "elements": [words]}
