"""Lays the environment over what the file says."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from settings.problems import Problem
from settings.walking import (
    SPECIAL,
    is_list,
    is_secret,
    lay,
    secrets_of_items,
    section_in,
    settings_of,
    variable_of,
)

# What others put into the environment under our name: the tests, the choice of the file, and what container
# platforms make up for a service that is called "helpdesk".
_NOT_OURS = re.compile(r"HELPDESK_(TEST_.*|CONFIG|SERVICE_(HOST|PORT.*)|PORT(_\d+_.*)?)")


def overlay(
    raw: dict[str, Any], model: type[BaseModel], environ: Mapping[str, str], problems: list[Problem]
) -> dict[str, str]:
    """Lay the environment over the file's values and say which keys it set.  An empty variable is none."""
    sources: dict[str, str] = {}
    known: dict[str, tuple[str, FieldInfo]] = {}
    for settings in (settings_of(model), secrets_of_items(model, raw)):  # the list itself comes first
        these = {variable_of(key): (key, field) for key, field in settings}
        for name, (key, field) in these.items():
            source, text = _given(name, field, environ, problems)
            if text is not None:
                sources |= dict.fromkeys(lay(raw, key, _parsed(text, field)), source)
        known |= these
    problems.extend(_strangers(known, environ))
    return sources


def _given(
    name: str, field: FieldInfo, environ: Mapping[str, str], problems: list[Problem]
) -> tuple[str, str | None]:
    """The variable that holds the value, and the value."""
    text, file = environ.get(name) or None, is_secret(field) and environ.get(f"{name}_FILE")
    if text and file:
        problems.append(Problem(name, f"is set, and so is {name}_FILE", "keep one of them"))
    if text or not file:
        return name, text
    return f"{name}_FILE", _secret_in(Path(file), f"{name}_FILE", problems)


def _secret_in(path: Path, name: str, problems: list[Problem]) -> str:
    reason = "is empty"
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        text, reason = "", f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        text, reason = "", "is not text"
    if not text:
        problems.append(
            Problem(name, f"{path} {reason}", "name a readable file that holds nothing but the secret")
        )
    return text


def _parsed(text: str, field: FieldInfo) -> Any:
    """Lists and tables come as JSON or with commas; all else is text for the model to judge."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        if is_list(field):
            return json.loads(text) if text.lstrip().startswith("[") else parts
        if section_in(field):
            return (
                json.loads(text) if text.lstrip().startswith("{") else dict(part.split("=") for part in parts)
            )
    except ValueError:
        pass  # the model says what it wants instead of this text
    return text


def _strangers(known: Mapping[str, tuple[str, FieldInfo]], environ: Mapping[str, str]) -> Iterator[Problem]:
    allowed = {*known, *(f"{name}_FILE" for name, (_, field) in known.items() if is_secret(field))}
    for name in sorted(environ):
        if name.startswith("HELPDESK_") and name not in allowed and not _NOT_OURS.fullmatch(name):
            special = SPECIAL.get(name.removeprefix("HELPDESK_").lower().replace("__", "."))
            near = [special] if special else difflib.get_close_matches(name, sorted(allowed), n=1, cutoff=0.8)
            yield Problem(name, "is not a setting", f"did you mean {near[0]}?" if near else "remove it")
