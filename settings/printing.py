"""Prints settings: what would be used, and the sample file."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    SecretStr,
)
from pydantic.fields import FieldInfo

from settings.contracts import Contract
from settings.desks import MoreDesk
from settings.mailboxes import Box
from settings.values import Period
from settings.walking import SPECIAL, is_list, is_secret, leaves_of, section_in, value_of, variable_of


def describe(config: BaseModel, sources: Mapping[str, str]) -> list[str]:
    """Say what would be used and where each value came from.  Secrets are masked."""
    lines = []
    for key, _ in leaves_of(type(config)):
        value = value_of(config, key)
        shown = "not set" if value is None else _masked(key, value)
        lines.append(f"{key:<32} {shown:<44} {sources.get(key, 'default')}")
    return lines


def _masked(key: str, value: Any) -> str:
    if not isinstance(value, SecretStr):
        return written(_veiled(value))
    text = value.get_secret_value()
    if key == "database.url":
        return re.sub(r"(?<=password=)[^&]*", "***", re.sub(r"(//[^:/@]*:).*(?=@)", r"\1***", text))
    is_token = text.startswith(("xoxb-", "xapp-")) and len(text) >= 16
    return "***" + (text[-4:] if is_token else "")


def _veiled(value: Any) -> Any:
    """The value without the secrets that are somewhere within."""
    match value:
        case SecretStr():
            return "***"
        case BaseModel():
            return _veiled(value.model_dump(exclude_unset=True))
        case Mapping():
            return {name: _veiled(each) for name, each in value.items()}
        case Period():
            return value
        case list() | tuple():
            return [_veiled(each) for each in value]
    return value


_INTRO = """\
# Every setting of the desk.  Copy this file to helpdesk.toml and take away the # before what you change.
# A line like #name = "Helpdesk" shows the default, or an example where the text above it says so.
# The environment beats this file: HELPDESK_SECTION__NAME, like HELPDESK_WEB__PORT or HELPDESK_HOURS__WEEK,
# with lists as JSON or with commas, and the names given below.  A secret may also stand in a file of its own,
# named by its variable with _FILE behind it."""


def example(model: type[BaseModel]) -> str:
    """The text of helpdesk.example.toml."""
    boxes = _list_of(
        "mailboxes",
        Box,
        "More mailboxes, one such table for each; its smtp and oauth, where not set, are those of [mail]",
    )
    clients = _list_of("contracts", Contract, "Clients with promises of their own, one such table for each")
    desks = _list_of(
        "desks", MoreDesk, "More desks, one such table for each; a mail goes to the first that asks for it"
    )
    return "\n".join([_INTRO, *_table(model, ""), *boxes, *clients, *desks]) + "\n"


def _table(model: type[BaseModel], above: str) -> Iterator[str]:
    fields = model.model_fields.items()
    for name, field in fields:
        if not section_in(field) and (above or not is_list(field)):
            yield from _entry(f"{above}{name}", name, field)
    for name, field in fields:
        inner = section_in(field)
        if inner:
            yield from ("", f"[{above}{name}]", *_table(inner, f"{above}{name}."))


def _entry(key: str, name: str, field: FieldInfo) -> Iterator[str]:
    note = (
        " (needed; an example)"
        if field.is_required()
        else " (not set; an example)"
        if field.default is None
        else ""
    )
    yield f"# {field.description}{note}"
    if is_secret(field) or key in SPECIAL:
        variable = variable_of(key.replace("mailboxes.", "mailboxes[0]."))
        yield f"# In the environment: {variable}" + (f" or {variable}_FILE" if is_secret(field) else "")
    yield f"#{name} = {written(sample(field))}"


def _list_of(name: str, model: type[BaseModel], words: str) -> Iterator[str]:
    yield from ("", f"# {words}", f"#[[{name}]]")
    fields = model.model_fields.items()
    for each, field in fields:
        if field.examples or not section_in(field):
            yield from _entry(f"{name}.{each}", each, field)
    for each, field in fields:
        if (inner := section_in(field)) and not field.examples:
            yield f"#[{name}.{each}]"
            yield from _entries(f"{name}.{each}.", inner)


def _entries(above: str, model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield from _entry(f"{above}{name}", name, field)


def sample(field: FieldInfo) -> Any:
    return field.examples[0] if field.examples else field.get_default(call_default_factory=True)


def written(value: Any) -> str:
    """The value as TOML writes it."""
    match value:
        case SecretStr():
            return written(value.get_secret_value())
        case BaseModel():
            return written(value.model_dump(exclude_unset=True))
        case Period() | ZoneInfo() | Path():
            return f'"{value}"'
        case Mapping():
            inside = ", ".join(f"{_key(str(key))} = {written(each)}" for key, each in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return "[" + ", ".join(map(written, value)) + "]"
        case date() | Decimal():
            return str(value)
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name, ensure_ascii=False)
