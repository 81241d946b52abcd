"""What is told once and is about no ticket: taken up by one process, looked for after its death, told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from store import inbox, tables
from store.database import Session

LEASE = timedelta(minutes=5)
"""Whoever took it up and did not say by then what came of it has died over it."""

_row = tables.clicks.c
_TOLD = ":told"


@dataclass(frozen=True)
class Taken:
    """Who tells it has it since then.  tried: since when somebody before had it, who did not come to say
    whether it is told; None where nobody had."""

    key: str
    at: datetime
    tried: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether so much of the lease is over that another may be at it by the time it is told."""
        return now - self.at >= LEASE / 2


def is_due(session: Session, key: str, *, now: datetime) -> bool:
    """Whether it is to be told, as far as anybody knows, and nobody is at it."""
    tried = _tried(session, key)
    return tried is None or (now - tried >= LEASE and not is_told(session, key))


def is_told(session: Session, key: str) -> bool:
    """Whether that is on record."""
    return _tried(session, key + _TOLD) is not None


def take(session: Session, key: str, *, now: datetime) -> Taken | None:
    """Take it up; the caller commits before it tells anybody.  None where it is told, or another is at it."""
    if not is_due(session, key, now=now):
        return None
    if inbox.is_first(session, key, at=now):
        return Taken(key, now)
    tried = _tried(session, key)
    if tried is None or now - tried < LEASE:
        return None
    mine = update(tables.clicks).where(_row.key == key, _row.at == tried).values(at=now)
    won = session.execute(mine.returning(_row.key)).first() is not None
    return Taken(key, now, tried) if won else None


def unsettled(session: Session, beginning: str) -> list[str]:
    """The keys with that beginning that were taken up and are not known to be told, the oldest first."""
    begun = _row.key.startswith(beginning, autoescape=True)
    keys = session.scalars(select(_row.key).where(begun).order_by(_row.at)).all()
    told = {key.removesuffix(_TOLD) for key in keys if key.endswith(_TOLD)}
    return [key for key in keys if not key.endswith(_TOLD) and key not in told]


def settle(session: Session, taken: Taken, *, at: datetime) -> None:
    """It is told, or there is nothing to tell."""
    inbox.is_first(session, taken.key + _TOLD, at=at)


def give_back(session: Session, taken: Taken) -> None:
    """It surely was not told: it is as it was before it was taken up."""
    mine = (_row.key == taken.key, _row.at == taken.at)
    if taken.tried is None:
        session.execute(delete(tables.clicks).where(*mine))
    else:
        session.execute(update(tables.clicks).where(*mine).values(at=taken.tried))


def _tried(session: Session, key: str) -> datetime | None:
    found: datetime | None = session.execute(select(_row.at).where(_row.key == key)).scalar()
    return found
