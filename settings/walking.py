"""Walks the model of the settings: keys, variables, values."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import (
    BaseModel,
)
from pydantic.fields import FieldInfo

SPECIAL = {
    "slack.bot_token": "SLACK_BOT_TOKEN",
    "slack.app_token": "SLACK_APP_TOKEN",
    "slack.signing_secret": "SLACK_SIGNING_SECRET",
    "slack.api_url": "SLACK_API_URL",
    "database.url": "DATABASE_URL",
}


def settings_of(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key with its field, a table before what is in it."""
    for name, field in model.model_fields.items():
        yield f"{above}{name}", field
        inner = section_in(field)
        if inner:
            yield from settings_of(inner, f"{above}{name}.")


def leaves_of(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    return ((key, field) for key, field in settings_of(model) if not section_in(field))


def secrets_of_items(model: type[BaseModel], raw: Mapping[str, Any]) -> Iterator[tuple[str, FieldInfo]]:
    """The secrets of each table of a list, like mailboxes[0].password, for as many tables as there are."""
    for name, field in model.model_fields.items():
        item, given = model_in(field.annotation), raw.get(name)
        if is_list(field) and item and isinstance(given, list):
            for n in range(len(given)):
                yield from (each for each in settings_of(item, f"{name}[{n}].") if is_secret(each[1]))


def section_in(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := model_in(part))), None)


def is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


def variable_of(key: str) -> str:
    return SPECIAL.get(key) or "HELPDESK_" + re.sub(r"\[(\d+)\]", r"__\1", key).upper().replace(".", "__")


def key_of(loc: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc).lstrip(".")


def value_at(raw: Any, key: str) -> Any:
    for step in key.split("."):
        raw = raw.get(step) if isinstance(raw, dict) else None
    return raw


def value_of(config: BaseModel, key: str) -> Any:
    value: Any = config
    for step in key.split("."):
        value = getattr(value, step)
    return value


def lay(raw: dict[str, Any], key: str, value: Any) -> Iterator[str]:
    """Put the value where the key says, and yield the keys that were set."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from lay(raw, f"{key}.{name}", each)
        return
    *above, last = key.split(".")
    for step in above:
        raw = _below(raw, step) if isinstance(raw, dict) else raw
    if isinstance(raw, dict) and value != "":
        raw[last] = value
    yield key


def _below(raw: dict[str, Any], step: str) -> Any:
    name, _, place = step.rstrip("]").partition("[")
    return raw[name][int(place)] if place else raw.setdefault(name, {})


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    inner = {
        key: merged(below[key], value)
        for key, value in above.items()
        if isinstance(value, dict) and isinstance(below.get(key), dict)
    }
    return {**below, **above, **inner}
