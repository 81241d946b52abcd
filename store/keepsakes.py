"""Small values that the desk must never lose: the secret in its Message-IDs, what it promised last."""

from collections.abc import Callable

from sqlalchemy import select, update

from store import tables
from store.database import Session, insert_once

_row = tables.keepsakes.c


def get_or_make(session: Session, name: str, make: Callable[[], str]) -> str:
    """The value kept under that name; made and kept where there is none yet."""
    found = get(session, name)
    if found is not None:
        return found
    session.execute(insert_once(session, tables.keepsakes).values(name=name, value=make()))
    kept = select(_row.value).where(_row.name == name)
    value: str = session.execute(kept).scalar_one()  # another process may have been first
    return value


def get(session: Session, name: str) -> str | None:
    """The value kept under that name, if any."""
    found: str | None = session.execute(select(_row.value).where(_row.name == name)).scalar()
    return found


def held(session: Session, name: str) -> str:
    """The value kept under that name, "" where there is none; nobody else changes it before the commit."""
    session.execute(insert_once(session, tables.keepsakes).values(name=name, value=""))
    value: str = session.execute(select(_row.value).where(_row.name == name).with_for_update()).scalar_one()
    return value


def swap(session: Session, name: str, before: str, after: str) -> bool:
    """Keep the second value instead of the first ("" where there is none yet), unless somebody else was
    first; whether that was so."""
    session.execute(insert_once(session, tables.keepsakes).values(name=name, value=""))
    mine = update(tables.keepsakes).where(_row.name == name, _row.value == before)
    return session.execute(mine.values(value=after).returning(_row.name)).first() is not None


def keep(session: Session, name: str, value: str) -> None:
    """Keep that value instead of what was kept under the name."""
    session.execute(insert_once(session, tables.keepsakes).values(name=name, value=value))
    session.execute(update(tables.keepsakes).where(_row.name == name).values(value=value))
