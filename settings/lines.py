"""Finds the line of helpdesk.toml on which a setting stands, by asking the reader of TOML itself."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

_WHAT_MAY_BE_OPEN = ("", "]", "]}", '"""', "'''")
"""What completes a statement of which only the first lines are read."""


def line_of(text: str, key: str) -> int | None:
    """The line, counted from 1, on which a setting or an item of a list stands; None where it does not."""
    lines = text.split("\n")
    ends = list(_ends_of_statements(lines))
    n = bisect_left(ends, True, key=lambda end: _says(lines[:end], "", key))
    if n == len(ends):
        return None
    begin = ends[n - 1] if n else 0
    for end in range(begin + 1, ends[n]):
        if any(_says(lines[:end], missing, key) for missing in _WHAT_MAY_BE_OPEN):
            return end
    return ends[n]


def _ends_of_statements(lines: list[str]) -> Iterator[int]:
    begin = 0
    for end in range(1, len(lines) + 1):
        if _read(lines[begin:end], "") is not None:
            yield end
            begin = end


def _says(lines: list[str], missing: str, key: str) -> bool:
    raw = _read(lines, missing)
    return raw is not None and _holds(raw, key)


def _read(lines: list[str], missing: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads("\n".join([*lines, missing]))
    except tomllib.TOMLDecodeError:
        return None


def _holds(raw: Any, key: str) -> bool:
    """Whether a key like contracts[0].hours.half_days.2026-12-24 leads to something."""
    if not key:
        return True
    if isinstance(raw, list):
        item = re.match(r"\[(\d+)\]\.?", key)
        return item is not None and any(_holds(each, key[item.end() :]) for each in raw[int(item[1]) :][:1])
    if isinstance(raw, dict):
        return any(_holds(raw[name], _rest(key, name)) for name in raw if _begins(key, name))
    return False


def _begins(key: str, name: str) -> bool:
    return key == name or key.startswith((f"{name}.", f"{name}["))


def _rest(key: str, name: str) -> str:
    return key[len(name) :].removeprefix(".")
