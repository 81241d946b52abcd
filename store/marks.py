"""By what news can be known again when the database no longer knows that it was told: after a restore."""

from hashlib import sha256

from desk.delivery import Audience
from desk.event import Event
from desk.ticket import Ticket

_DIGITS = 32
"""Of a mark, in hexadecimal."""


def mark_of(ticket: Ticket, event: Event | None, audience: Audience) -> str:
    """What that news is called in every life of the database; "" for what only this one can know.

    A mail that is read again gives its event the same key, and so the same mark.  event: None: the card."""
    if event is not None and not event.key:
        return ""
    root = ticket.history[0].key or f"number:{ticket.number}"
    said = f"helpdesk mark {root} {event.key if event else 'card'} {audience}"
    return sha256(said.encode()).hexdigest()[:_DIGITS]
