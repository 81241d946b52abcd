"""Fields of a form that hold one line, a day or a choice, and refusals that belong to one of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from bot import blocks, filled
from bot.blocks import Block, plain
from desk.errors import DeskError

Chosen = TypeVar("Chosen", bound=StrEnum)


class Misfilled(DeskError):
    """A refusal of what somebody wrote in one field.  field: its name."""

    def __init__(self, reason: str, field: str) -> None:
        super().__init__(reason)
        self.field = field


@contextmanager
def about(field: str) -> Iterator[None]:
    """Whatever is refused meanwhile is said below that field."""
    try:
        yield
    except DeskError as refusal:
        raise Misfilled(str(refusal), field) from refusal


def line(
    name: str, label: str, value: str = "", *, placeholder: str = "", hint: str = "", optional: bool = False
) -> Block:
    """A field of one line."""
    element: Block = {"type": "plain_text_input", "action_id": name, "max_length": 100}
    element |= {"initial_value": value} if value else {}
    element |= {"placeholder": plain(placeholder, 150)} if placeholder else {}
    return _input(name, label, element, hint=hint, optional=optional)


def text(name: str, label: str, value: str = "", *, placeholder: str = "", hint: str = "") -> Block:
    """A field of several lines."""
    field = blocks.text_input(name, label, placeholder=placeholder, hint=hint)
    return field | {"element": field["element"] | ({"initial_value": value} if value else {})}


def day(name: str, label: str, value: date | None = None, *, hint: str = "", optional: bool = False) -> Block:
    """A calendar to choose a day from."""
    element: Block = {"type": "datepicker", "action_id": name}
    element |= {"initial_date": value.isoformat()} if value else {}
    return _input(name, label, element, hint=hint, optional=optional)


def clock(name: str, label: str, value: time, *, hint: str = "") -> Block:
    """A time of day."""
    element: Block = {"type": "timepicker", "action_id": name, "initial_time": f"{value:%H:%M}"}
    return _input(name, label, element, hint=hint)


def choice(name: str, label: str, options: Mapping[str, str], chosen: str, *, hint: str = "") -> Block:
    """One of a few.  options: what each is called, by its value."""
    drawn = {key: blocks.option(called, key) for key, called in options.items()}
    return _input(
        name, label, blocks.select(name, "Choose", list(drawn.values()), chosen=drawn[chosen]), hint=hint
    )


def one_of(state: Mapping[str, Any], name: str, kind: type[Chosen]) -> Chosen:
    """What was chosen in the list of that name.  Raises Misfilled where it is none of these."""
    try:
        return kind(filled.value_of(state, name))
    except ValueError as error:
        raise Misfilled("Choose one of the list.", name) from error


def day_of(written: str) -> date:
    """The day that a calendar gave.  Raises DeskError."""
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise DeskError("Choose a day.") from error


def _input(name: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    block: Block = {"type": "input", "block_id": name, "label": plain(label), "element": element}
    return block | {"optional": optional} | ({"hint": plain(hint)} if hint else {})
