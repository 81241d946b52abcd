"""YAML with fewer guesses than usual: times stay text, and only true and false are switches."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from rehearsal.scenario import ScenarioRefused


class _Loader(yaml.SafeLoader):
    """Only true and false are switches, and what looks like a time stays text: 16:30 is not 990."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag.rpartition(":")[2] in ("null", "merge")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))


def load(text: str) -> Any:
    """What the text says.  Raises ScenarioRefused, with the line."""
    try:
        return _as_json(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ScenarioRefused(f"This is not YAML: {where}{problem}.") from None


def _as_json(text: str) -> Any:
    """JSON is YAML that is read a hundred times as fast; and what only looks like it is read as YAML."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return yaml.load(text, _Loader)


def _no_number(said: str) -> Any:
    raise ValueError(f"{said} is no number")
