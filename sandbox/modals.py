"""Views: each person's stack of dialogs and App Home, and the trigger ids that let the app open them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from sandbox import checker
from sandbox.clock import Clock
from sandbox.forms import state_of, with_ids
from sandbox.refused import Json, Refused
from sandbox.world import APP, BOT, TEAM

DEEPEST = 3
TRIGGER_SECONDS = 3.0
_KEPT_FIELDS = ("title", "submit", "close")


@dataclass
class View:
    """One dialog or Home tab of one person; `errors` is what stands under its inputs."""

    id: str
    user: str
    body: Json
    hash: str
    root: str = ""
    previous: str = ""
    values: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""

    @property
    def blocks(self) -> list[Json]:
        return list(self.body["blocks"])

    def shown(self) -> Json:
        view: Json = {
            "id": self.id,
            "team_id": TEAM,
            "type": self.body["type"],
            "blocks": self.blocks,
            "private_metadata": self.body.get("private_metadata", ""),
            "callback_id": self.body.get("callback_id", ""),
            "external_id": self.body.get("external_id", ""),
            "state": state_of(self.blocks, self.values),
            "hash": self.hash,
            "clear_on_close": self.body.get("clear_on_close", False),
            "notify_on_close": self.body.get("notify_on_close", False),
            "previous_view_id": self.previous or None,
            "root_view_id": self.root or self.id,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
        }
        return view | {name: self.body.get(name) for name in _KEPT_FIELDS}


@dataclass
class Trigger:
    user: str
    until: float
    used: bool = False


class Modals:
    """Opens, pushes, updates and closes views, with Slack's refusals."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def trigger(self, user: str) -> str:
        """A new trigger id: good for one view within three seconds."""
        now = self._clock.now().timestamp()
        name = f"{int(now * 1000)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, now + TRIGGER_SECONDS)
        return name

    def open(self, trigger: str, body: Any) -> View:
        checker.check_view(body, "modal")
        user = self._exchange(trigger)
        view = self._made(user, body)
        self.stacks[user] = [view]
        return view

    def push(self, trigger: str, body: Any) -> View:
        checker.check_view(body, "modal")
        return self.stack(self._exchange(trigger), body)

    def stack(self, user: str, body: Any) -> View:
        """Put one more dialog on top of those this person has open."""
        open_views = self.stacks.get(user, [])
        if not open_views:
            raise Refused("not_found")
        if len(open_views) >= DEEPEST:
            raise Refused("push_limit_reached")
        checker.check_view(body, "modal")
        below = open_views[-1]
        view = self._made(user, body, root=below.root or below.id, previous=below.id)
        open_views.append(view)
        return view

    def update(self, view: View, body: Any, *, seen_hash: str = "") -> View:
        """Replace what a view shows; what was entered in inputs that stay is kept."""
        checker.check_view(body, view.body["type"])
        if seen_hash and seen_hash != view.hash:
            raise Refused("hash_conflict")
        view.body = body | {"blocks": with_ids(body["blocks"], view.id)}
        view.hash, view.errors, view.notice = self._hash(), {}, ""
        return view

    def publish(self, user: str, body: Any, *, seen_hash: str = "") -> View:
        checker.check_view(body, "home")
        if user in self.homes:
            return self.update(self.homes[user], body, seen_hash=seen_hash)
        self.homes[user] = self._made(user, body)
        return self.homes[user]

    def find(self, view_id: str, external_id: str = "") -> View:
        everything = [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())
        for view in everything:
            if view_id == view.id or (external_id and view.body.get("external_id") == external_id):
                return view
        raise Refused("not_found")

    def top(self, user: str) -> View | None:
        stack = self.stacks.get(user, [])
        return stack[-1] if stack else None

    def close(self, view: View, *, everything: bool = False) -> None:
        stack = self.stacks.get(view.user, [])
        self.stacks[view.user] = [] if everything else [one for one in stack if one.id != view.id]

    def _exchange(self, name: str) -> str:
        trigger = self._triggers.get(name)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._clock.now().timestamp() > trigger.until:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def _made(self, user: str, body: Json, *, root: str = "", previous: str = "") -> View:
        name = f"V0{secrets.token_hex(5).upper()}"
        kept = body | {"blocks": with_ids(body["blocks"], name)}
        return View(name, user, kept, self._hash(), root=root, previous=previous)

    def _hash(self) -> str:
        return f"{self._clock.seconds()}.{secrets.token_hex(4)}"
