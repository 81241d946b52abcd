"""What a Web API call was given: form, query or JSON alike."""

import json
from typing import Any

from sandbox.faults import Fault
from sandbox.refused import Json, Refused


class Arguments:
    """Reads one call's arguments; in forms everything is text, and lists come as JSON text.

    `fault` is what this call suffers, for methods that show less than there is."""

    def __init__(self, given: Json, fault: Fault | None = None) -> None:
        self.given, self.fault = given, fault

    def has(self, name: str) -> bool:
        return self.given.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value)
        raise Refused("invalid_arguments", [f"[ERROR] must be a string: {name}"])

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise Refused("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        return self.text(name, "true" if default else "false").lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.lstrip("-").isdigit():
            raise Refused("invalid_arguments", [f"[ERROR] must be an integer: {name}"])
        return int(value)

    def parsed(self, name: str, error: str = "invalid_arguments") -> Any:
        """The list or object of that name, or None when it was not given."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as wrong:
            raise Refused(error, [f"[ERROR] not JSON: {name}"]) from wrong


def as_given(value: Any) -> Any:
    """What an argument says: in forms, lists and objects come as JSON text.  What cannot be read is text."""
    if not isinstance(value, str) or not value.startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
