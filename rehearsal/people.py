"""Who is who in a rehearsal, instead of asking Slack."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.app import read_client
from bot.people import Home, People, Rights
from desk.actor import Actor, Door

_LEADS = ("lead", "team lead", "a lead")
_OUTSIDERS = ("guest", "outsider", "a guest")


class Roster(People):
    """The people of a scenario.  roles: by name; whoever is not among them is an agent."""

    def __init__(self, roles: Mapping[str, str], rights: Rights, *, clock: Callable[[], datetime]) -> None:
        super().__init__(read_client("xoxb-made-up-for-a-rehearsal"), rights, clock=clock)
        self._roles = {name.lower(): role for name, role in roles.items()}

    def home(self) -> Home:
        """The workspace of rehearsals."""
        return Home("T0REHEARSAL", "U0HELPDESK", "B0HELPDESK", "https://rehearsal.slack.example/")

    def person(self, name: str, role: str, *, door: Door) -> Actor | None:
        """Who that is to the desk.  role: what the step itself says of them, or nothing."""
        known = role or self._roles.get(name.lower()) or _role_in(name)
        if known == "guest":
            return None
        make = Actor.lead if known == "lead" else Actor.agent
        return make(id_of(name), name, door=door)


def id_of(name: str) -> str:
    """What Slack would call somebody of that name."""
    return "U0" + (re.sub(r"[^A-Z0-9]", "", name.upper()) or name.encode().hex().upper())


def _role_in(name: str) -> str:
    said = name.lower()
    if said in _LEADS:
        return "lead"
    return "guest" if said in _OUTSIDERS else "agent"
