"""Open tickets about whose money a client was asked."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from desk.event import Kind
from desk.status import OPEN
from desk.ticket import Ticket
from store import loading, tables
from store.database import Session

_row, _event = tables.tickets.c, tables.events.c


def asked(session: Session) -> Sequence[Ticket]:
    """Every one of them, the oldest first."""
    was_asked = exists().where(_event.ticket == _row.number, _event.kind == Kind.BUDGET_ASKED)
    query = select(tables.tickets).where(_row.status.in_(OPEN), was_asked).order_by(_row.number)
    return loading.some(session, query)
