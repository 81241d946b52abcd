"""The app that is installed: what its manifest asks for, which is all that it may do and hear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from sandbox.catalogue import EVENTS
from sandbox.refused import Json
from sandbox.scopes import EVERY_SCOPE


class ManifestRefused(ValueError):
    """Slack would not make an app of that manifest; says why."""


@dataclass(frozen=True)
class Command:
    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True)
class Shortcut:
    """`type` is global or message."""

    name: str
    callback_id: str
    type: str
    description: str = ""


@dataclass(frozen=True)
class Installed:
    """What was granted.  `commands` or `shortcuts` that are None stand for any that somebody tries."""

    name: str = "Helpdesk"
    scopes: frozenset[str] = EVERY_SCOPE
    events: frozenset[str] = frozenset(EVENTS)
    commands: tuple[Command, ...] | None = None
    shortcuts: tuple[Shortcut, ...] | None = None
    home_tab: bool = True
    app_level: frozenset[str] = frozenset({"connections:write"})

    @classmethod
    def of(cls, manifest: "str | Path | Json") -> Self:
        """Read a manifest: YAML or JSON text, a file, or what was read from one.  Raises ManifestRefused."""
        if isinstance(manifest, Path):
            manifest = manifest.read_text(encoding="utf-8")
        read = _parsed(manifest) if isinstance(manifest, str) else manifest
        features, settings = _part(read, "features"), _part(read, "settings")
        app = cls(
            name=str(_part(read, "display_information").get("name") or ""),
            scopes=frozenset(_names(_part(_part(read, "oauth_config"), "scopes"), "bot")),
            events=frozenset(_names(_part(settings, "event_subscriptions"), "bot_events")),
            commands=tuple(_command(one) for one in features.get("slash_commands") or []),
            shortcuts=tuple(_shortcut(one) for one in features.get("shortcuts") or []),
            home_tab=_part(features, "app_home").get("home_tab_enabled") is True,
        )
        app._check()
        return app

    def hears(self, event: Json) -> bool:
        """Whether it is subscribed to this event."""
        return subscription(event) in self.events

    def has_command(self, command: str) -> bool:
        return self.commands is None or any(one.command == command for one in self.commands)

    def has_shortcut(self, callback_id: str, kind: str) -> bool:
        known = self.shortcuts
        return known is None or any((one.callback_id, one.type) == (callback_id, kind) for one in known)

    def _check(self) -> None:
        if not self.name or len(self.name) > 35:
            raise ManifestRefused("display_information.name is needed, of at most 35 characters")
        if (self.commands or self.shortcuts) and "commands" not in self.scopes:
            raise ManifestRefused("slash commands and shortcuts need the scope commands")
        for event in sorted(self.events):
            enough = EVENTS.get(event, ())
            if enough and not self.scopes.intersection(enough):
                raise ManifestRefused(f"the event {event} needs the scope {' or '.join(enough)}")


def subscription(event: Json) -> str:
    """The name under which an app subscribes to this event."""
    kinds = {"channel": "channels", "group": "groups", "im": "im"}
    kind = str(event["type"])
    return f"message.{kinds[event['channel_type']]}" if kind == "message" else kind


def _parsed(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise ManifestRefused(f"the manifest is neither YAML nor JSON: {wrong}") from wrong


def _part(whole: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(whole, Mapping):
        raise ManifestRefused(f"there is no object to read {name} from")
    part = whole.get(name) or {}
    if not isinstance(part, Mapping):
        raise ManifestRefused(f"{name} must be an object")
    return part


def _names(part: Mapping[str, Any], name: str) -> Sequence[str]:
    given = part.get(name) or []
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise ManifestRefused(f"{name} must be a list of names")
    return given


def _command(given: Any) -> Command:
    command = str(_part({"command": given}, "command").get("command") or "")
    if not command.startswith("/") or len(command) > 32 or command != command.lower() or " " in command:
        raise ManifestRefused(f"{command or 'a command'} must begin with / and be one word in lower case")
    return Command(command, str(given.get("description") or ""), str(given.get("usage_hint") or ""))


def _shortcut(given: Any) -> Shortcut:
    told = _part({"shortcut": given}, "shortcut")
    name, callback_id, kind = (str(told.get(one) or "") for one in ("name", "callback_id", "type"))
    if not name or len(name) > 24 or not callback_id:
        raise ManifestRefused("a shortcut needs a name of at most 24 characters and a callback_id")
    if kind not in ("global", "message"):
        raise ManifestRefused(f"the shortcut {callback_id} must be of type global or message")
    return Shortcut(name, callback_id, kind, str(told.get("description") or ""))
