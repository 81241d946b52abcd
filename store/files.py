"""Files that go along with a mail of an agent's, kept from when they were named until the mail is worded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from store import tables
from store.database import Session, insert_once

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


def keep_fetched(session: Session, ticket: int, seq: int, place: int, file: File, *, at: datetime) -> None:
    """Keep what was fetched for a mail: the file that the event seq names at that place, once."""
    values = {"ticket": ticket, "at": at, "seq": seq, "place": place, **vars(file)}
    session.execute(insert_once(session, tables.files).values(values))


def fetched(session: Session, ticket: int, seq: int) -> dict[int, File]:
    """What was fetched for the mail of that event, by the place at which it is named."""
    query = select(_row.place, _row.name, _row.content_type, _row.content)
    rows = session.execute(query.where(_row.ticket == ticket, _row.seq == seq))
    return {row.place: File(row.name, row.content_type, row.content) for row in rows}


def places_fetched(session: Session, ticket: int, seq: int) -> set[int]:
    """The places of those, without what is in them."""
    return set(session.scalars(select(_row.place).where(_row.ticket == ticket, _row.seq == seq)))


def of(session: Session, ticket: int, numbers: Sequence[int]) -> list[File]:
    """The files of that ticket with these numbers, in that order; what is not there is left out."""
    if not numbers:
        return []
    query = select(_row.id, _row.name, _row.content_type, _row.content)
    rows = session.execute(query.where(_row.ticket == ticket, _row.id.in_(numbers)))
    found = {row.id: File(row.name, row.content_type, row.content) for row in rows}
    return [found[number] for number in numbers if number in found]
