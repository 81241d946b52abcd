"""Tickets that are about the same: looked for when one is opened, and followed when the other is solved."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select

from desk.actor import Actor
from desk.event import Event, Kind
from desk.likeness import alike
from desk.status import OPEN, Status
from desk.ticket import Ticket
from store import loading, tables
from store.fixed import Fixed
from store.session import Session

_LOOKED_AT = 2_000
"""Of so many of the newest tickets the subjects are compared, at the most."""

_NAMED = 3
"""Tickets that one line names."""

_DESK = Actor.system("likeness")
_row = tables.tickets.c


def _before() -> Select[Any]:
    number, client = bindparam("number", type_=_row.number.type), bindparam("client", type_=_row.client.type)
    newest = select(func.max(_row.number)).scalar_subquery()
    near = and_(_row.number < number, _row.number >= newest - _LOOKED_AT)
    same = or_(_row.customer == bindparam("customer"), and_(_row.client == client, _row.client != ""))
    # Said of the others, for by those that it is SQLite looks at every open ticket there is.
    worked_on = and_(*(_row.status != each for each in sorted(set(Status) - OPEN - {Status.RESOLVED})))
    query = select(_row.number, _row.subject).where(near, same, worked_on, _row.desk == bindparam("desk"))
    return query.where(_row.opened_at >= bindparam("since")).order_by(_row.number.desc())


_BEFORE = Fixed(_before())
_NO_NUMBER_YET = 2**62


def suspect(session: Session, ticket: Ticket, *, at: datetime, within: timedelta) -> None:
    """Say in a new ticket's thread which tickets of the same customer or company it may repeat.

    Best before the ticket is kept: then it is written once.
    within: how long ago those were opened at the most; none are looked for where it is zero."""
    if not within:
        return
    found = session.every(
        _BEFORE, number=ticket.number or _NO_NUMBER_YET, customer=ticket.customer, client=ticket.client,
        desk=ticket.desk, since=ticket.opened_at - within,
    )  # fmt: skip
    others = list(islice((number for number, subject in found if alike(ticket.subject, subject)), _NAMED))
    if others:
        ticket.resembles(others, by=_DESK, at=at)


def follow(session: Session, ticket: Ticket, fresh: Sequence[Event]) -> None:
    """Let the customers of its duplicates hear that it is resolved, in the commit that resolves it."""
    resolved = next((event for event in fresh if event.kind is Kind.RESOLVED), None)
    for number in ticket.duplicates if resolved else ():
        duplicate = loading.one(session, number)
        if resolved and duplicate:
            duplicate.solved_elsewhere(ticket.number, resolved, at=resolved.at)


def original_of(session: Session, ticket: Ticket, writer: str) -> Ticket:
    """The ticket that a reply to this one is about: itself, unless it was cancelled for one that the writer
    may write to."""
    other = loading.one(session, ticket.duplicate_of) if ticket.duplicate_of else None
    return other if other and other.takes_replies and writer in other.participants else ticket
