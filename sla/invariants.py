"""What must always be true of promised time, looked at without changing it."""

from collections.abc import Iterator
from datetime import datetime

from sla.clock import attention
from sla.policy import Policy
from store import tickets
from store.database import Database, Session
from store.invariants import Invariant

_PAGE = 500


def invariants(db: Database, policy: Policy) -> tuple[Invariant, ...]:
    """The invariants that need the promises: they load every ticket that is not closed, some at a time."""

    def forgotten(_session: Session, _now: datetime) -> Iterator[str]:
        behind = 0
        while True:
            with db.read() as session:
                page = tickets.open_after(session, behind, limit=_PAGE)
            if not page:
                return
            for ticket in page:
                if ticket.attention_at is None and attention(ticket, policy) is not None:
                    yield f"ticket {ticket.number} has something ahead of it, and no sweep will look at it"
            behind = page[-1].number

    words = "whatever may happen to a ticket by itself, the sweep will look at it"
    return (Invariant("looked-after", words, forgotten),)
