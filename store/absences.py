"""Who of the agents is away, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from store import tables
from store.database import Session, insert_once

_row = tables.absences.c


@dataclass(frozen=True)
class Absence:
    """name: as people call them; until: when they are back."""

    agent: str
    name: str
    until: datetime


def keep(session: Session, absence: Absence) -> None:
    """Somebody is away; what they said before no longer counts."""
    facts = {"name": absence.name, "until": absence.until}
    session.execute(insert_once(session, tables.absences).values(agent=absence.agent, **facts))
    session.execute(update(tables.absences).where(_row.agent == absence.agent).values(**facts))


def end(session: Session, agent: str) -> bool:
    """They are back; whether they were away."""
    gone = delete(tables.absences).where(_row.agent == agent).returning(_row.agent)
    return session.execute(gone).first() is not None


def now_away(session: Session, *, now: datetime) -> Mapping[str, Absence]:
    """Whoever is away at that moment, by their Slack id."""
    query = select(_row.agent, _row.name, _row.until).where(_row.until > now).order_by(_row.agent)
    return {row.agent: Absence(*row) for row in session.execute(query)}
