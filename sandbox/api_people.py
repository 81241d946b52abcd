"""The methods about people, the team, the bot and its user groups."""

from collections.abc import Callable

from sandbox.api_places import paged
from sandbox.arguments import Arguments
from sandbox.installed import Installed
from sandbox.refused import Json, Refused
from sandbox.workspace import Workspace
from sandbox.world import APP, BOT, BOT_USER, CREATED, TEAM, Person


class People:
    def __init__(self, workspace: Workspace, root_url: str, app: Installed) -> None:
        self._workspace, self._root_url, self._app = workspace, root_url, app

    def methods(self) -> dict[str, Callable[[Arguments], Json]]:
        return {
            "auth.test": self.who_am_i,
            "api.test": lambda call: {"ok": True, "args": call.given},
            "users.info": self.info,
            "users.list": self.list,
            "users.lookupByEmail": self.by_email,
            "usergroups.list": self.groups,
            "usergroups.users.list": self.group_members,
            "team.info": self.team,
            "bots.info": self.bot,
        }

    def who_am_i(self, call: Arguments) -> Json:
        return {
            "ok": True,
            "url": f"{self._root_url}/",
            "team": "Desk & Co",
            "user": "helpdesk",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def info(self, call: Arguments) -> Json:
        person = self._workspace.people.get(call.needed("user"))
        if person is None:
            raise Refused("user_not_found")
        locale = {"locale": person.locale} if call.flag("include_locale") and not person.deactivated else {}
        return {"ok": True, "user": self._shown(person) | locale}

    def list(self, call: Arguments) -> Json:
        page, cursor = paged([self._shown(person) for person in self._workspace.people.values()], call)
        answer = {"ok": True, "members": page, "cache_ts": self._workspace.clock.seconds()}
        return answer | {"response_metadata": {"next_cursor": cursor}}

    def by_email(self, call: Arguments) -> Json:
        address = call.needed("email").lower()
        for person in self._workspace.people.values():
            if not person.bot and person.email == address:
                return {"ok": True, "user": self._shown(person)}
        raise Refused("users_not_found")

    def groups(self, call: Arguments) -> Json:
        shown = []
        for name, members in self._workspace.groups.items():
            group: Json = {"id": name, "team_id": TEAM, "is_usergroup": True, "name": "Support leads"}
            group |= {"handle": "support-leads", "user_count": len(members), "date_delete": 0}
            shown.append(group | ({"users": members} if call.flag("include_users") else {}))
        return {"ok": True, "usergroups": shown}

    def group_members(self, call: Arguments) -> Json:
        members = self._workspace.groups.get(call.needed("usergroup"))
        if members is None:
            raise Refused("no_such_subteam")
        return {"ok": True, "users": list(members)}

    def team(self, call: Arguments) -> Json:
        team = {"id": TEAM, "name": "Desk & Co", "domain": "desk-and-co", "url": f"{self._root_url}/"}
        return {"ok": True, "team": team | {"email_domain": "desk.example", "icon": {"image_default": True}}}

    def bot(self, call: Arguments) -> Json:
        if call.text("bot", BOT) != BOT:
            raise Refused("bot_not_found")
        bot = {"id": BOT, "deleted": False, "name": self._app.name, "updated": CREATED, "app_id": APP}
        return {"ok": True, "bot": bot | {"user_id": BOT_USER, "icons": {}}}

    def _shown(self, person: Person) -> Json:
        shown = person.shown()
        if "users:read.email" not in self._app.scopes:
            shown["profile"].pop("email", None)
        return shown
