"""How the desk's own classes lie in the tables.  The desk knows nothing of it."""

from functools import cache

from sqlalchemy.orm import composite, registry, relationship

from desk.actor import Actor
from desk.delivery import Delivery
from desk.event import Event
from desk.ticket import Ticket
from store import tables


@cache
def map_desk() -> None:
    """Map Ticket, Event and Delivery; a second call does nothing."""
    mapper = registry(metadata=tables.metadata)
    mapper.map_imperatively(Delivery, tables.outbox, properties={"ticket_number": tables.outbox.c.ticket})
    mapper.map_imperatively(
        Event,
        tables.events,
        properties={
            "ticket_number": tables.events.c.ticket,
            "by": composite(
                Actor,
                tables.events.c.by_role,
                tables.events.c.by_key,
                tables.events.c.by_name,
                tables.events.c.by_door,
            ),
            "deliveries": relationship(Delivery, order_by=tables.outbox.c.id, passive_deletes=True),
        },
    )
    mapper.map_imperatively(
        Ticket,
        tables.tickets,
        version_id_col=tables.tickets.c.version,
        version_id_generator=False,  # the desk counts: one version per event
        properties={
            "history": relationship(
                Event, order_by=tables.events.c.seq, lazy="selectin", passive_deletes=True
            )
        },
    )
    mapper.configure()
