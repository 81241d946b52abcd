"""What every command is handed, and how one ends that could not do its work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from config import Config, Opening

T = TypeVar("T")
EX_DATAERR, EX_NOINPUT, EX_TEMPFAIL, EX_CONFIG = 65, 66, 75, 78
"""Exit statuses of sysexits.h: 65 unusable input, 66 there is no such thing, 75 not now, try again later,
78 unusable settings."""


class Refused(click.ClickException):
    """Ends a command with one line that says what to do, and an exit status."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code: int = exit_code  # type: ignore[misc]  # click says how in its own documentation


@dataclass(frozen=True)
class Call:
    """How the command line was called.  now: reads the clock."""

    config_path: Path | None
    now: Callable[[], datetime]

    def settings_file(self) -> Path | None:
        """The file that was named, else helpdesk.toml here, where there is one."""
        usual = Path("helpdesk.toml")
        return self.config_path or (usual if usual.exists() else None)

    def settings(self) -> Config:
        """The settings of the file that was named, else of helpdesk.toml here, else the defaults.

        Raises Refused, which names everything that must be mended."""
        from config import load

        return self._read(load)

    def opening(self) -> Opening:
        """Only when the desk is open, from the same place; nothing else of the settings has to be right.

        Raises Refused, as settings does."""
        from config import load_opening

        return self._read(load_opening)

    def worded(self) -> Config:
        """What decides over words and dates, from the same place; the ways in and out need not be right.

        Raises Refused, as settings does."""
        from config import load_rehearsed

        return self._read(lambda path, environ: load_rehearsed(path, environ, {}))

    def _read(self, load: Callable[[Path | None, Mapping[str, str]], T]) -> T:
        from settings.problems import ConfigRefused

        try:
            return load(self.settings_file(), os.environ)
        except ConfigRefused as refused:
            raise Refused(str(refused), EX_CONFIG) from refused


@contextmanager
def refusals() -> Iterator[None]:
    """Say in one line, with the right exit status, what kept a command from its work."""
    from mail.templates.loading import TemplateRefused
    from store.database import Unavailable
    from store.schema import SchemaTooNew

    try:
        yield
    except (Unavailable, OSError) as problem:
        reason = " ".join(str(problem).split()).rstrip("?!.")  # libpq asks questions over several lines
        raise Refused(f"{reason}. Nothing was changed; try again later.", EX_TEMPFAIL) from problem
    except (SchemaTooNew, TemplateRefused, ValueError) as problem:
        raise Refused(str(problem), EX_CONFIG) from problem
