"""Small rules that say what one value of a payload may be; `shapes` puts them together into blocks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MIN_ONE = 1


@dataclass
class Findings:
    """What a check found wrong, in Slack's own words."""

    messages: list[str] = field(default_factory=list)

    def add(self, pointer: str, text: str) -> None:
        self.messages.append(f"[ERROR] {text} [json-pointer:{pointer}]")


Rule = Callable[[Any, str, Findings], None]


@dataclass(frozen=True)
class Shape:
    """An object: which fields it must have, which it may have, and what holds for them together."""

    needed: Mapping[str, Rule]
    allowed: Mapping[str, Rule] = field(default_factory=dict)
    also: Rule | None = None

    def __call__(self, value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.add(pointer, "must be an object")
            return
        for name in self.needed:
            if name not in value:
                found.add(pointer, f"missing required field: {name}")
        for name, given in value.items():
            rule = self.needed.get(name) or self.allowed.get(name)
            if rule is None and name != "type":
                found.add(pointer, f"invalid additional property: {name}")
            elif rule is not None:
                rule(given, f"{pointer}/{name}", found)
        if self.also is not None:
            self.also(value, pointer, found)


def string(longest: int, shortest: int = MIN_ONE) -> Rule:
    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, str):
            found.add(pointer, "must be a string")
        elif len(value) > longest:
            found.add(pointer, f"must be less than {longest + 1} characters")
        elif len(value) < shortest:
            found.add(pointer, f"must be more than {shortest - 1} characters")

    return check


def boolean(value: Any, pointer: str, found: Findings) -> None:
    if not isinstance(value, bool):
        found.add(pointer, "must be a boolean")


def integer(least: int, most: int) -> Rule:
    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            found.add(pointer, f"must be an integer from {least} to {most}")

    return check


def one_of(*choices: str) -> Rule:
    def check(value: Any, pointer: str, found: Findings) -> None:
        if value not in choices:
            found.add(pointer, f"must be one of: {', '.join(choices)}")

    return check


def listed(rule: Rule, most: int, least: int = MIN_ONE) -> Rule:
    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, list):
            found.add(pointer, "must be an array")
            return
        if len(value) > most:
            found.add(pointer, f"no more than {most} items allowed")
        if len(value) < least:
            found.add(pointer, f"no fewer than {least} items allowed")
        for number, one in enumerate(value):
            rule(one, f"{pointer}/{number}", found)

    return check


def text(longest: int, *kinds: str) -> Rule:
    """A text object of one of the kinds (plain_text, mrkdwn), its text not empty."""
    measure = string(longest)

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, dict) or value.get("type") not in kinds:
            found.add(f"{pointer}/type", f"must be one of: {', '.join(kinds)}")
            return
        measure(value.get("text"), f"{pointer}/text", found)
        extra = "emoji" if value["type"] == "plain_text" else "verbatim"
        for name, given in value.items():
            if name not in ("type", "text", extra):
                found.add(pointer, f"invalid additional property: {name}")
            elif name == extra:
                boolean(given, f"{pointer}/{name}", found)

    return check


def plain(longest: int) -> Rule:
    return text(longest, "plain_text")


def either(longest: int) -> Rule:
    return text(longest, "plain_text", "mrkdwn")


def anything(value: Any, pointer: str, found: Findings) -> None:
    """For what Slack itself looks at no closer than we can."""


def by_type(shapes: Mapping[str, Rule], allowed: frozenset[str]) -> Rule:
    """An object whose `type` says which shape it must have."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in allowed or kind not in shapes:
            found.add(pointer, f"unsupported type: {kind}")
            return
        shapes[kind](value, pointer, found)

    return check
