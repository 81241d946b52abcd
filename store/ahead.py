"""What lies ahead of the desk: the next moment at which it has something to do by itself."""

from datetime import datetime

from sqlalchemy import Column, Select, func, select
from sqlalchemy.orm import Session

from store import tables
from store.inbox import State
from store.outbox import PENDING


def next_due(session: Session, *, after: datetime | None = None) -> datetime | None:
    """The earliest of: a ticket's attention, a delivery that is still owed, a mail nobody has read.

    In the past while the desk is busy; None when nothing is planned.  after: leave out what is due by then,
    for somebody who knows why it waits."""
    ticket, delivery, mail = tables.tickets.c, tables.outbox.c, tables.inbox.c
    moments = (
        _earliest(ticket.attention_at, after),
        _earliest(delivery.not_before, after).where(delivery.state.in_(PENDING)),
        _earliest(mail.not_before, after).where(mail.state == State.NEW),
    )
    found = (session.execute(query).scalar_one() for query in moments)
    return min((moment for moment in found if moment is not None), default=None)


def _earliest(moment: Column[datetime], after: datetime | None) -> Select[datetime | None]:
    query = select(func.min(moment))
    return query if after is None else query.where(moment > after)
