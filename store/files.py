"""Files that go along with a mail of an agent's, kept from when they were named until the mail is worded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from store import tables
from store.database import Session

_row = tables.files.c


@dataclass(frozen=True)
class File:
    """A file as somebody handed it to us: its name and type are theirs."""

    name: str
    content_type: str
    content: bytes


def keep(session: Session, ticket: int, file: File, *, at: datetime) -> int:
    """Keep a file with its ticket; its number, by which `Ticket.reply` names it."""
    values = {"ticket": ticket, "at": at, **vars(file)}
    kept: int = session.execute(insert(tables.files).values(values).returning(_row.id)).scalar_one()
    return kept


def of(session: Session, ticket: int, numbers: Sequence[int]) -> list[File]:
    """The files of that ticket with these numbers, in that order; what is not there is left out."""
    if not numbers:
        return []
    query = select(_row.id, _row.name, _row.content_type, _row.content)
    rows = session.execute(query.where(_row.ticket == ticket, _row.id.in_(numbers)))
    found = {row.id: File(row.name, row.content_type, row.content) for row in rows}
    return [found[number] for number in numbers if number in found]
