"""Small values that the desk makes once and must never lose, such as the secret in its Message-IDs."""

from collections.abc import Callable

from sqlalchemy import insert, select

from store import tables
from store.database import Session

_row = tables.keepsakes.c


def get_or_make(session: Session, name: str, make: Callable[[], str]) -> str:
    """The value kept under that name; made and kept where there is none yet."""
    found: str | None = session.execute(select(_row.value).where(_row.name == name)).scalar()
    if found is not None:
        return found
    value = make()
    session.execute(insert(tables.keepsakes).values(name=name, value=value))
    return value
