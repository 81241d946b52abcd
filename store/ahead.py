"""What lies ahead of the desk: the next moment at which it has something to do by itself."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import tables
from store.inbox import State
from store.outbox import PENDING


def next_due(session: Session) -> datetime | None:
    """The earliest of: a ticket's attention, a delivery that is still owed, a mail nobody has read.

    In the past while the desk is busy; None when nothing is planned."""
    ticket, delivery, mail = tables.tickets.c, tables.outbox.c, tables.inbox.c
    moments = (
        select(func.min(ticket.attention_at)),
        select(func.min(delivery.not_before)).where(delivery.state.in_(PENDING)),
        select(func.min(mail.not_before)).where(mail.state == State.NEW),
    )
    found = (session.execute(query).scalar_one() for query in moments)
    return min((moment for moment in found if moment is not None), default=None)
