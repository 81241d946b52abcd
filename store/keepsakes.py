"""Small values that the desk makes once and must never lose, such as the secret in its Message-IDs."""

from collections.abc import Callable

from sqlalchemy import select

from store import tables
from store.database import Session, insert_once

_row = tables.keepsakes.c


def get_or_make(session: Session, name: str, make: Callable[[], str]) -> str:
    """The value kept under that name; made and kept where there is none yet."""
    kept = select(_row.value).where(_row.name == name)
    found: str | None = session.execute(kept).scalar()
    if found is not None:
        return found
    session.execute(insert_once(session, tables.keepsakes).values(name=name, value=make()))
    value: str = session.execute(kept).scalar_one()  # another process may have been first
    return value
