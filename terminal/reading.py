"""Opens the desk's database for a command, also beside a running desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.call import EX_CONFIG, Refused, refusals

if TYPE_CHECKING:
    from config import Config
    from store.database import Database


_AN_HOUR = 3600.0
"""Seconds that one statement of a command may take: whoever typed it can end it."""


@contextmanager
def opened(config: Config) -> Iterator[Database]:
    """The database as it is; opening it makes and changes nothing.

    Raises Refused where there is none yet, or where it has another version's schema."""
    from settings.promised import policy_of
    from sla.keeping import database_of
    from store import schema

    url = config.database.url.get_secret_value()
    file = url.removeprefix("sqlite:///").partition("?")[0]
    if url.startswith("sqlite") and not Path(file).exists():
        raise Refused(f"There is no database at {file} yet: `helpdesk serve` makes it.", EX_CONFIG)
    with refusals():
        db = database_of(url, policy_of(config), answers_within=_AN_HOUR)
        try:
            if not schema.is_current(db):
                raise Refused("The database has the schema of another version of the desk.", EX_CONFIG)
            yield db
        finally:
            db.close()
