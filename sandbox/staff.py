"""Who comes to work in the workspace and who leaves it, as acts of the control API."""

from collections.abc import Mapping
from typing import Any

from sandbox.acts import Act
from sandbox.refused import Json, NotPossible
from sandbox.workspace import Workspace
from sandbox.world import BOT_USER, OTHER_TEAM, Person

KINDS: Mapping[str, Mapping[str, Any]] = {
    "member": {},
    "guest": {"guest": True},
    "single_channel_guest": {"one_channel": True},
    "stranger": {"team": OTHER_TEAM, "stranger": True},
    "elsewhere": {"team": OTHER_TEAM},
    "bot": {"bot": True},
}
"""What somebody may be to the workspace; `stranger` is of another company with which a channel is shared,
`elsewhere` of another workspace of the same organization."""


class StaffActs:
    """Each act takes the request's JSON and answers with JSON."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def acts(self) -> dict[str, Act]:
        return {"hire": self._hire, "deactivate": self._deactivate}

    async def _hire(self, body: Json) -> Json:
        name, kind = str(body["name"]), str(body.get("kind") or "member")
        first = name.split()[0] if name.split() else ""
        if kind not in KINDS:
            raise NotPossible(f"{kind} cannot be hired, only: {', '.join(KINDS)}")
        if not first.isalnum():
            raise NotPossible("whoever is hired needs a first name of letters and digits")
        person = Person(f"U0{first.upper()}", name, **KINDS[kind])
        if person.id in self._workspace.people:
            raise NotPossible(f"there is somebody called {first} already")
        places = [self._workspace.place(each) for each in body.get("channels") or []]
        if person.one_channel and len(places) > 1:
            raise NotPossible(f"{name} may be in one channel only")
        self._workspace.people[person.id] = person
        for place in places:
            place.members.append(person.id)
        self._workspace.changed()
        return person.shown()

    async def _deactivate(self, body: Json) -> Json:
        person = self._workspace.person(body["user"])
        if person.id == BOT_USER:
            raise NotPossible("the app itself is uninstalled, not deactivated")
        person.deactivated = True
        self._workspace.changed()
        return {}
