"""The made-up team: who works there, its channels, and the app that was installed."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.refused import Json

TEAM = "T0SANDBOX"
OTHER_TEAM = "T0ELSEWHERE"
APP = "A0HELPDESK"
BOT = "B0HELPDESK"
BOT_USER = "U0HELPDESK"
SUPPORT = "C0SUPPORT"
LEADS = "C0LEADS"
GENERAL = "C0GENERAL"
ARCHIVED = "C0ARCHIVED"
LEADS_GROUP = "S0LEADS"
CREATED = 1767225600
_LEFT_OF_THEM = ("id", "team_id", "name", "real_name", "profile", "is_bot", "is_app_user", "updated")
"""What Slack still says of a person who was deactivated."""


@dataclass
class Person:
    """A user of the workspace, as users.info shows one."""

    id: str
    name: str
    title: str = ""
    team: str = TEAM
    guest: bool = False
    stranger: bool = False
    bot: bool = False
    admin: bool = False
    one_channel: bool = False
    deactivated: bool = False
    locale: str = "en-GB"

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@desk.example"

    @property
    def bot_id(self) -> str:
        """Of another app's bot, which signs its messages with it."""
        return f"B0{self.id[2:]}" if self.bot and self.id != BOT_USER else ""

    def shown(self) -> Json:
        first = self.name.split()[0]
        profile: Json = {
            "real_name": self.name,
            "display_name": first,
            "first_name": first,
            "last_name": self.name.partition(" ")[2],
            "title": self.title,
            "team": self.team,
            "image_48": "",
        }
        if not self.bot:
            profile["email"] = self.email
        user: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": first.lower(),
            "real_name": self.name,
            "deleted": False,
            "tz": "Europe/Amsterdam",
            "tz_label": "Central European Time",
            "tz_offset": 3600,
            "profile": profile,
            "is_admin": self.admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.guest or self.one_channel,
            "is_ultra_restricted": self.one_channel,
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": CREATED,
            "is_email_confirmed": True,
        }
        if self.stranger:
            user["is_stranger"] = True
        if self.deactivated:
            return {name: user[name] for name in _LEFT_OF_THEM} | {"deleted": True}
        return user


@dataclass
class Channel:
    """A channel, or the direct conversation (`im`) of the bot with one person.  shared: with a company that
    is not ours."""

    id: str
    name: str
    members: list[str]
    topic: str = ""
    archived: bool = False
    deleted: bool = False
    private: bool = False
    shared: bool = False
    im: str = ""
    messages: list[Any] = field(default_factory=list)

    @property
    def kind(self) -> str:
        if self.im:
            return "im"
        return "group" if self.private else "channel"

    def shown(self) -> Json:
        if self.im:
            return {"id": self.id, "created": CREATED, "is_im": True, "user": self.im, "is_archived": False}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "created": CREATED,
            "creator": "U0LENA",
            "is_channel": not self.private,
            "is_group": self.private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": self.id == GENERAL,
            "is_member": BOT_USER in self.members,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_org_shared": False,
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": self.topic, "creator": "", "last_set": 0},
            "context_team_id": TEAM,
        }


def people() -> dict[str, Person]:
    """Two agents, a lead, a colleague outside the desk, a guest, somebody of another team, and the bot."""
    everybody = (
        Person("U0ALICE", "Alice Bakker", "Support agent"),
        Person("U0BOB", "Bob Visser", "Support agent", locale="nl-NL"),
        Person("U0LENA", "Lena Mulder", "Team lead", admin=True),
        Person("U0NORA", "Nora Dekker", "Sales"),
        Person("U0GUS", "Gus Brouwer", "Guest", guest=True),
        Person("U0OTTO", "Otto Elders", "From another company", team=OTHER_TEAM, stranger=True),
        Person(BOT_USER, "Helpdesk", bot=True),
    )
    return {person.id: person for person in everybody}


def channels() -> dict[str, Channel]:
    """The guest and the outsider are in #support: being there must not be enough."""
    desk = ["U0ALICE", "U0BOB", "U0LENA"]
    everything = (
        Channel(SUPPORT, "support", [*desk, "U0GUS", "U0OTTO", BOT_USER], "Tickets of our customers"),
        Channel(LEADS, "support-leads", ["U0LENA", BOT_USER], "What is about to go wrong"),
        Channel(GENERAL, "general", [*desk, "U0NORA"], "Everybody"),
        Channel(ARCHIVED, "support-2025", [*desk, BOT_USER], "Last year", archived=True),
    )
    return {channel.id: channel for channel in everything}


def groups() -> dict[str, list[str]]:
    """User groups by id: who is in them."""
    return {LEADS_GROUP: ["U0LENA"]}
