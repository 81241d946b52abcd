"""Places under a limit that all replicas share, each taken once and kept for two days."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql

from store import inbox, tables
from store.database import Session
from store.fixed import Fixed

_row = tables.clicks.c


def claim(session: Session, name: str, *, most: int, at: datetime, seen: int | None = None) -> int | None:
    """Take one of `most` places of that name and return which, None where none is left.

    seen: from which on to look, where the last one was taken before that; None when nobody has looked.
    A place that somebody else is about to take is passed over while there are others: who waits for it waits
    until all that is filed with it is committed.  That none is left is said once it is certain."""
    names = [f"{name}:{place}" for place in range(most)]
    if seen is None and _taken_at_once(session, names[0], at):  # as for most mails
        return 0
    places = range(seen, most) if seen is not None else _open(session, names)
    free = next((place for place in places if _taken_at_once(session, names[place], at)), None)
    if free is None and not session.is_sqlite:
        waited = (place for place in _open(session, names) if inbox.is_first(session, names[place], at=at))
        return next(waited, None)
    return free


def _open(session: Session, names: Sequence[str]) -> list[int]:
    """The places that nobody is known to have."""
    taken = set(session.execute(select(_row.key).where(_row.key.in_(names))).scalars())
    return [place for place, name in enumerate(names) if name not in taken]


def _taken_at_once(session: Session, name: str, at: datetime) -> bool:
    """SQLite has one writer at a time; on PostgreSQL, False as well while another takes it."""
    if session.is_sqlite:
        return inbox.is_first(session, name, at=at)
    return session.first(_UNLESS_HELD, key=name, at=at) is not None


_its_key = bindparam("key", type_=_row.key.type)
_UNLESS_HELD = Fixed(
    postgresql.insert(tables.clicks)
    .from_select(
        ["key", "at"],
        select(_its_key, bindparam("at", type_=_row.at.type)).where(
            func.pg_try_advisory_xact_lock(func.hashtextextended(_its_key, 0))
        ),
    )
    .on_conflict_do_nothing()
    .returning(_row.key)
)
