"""Who is who: the home workspace, its agents and leads.  Everybody else is nobody to the desk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from desk.actor import Actor, Door
from desk.reach import EVERYTHING, Reach, reach_of

T = TypeVar("T")

FRESH = timedelta(minutes=5)
"""How long an answer about somebody is believed."""

_NOT_FULL = ("is_restricted", "is_ultra_restricted", "is_bot", "deleted")


class SlackSilent(Exception):
    """Slack did not say who somebody is; asked again, it may."""


@dataclass(frozen=True)
class Home:
    """The workspace the desk lives in, and what it is called there.  url: ends in a slash; scopes: what the
    app was granted there."""

    team: str
    user: str
    bot: str
    url: str
    scopes: frozenset[str] = frozenset()

    @property
    def opens_files(self) -> bool:
        """Whether the desk may fetch what people put into Slack; without, no window may ask for it."""
        return "files:read" in self.scopes


@dataclass(frozen=True)
class Rights:
    """Who may work a desk.  channel: its full members are the agents; leads, leads_group: ids;
    team: the home workspace, where it is not simply the bot's.  name: what its tickets remember, "" for the
    first; title: what people call it; language: of its mails, where it has one of its own."""

    channel: str
    leads: frozenset[str] = frozenset()
    leads_group: str | None = None
    team: str | None = None
    name: str = ""
    title: str = "Helpdesk"
    language: str | None = None

    @property
    def mention(self) -> str:
        """Calls the leads in Slack's markup; "" where there are none."""
        return (
            f"<!subteam^{self.leads_group}>"
            if self.leads_group
            else " ".join(f"<@{lead}>" for lead in sorted(self.leads))
        )


class People:
    """Looks people up in Slack and believes the answer for five minutes.  Default deny.

    rights: of the first desk; others: of those beside it."""

    def __init__(
        self,
        read: WebClient,
        rights: Rights,
        *,
        clock: Callable[[], datetime],
        others: Sequence[Rights] = (),
    ) -> None:
        self.rights = rights
        self.desks = {each.name: each for each in (rights, *others)}
        self._read = read
        self._clock = clock
        self._kept: dict[str, tuple[datetime, Any]] = {}
        self._locales: dict[str, str] = {}

    def home(self) -> Home:
        """The home workspace.  Raises SlackSilent."""
        return self._ask("home", self._home, fresh=timedelta(days=1))

    def problem(self) -> str:
        """What is wrong with Slack at this moment; "" when it answers."""
        try:
            self._ask("now", self._home, fresh=timedelta())
        except SlackSilent as silent:
            return str(silent)
        return ""

    def actor(self, user: str, *, door: Door, afresh: bool = False, at: str | None = None) -> Actor | None:
        """Who that is to a desk: an agent, a lead, or nobody; where no desk is named, the most that they are
        to any.  afresh: whoever is somebody by what is known is asked for again; nobody can make the desk ask
        who is nobody.  Raises SlackSilent."""
        desks = [*self.desks.values()] if at is None else [self.desk(at)]
        known = self._actor(user, door, desks)
        if known is None or not afresh:
            return known
        about = (name for desk in desks for name in (f"members {desk.name}", f"leads {desk.name}"))
        for name in (f"user {user}", *about):
            self._kept.pop(name, None)
        return self._actor(user, door, desks)

    def desk(self, name: str) -> Rights:
        """The desk of that name; the first where it is no longer in the settings."""
        return self.desks.get(name, self.rights)

    def desks_of(self, user: str, *, leads: bool = False) -> list[Rights]:
        """The desks that somebody is of, the first of them first.  leads: only those that they lead.

        Raises SlackSilent."""
        return [
            desk
            for desk in self.desks.values()
            if user in self._leads(desk) or (not leads and user in self._members(desk))
        ]

    def reach(self, user: str, *, leads: bool = False) -> Reach:
        """Whose tickets they see; of one desk, all.  Raises SlackSilent."""
        if len(self.desks) == 1:
            return EVERYTHING
        theirs = (desk.name for desk in self.desks_of(user, leads=leads))
        return reach_of(frozenset(theirs), frozenset(self.desks))

    def standing_in(self, user: str, channel: str) -> list[Rights]:
        """The desks that somebody is of, that of this channel first.  Raises SlackSilent."""
        return sorted(self.desks_of(user), key=lambda desk: desk.channel != channel)

    def title_of(self, reach: Reach) -> str:
        """What people call the desks that are seen; "" where that is all of them."""
        seen = [desk.title for name, desk in self.desks.items() if reach.holds(name)]
        return "" if len(seen) == len(self.desks) else ", ".join(seen)

    def agents(self) -> list[Actor]:
        """Who works any of the desks, leads of the channel among them.  Raises SlackSilent."""
        members = frozenset[str]().union(*map(self._members, self.desks.values()))
        found = (self.actor(user, door=Door.BUTTON) for user in sorted(members))
        return [actor for actor in found if actor is not None]

    def language(self, user: str) -> str:
        """In which language somebody whom we looked up reads: "nl" or "en"."""
        return "nl" if self._locales.get(user, "").startswith("nl") else "en"

    def forget(self) -> None:
        """Believe nothing any more: somebody joined or left."""
        self._kept.clear()

    def _actor(self, user: str, door: Door, desks: Sequence[Rights]) -> Actor | None:
        name = self._ask(f"user {user}", lambda: self._full_member(user)) if user else None
        if name is None:
            return None
        if any(user in self._leads(desk) for desk in desks):
            return Actor.lead(user, name, door=door)
        if any(user in self._members(desk) for desk in desks):
            return Actor.agent(user, name, door=door)
        return None

    def _leads(self, desk: Rights) -> frozenset[str]:
        group = desk.leads_group
        if not group:
            return desk.leads
        return desk.leads | self._ask(f"leads {desk.name}", lambda: self._group(group))

    def _members(self, desk: Rights) -> frozenset[str]:
        return self._ask(f"members {desk.name}", lambda: self._those_in(desk.channel))

    def _full_member(self, user: str) -> str | None:
        try:
            found = self._read.users_info(user=user, include_locale=True)["user"]
        except SlackApiError as error:
            if error.response["error"] in ("user_not_found", "user_not_visible", "users_not_found"):
                return None
            raise
        self._locales[user] = str(found.get("locale") or "")
        full = all(found.get(flag) is False for flag in _NOT_FULL) and not found.get("is_stranger")
        return _name_of(found) if full and found.get("team_id") == self.home().team else None

    def _those_in(self, channel: str) -> frozenset[str]:
        pages = self._read.conversations_members(channel=channel, limit=500)
        return frozenset(user for page in pages for user in page["members"])

    def _group(self, group: str) -> frozenset[str]:
        return frozenset(self._read.usergroups_users_list(usergroup=group)["users"])

    def _home(self) -> Home:
        said = self._read.auth_test()
        url = str(said.get("url", "")).rstrip("/") + "/"
        granted = header_in(said, "x-oauth-scopes") or ""
        scopes = frozenset(scope.strip() for scope in granted.split(","))
        return Home(self.rights.team or said["team_id"], said["user_id"], said["bot_id"], url, scopes)

    def _ask(self, name: str, ask: Callable[[], T], *, fresh: timedelta = FRESH) -> T:
        now = self._clock()
        until, known = self._kept.get(name, (now, None))
        if now < until:
            return known  # type: ignore[no-any-return]
        try:
            answer = ask()
        except (SlackClientError, OSError, HTTPException) as error:
            raise SlackSilent(f"Slack does not say ({name}): {error}") from error
        self._kept[name] = (now + fresh, answer)
        return answer


def header_in(said: SlackResponse, name: str) -> str | None:
    """What stands in that header (in lower case) of an answer."""
    found = next((value for key, value in said.headers.items() if key.lower() == name), None)
    return str(found[0] if isinstance(found, list) else found) if found else None


def _name_of(user: dict[str, Any]) -> str:
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((name for name in names if name), str(user["id"]))
