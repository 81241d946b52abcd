"""What the desk still has on its hands, as its database says."""

from sqlalchemy import func, select

from desk.delivery import Audience, DeliveryState
from store import inbox, outbox, tables
from store.database import Database, Unavailable
from store.turns import PENDING

ASKED = frozenset({DeliveryState.DOUBTFUL, DeliveryState.DEAD})
"""A person is asked about such a mail, in the thread."""


def is_quiet(db: Database) -> bool:
    """Whether all mail is read, and every delivery arrived or is one that a person is asked about."""
    with db.read() as session:
        owed = {state for _, state in outbox.counts(session)} - ASKED
        return not inbox.waiting(session) and not owed


def is_owed(db: Database, address: str) -> bool:
    """Whether a mail of this customer may not be read yet, or one to them is under way; so it is where the
    database does not say."""
    row, ticket = tables.outbox.c, tables.tickets.c
    theirs = select(row.id).join(tables.tickets, ticket.number == row.ticket)
    theirs = theirs.where(
        ticket.customer == address, row.audience == Audience.CUSTOMER, row.state.in_(PENDING)
    )
    try:
        with db.read() as session:
            return bool(inbox.waiting(session)) or session.scalars(theirs).first() is not None
    except Unavailable:
        return True


def card_of(db: Database, address: str) -> dict[str, str] | None:
    """Where the card of this customer's first ticket stands, as far as the database says."""
    row, ticket = tables.cards.c, tables.tickets.c
    its = select(row.channel, row.ts).join(tables.tickets, ticket.number == row.ticket)
    try:
        with db.read() as session:
            found = session.execute(its.where(ticket.customer == address).order_by(row.ticket)).first()
    except Unavailable:
        return None
    return {"channel": found.channel, "ts": found.ts} if found else None


def told(db: Database) -> str:
    """In words, for whoever wants to know why nothing moves."""
    row = tables.inbox.c
    unread = select(row.id, row.attempts, row.not_before).where(inbox.IS_NEW)
    with db.read() as session:
        mails = [
            f"{each.id} (begun {each.attempts} times, due {each.not_before})"
            for each in session.execute(unread)
        ]
        owed = [f"{n} {state} to {audience}" for (audience, state), n in outbox.counts(session).items()]
        tickets = session.scalar(select(func.count()).select_from(tables.tickets))
    return f"{tickets} tickets; owed: {owed}; unread: {mails}"
