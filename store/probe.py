"""Whether the database takes what is written, tried by writing: reading shows no lock and no full disk."""

from datetime import datetime

from store import keepsakes
from store.database import Database

_NAME = "last probe"
_WITHIN = 3.0
"""Seconds; one that takes longer is too slow for people who click."""


def write(db: Database, *, at: datetime, within: float = _WITHIN) -> None:
    """Write that it can be written at that moment.

    within: seconds to wait for others who write.  Raises store.database.Unavailable."""
    with db.change(urgent=True, within=within) as session:
        keepsakes.keep(session, _NAME, at.isoformat())
