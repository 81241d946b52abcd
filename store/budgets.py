"""Open tickets about whose money a client was asked."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from desk.event import Kind
from desk.reach import EVERYTHING, Reach
from desk.status import OPEN
from desk.ticket import Ticket
from store import loading, tables
from store.database import Session
from store.reaching import within

_row, _event = tables.tickets.c, tables.events.c


def asked(session: Session, *, reach: Reach = EVERYTHING) -> Sequence[Ticket]:
    """Every one of them, the oldest first.  reach: the desks of whoever reads."""
    was_asked = exists().where(_event.ticket == _row.number, _event.kind == Kind.BUDGET_ASKED)
    which = (_row.status.in_(OPEN), was_asked, *within(reach))
    return loading.some(session, select(tables.tickets).where(*which).order_by(_row.number))
