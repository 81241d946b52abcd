"""What the file and the environment say of the settings, before anybody checks it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from settings.environment import overlay
from settings.lines import line_of
from settings.problems import ConfigRefused, Problem
from settings.walking import lay, leaves_of, merged, value_at


@dataclass(frozen=True)
class Given:
    """What the file and the environment say, where each value came from, and what is wrong so far."""

    text: str
    raw: dict[str, Any]
    sources: dict[str, str]
    problems: list[Problem]

    def placed(self) -> list[Problem]:
        """The problems, with their lines in the file where they are the file's."""
        return [
            problem
            if self._is_of_environment(problem)
            else replace(problem, line=line_of(self.text, problem.key))
            for problem in self.problems
        ]

    def _is_of_environment(self, problem: Problem) -> bool:
        return any(key.startswith(problem.key) and name.isupper() for key, name in self.sources.items())


def gather(model: type[BaseModel], path: Path | None, environ: Mapping[str, str]) -> Given:
    """What is said of the settings of that model.  Raises ConfigRefused for a file that cannot be read."""
    problems: list[Problem] = []
    text = _read_file(path, problems) if path else ""
    raw = _read_toml(text, path, problems)
    if problems:
        raise ConfigRefused(problems)
    sources = {key: str(path) for key, _ in leaves_of(model) if value_at(raw, key) is not None}
    sources |= overlay(raw, model, environ, problems)
    sources |= inherit(raw)
    return Given(text, raw, sources, problems)


def inherit(raw: dict[str, Any]) -> dict[str, str]:
    """What is not said is taken from a more general place: the desk's zone, the desk's hours."""
    sources = {}
    zone, contracts = value_at(raw, "desk.timezone"), raw.get("contracts")
    if zone is not None and value_at(raw, "hours.timezone") is None:
        sources = dict.fromkeys(lay(raw, "hours.timezone", zone), "desk.timezone")
    for contract in contracts if isinstance(contracts, list) else ():
        if isinstance(value_at(contract, "hours"), dict) and isinstance(raw.get("hours"), dict):
            own = contract["hours"]
            whole = {key: own[key] for key in ("half_days",) if key in own}  # replaced like any list of days
            contract["hours"] = merged(raw["hours"], own) | whole
    return sources


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """promises.levels and the like as tables within tables."""
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        for step in reversed(str(key).split(".")):
            value = {step: value}
        nested = merged(nested, value)
    return nested


def _read_toml(text: str, path: Path | None, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(str(path), f"is not TOML: {error}", "mend that line"))
    return {}


def _read_file(path: Path, problems: list[Problem]) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except IsADirectoryError:
        problems.append(
            Problem(
                str(path), "is a folder", "put a file there (a container makes a folder of a missing file)"
            )
        )
    except OSError as error:
        problems.append(
            Problem(str(path), f"cannot be read ({error.strerror})", "start from helpdesk.example.toml")
        )
    except UnicodeDecodeError as error:
        problems.append(Problem(str(path), f"is not UTF-8 (byte {error.start + 1})", "save it as UTF-8"))
    return ""
