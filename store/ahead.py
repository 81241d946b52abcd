"""What lies ahead of the desk: the next moments at which it has something to do by itself."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, bindparam, func, select

from store import tables
from store.fixed import Fixed, Row
from store.inbox import IS_NEW
from store.session import Session
from store.turns import is_owed


@dataclass(frozen=True)
class Ahead:
    """The earliest of each: a ticket's attention, a delivery that is still owed, a mail nobody has read."""

    ticket: datetime | None
    delivery: datetime | None
    mail: datetime | None

    @property
    def first(self) -> datetime | None:
        """The earliest of all; None when nothing is planned."""
        moments = (self.ticket, self.delivery, self.mail)
        return min((moment for moment in moments if moment is not None), default=None)


def next_due(session: Session) -> datetime | None:
    """When the desk has something to do next; in the past while it is busy, None when nothing is planned."""
    return look(session).first


def look(session: Session) -> Ahead:
    """What is due next, or has been for some time."""
    return _found(session.first(_earliest(later=False)))


def look_beyond(session: Session, moment: datetime) -> Ahead:
    """The same without what is due by then, for somebody who knows why it waits."""
    return _found(session.first(_earliest(later=True), moment=moment))


def _found(row: Row | None) -> Ahead:
    return Ahead(*(row or (None, None, None)))


@cache
def _earliest(*, later: bool) -> Fixed:
    """One statement, built once; each of its three parts is a look into an index."""
    ticket, delivery, mail = tables.tickets.c, tables.outbox.c, tables.inbox.c
    earliest = select(
        _first(ticket.attention_at, ticket.attention_at.is_not(None), later=later),
        _first(delivery.not_before, is_owed(delivery), later=later),
        _first(mail.not_before, IS_NEW, later=later),
    )
    return Fixed(earliest)


def _first(moment: Column[datetime], which: ColumnElement[bool], *, later: bool) -> ColumnElement[Any]:
    query = select(func.min(moment)).where(which)
    beyond: BindParameter[datetime] = bindparam("moment")
    return (query.where(moment > beyond) if later else query).scalar_subquery()
