"""The mails of each ticket, in and out: what they were called and what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import Executable, bindparam, func, insert, select, update

from desk.delivery import Audience
from store import tables
from store.database import Session
from store.fixed import Fixed, Row

_row = tables.emails.c
_FACTS = [column.name for column in _row][3:]
_NEW = Fixed(insert(tables.emails), columns=[column.name for column in _row][1:])
_OF_TICKET = Fixed(select(tables.emails).where(_row.ticket == bindparam("number")).order_by(_row.id))
_OF_DELIVERY = Fixed(select(tables.emails).where(_row.delivery == bindparam("delivery")))


class Direction(StrEnum):
    """IN: a customer wrote.  OUT: the desk did."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, kw_only=True)
class Email:
    """One mail of a ticket.

    address: the sender of a mail in, the recipient of a mail out.  body: the whole visible text.  raw: the
    bytes of a mail out, the same on every attempt (a mail in is kept raw in the inbox).  told_response,
    told_recovery: the dates that a mail out named.  thread_index: where Outlook has a mail in.  proved_at:
    when a copy of a mail out was seen, which proves that a server took it."""

    ticket: int
    direction: Direction
    message_id: str
    address: str
    subject: str
    body: str
    at: datetime
    inbox: int | None = None
    delivery: int | None = None
    raw: bytes | None = None
    told_response: datetime | None = None
    told_recovery: datetime | None = None
    thread_index: str | None = None
    proved_at: datetime | None = None


def keep(session: Session, email: Email) -> None:
    """Keep a mail with its ticket."""
    session.foreseen[_OWNERS].pop(email.message_id, None)
    session.later(_NEW, vars(email))


def owner_of(session: Session, message_ids: Sequence[str]) -> tuple[int, Direction] | None:
    """Which ticket one of these Message-IDs belongs to, and whether the desk wrote that mail.

    The first of message_ids counts most: give the newest first.  Where two mails bear the same one, the
    desk's own counts, else the one that was kept first; an empty one is nobody's."""
    known = session.foreseen[_OWNERS]
    given = [mid for mid in message_ids if mid]
    unknown = [mid for mid in given if mid not in known]
    if unknown:
        foresee(session, unknown)
    return next((known[mid] for mid in given if known[mid]), None)


_OWNERS = "tickets and directions by Message-ID"


def foresee(session: Session, message_ids: Sequence[str]) -> set[int]:
    """Look for all of these at once, so that owner_of and is_ours need not ask for each; their tickets."""
    found = session.execute(_owners(), {"given": message_ids})
    owners = {mid: (ticket, Direction(way)) for mid, ticket, way in found}
    session.foreseen[_OWNERS].update(dict.fromkeys(message_ids) | owners)
    return {ticket for ticket, _ in owners.values()}


@cache
def _owners() -> Executable:
    query = select(_row.message_id, _row.ticket, _row.direction)
    named = query.where(_row.message_id.in_(bindparam("given", expanding=True)))
    return named.order_by(_row.direction, _row.id.desc())  # what counts comes last


def is_ours(session: Session, message_id: str) -> bool:
    """Whether the desk sent a mail of that name."""
    owner = owner_of(session, (message_id,))
    return owner is not None and owner[1] is Direction.OUT


_MOST_COPIES = 20


def came_under(session: Session, message_id: str) -> Sequence[int]:
    """The inbox ids of the first mails that came in under that name."""
    named = (_row.message_id == message_id, _row.inbox.is_not(None))
    return session.scalars(select(_row.inbox).where(*named).order_by(_row.id).limit(_MOST_COPIES)).all()


def of_ticket(session: Session, number: int) -> list[Email]:
    """All mails of a ticket, the oldest first."""
    return [_email(row) for row in session.every(_OF_TICKET, number=number)]


def of_delivery(session: Session, delivery: int) -> Email | None:
    """The mail that a delivery sends, once it has been worded."""
    found = session.first(_OF_DELIVERY, delivery=delivery)
    return _email(found) if found else None


def about(session: Session, number: int, seq: int) -> Email | None:
    """The mail to a customer about that event of a ticket, once it has been worded."""
    owed = tables.outbox.c
    its = (owed.ticket == number, owed.seq == seq, owed.audience == Audience.CUSTOMER)
    found = session.execute(select(owed.id).where(*its)).scalar()
    return of_delivery(session, found) if found else None


def came_as(session: Session, number: int, inbox: int) -> Email | None:
    """The mail of a ticket that came into the inbox under that number."""
    query = select(tables.emails).where(_row.ticket == number, _row.inbox == inbox)
    found = session.execute(query.order_by(_row.id)).first()
    return _email(tuple(found)) if found else None


def sent_about(session: Session, number: int) -> dict[int, Email]:
    """The mails to customers of a ticket that were worded, by the event that each is about."""
    owed = tables.outbox.c
    query = select(owed.seq, tables.emails).join(tables.outbox, owed.id == _row.delivery)
    rows = session.execute(query.where(_row.ticket == number, owed.seq.is_not(None)).order_by(_row.id))
    return {seq: _email(tuple(row)) for seq, *row in rows}


def prove(session: Session, message_id: str, *, at: datetime) -> int | None:
    """Note that a copy of that mail of ours was seen; the delivery that sent it, None for no mail of ours."""
    ours = update(tables.emails).where(_row.message_id == message_id, _row.direction == Direction.OUT)
    noted = ours.values(proved_at=func.coalesce(_row.proved_at, at)).returning(_row.delivery)
    return session.execute(noted).scalar() if message_id else None


def _email(row: Row) -> Email:
    _, ticket, direction, *facts = row
    return Email(ticket=ticket, direction=Direction(direction), **dict(zip(_FACTS, facts, strict=True)))
