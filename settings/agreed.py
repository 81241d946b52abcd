"""What was promised, as text: kept in the database, so that a change is noticed and can be rehearsed."""

import tomllib
from importlib.metadata import version
from typing import Any, Protocol

from pydantic import BaseModel

from settings.contracts import Contract
from settings.hours import Hours
from settings.printing import written
from settings.promises import Promises
from settings.section import Section

_RECKON = ("slack-mail-helpdesk", "holidays", "tzdata", "python-dateutil")
"""Another version of one of these may reckon other dates from the same settings."""


class Agreed(Protocol):
    """The settings that dates depend on."""

    @property
    def hours(self) -> Hours: ...

    @property
    def promises(self) -> Promises: ...

    @property
    def contracts(self) -> tuple[Contract, ...]: ...


class Kept(Section):
    """The same, read back."""

    hours: Hours = Hours()
    promises: Promises = Promises()
    contracts: tuple[Contract, ...] = ()


def text_of(agreed: Agreed) -> str:
    """The settings that dates depend on, as TOML, with what reckons the dates; equal where dates are."""
    lines = [f"# {' '.join(f'{name} {version(name)}' for name in _RECKON)}"]
    lines += [f"hours = {_table(agreed.hours)}", f"promises = {_table(agreed.promises)}"]
    lines += [f"contracts = [{', '.join(map(_table, agreed.contracts))}]"]
    return "\n".join(lines)


def read(text: str) -> Kept:
    """The settings back from their text.  Raises ValueError for what is no longer a setting."""
    return Kept.model_validate(tomllib.loads(text))


def _table(section: BaseModel) -> str:
    return written(_said(section))


def _said(section: BaseModel) -> dict[str, Any]:
    """Every setting that has a value, also the defaults: those may be others in another version."""
    return {name: _plain(value) for name, value in section if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _said(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
