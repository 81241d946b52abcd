"""A click, read once: which ticket it is about, which picture of it was clicked, and what was chosen."""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Self, TypeVar

from desk.errors import Conflict, DeskError

Choice = TypeVar("Choice", bound=StrEnum)

_STALE = "This button is from another version of the desk. Open the ticket with /ticket."


def value(number: int, version: int, choice: str = "") -> str:
    """What a control carries: the ticket, the version drawn, and what this choice means ("42:7:resolved")."""
    return f"{number}:{version}:{choice}" if choice else f"{number}:{version}"


class Overtaken(Conflict):
    """Somebody else did something decisive since.  picture: what a click carries that is still meant."""

    def __init__(self, reason: str, picture: str) -> None:
        super().__init__(reason)
        self.picture = picture


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody used a control or sent a form.  key: the same for every copy of this click, and no other."""

    key: str
    number: int
    drawn: int
    choice: str = ""

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        """Read Slack's payload.  Raises DeskError when the control carries nothing we know."""
        view: dict[str, Any] = body.get("view") or {}
        if body.get("type") == "view_submission":
            return cls(f"view:{view['id']}:{view['hash']}", *parsed(view.get("private_metadata")))
        action = body["actions"][0]
        option = action.get("selected_option")
        carried = option["value"] if option else action.get("value") or ""
        if view:
            number, drawn, _ = parsed(view.get("private_metadata"))
            return cls(_key(body, action), number, drawn, carried)
        return cls(_key(body, action), *parsed(carried))

    @property
    def seq(self) -> int:
        """The event that was chosen.  Raises DeskError when the control names none."""
        if not re.fullmatch(r"[0-9]{1,9}", self.choice):
            raise DeskError(_STALE)
        return int(self.choice)

    def one_of(self, kind: type[Choice]) -> Choice:
        """What was chosen.  Raises DeskError when it is none of these."""
        try:
            return kind(self.choice)
        except ValueError as error:
            raise DeskError(_STALE) from error

    @property
    def picture(self) -> str:
        """The ticket and the version that was clicked, to be carried on by a modal."""
        return value(self.number, self.drawn)


def parsed(carried: str | None) -> tuple[int, int, str]:
    """The ticket, the version drawn and the choice.  Raises DeskError when it carries nothing we know."""
    found = re.fullmatch(r"([0-9]{1,12}):([0-9]{1,9})(?::([a-z0-9_]{1,40}))?", carried or "")
    if not found:
        raise DeskError(_STALE)
    return int(found[1]), int(found[2]), found[3] or ""


def _key(body: dict[str, Any], action: dict[str, Any]) -> str:
    place = body.get("message") or {}
    facts = (
        (body.get("team") or {}).get("id"),
        body["user"]["id"],
        action.get("action_id"),
        action.get("block_id"),
        place.get("ts"),
        action.get("action_ts"),
    )
    return "click:" + sha256("|".join(map(str, facts)).encode()).hexdigest()
