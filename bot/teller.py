"""What the senders of card, thread and warnings have in common."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.wire import Wire
from desk.delivery import Delivery
from desk.errors import DeliveryFailed
from desk.event import Event
from desk.ticket import Ticket
from store import aftermath, cards, tickets
from store.cards import Place
from store.database import Database, Session
from store.outbox import Patience

PATIENCE = Patience(timedelta(seconds=2), timedelta(minutes=5), timedelta(days=30))
"""Slack comes back; until then the outbox waits."""


@dataclass(frozen=True)
class Teller:
    """What the three have in common.  db: where the tickets are; wire: the calls of Slack."""

    db: Database
    wire: Wire
    patience = PATIENCE

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        """Nothing follows from it."""

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        """The outbox keeps it as dead, with the reason, where /metrics and the log show it."""

    def event(self, delivery: Delivery) -> tuple[Ticket, Event, Place | None]:
        """What it tells, and where the card is.  Raises DeliveryFailed."""
        if delivery.seq is None:
            raise DeliveryFailed("it names no event", permanent=True)
        with self.db.read() as session:
            ticket = tickets.get(session, delivery.ticket_number)
            return ticket, ticket.event(delivery.seq), cards.place_of(session, ticket.number)

    def told_before(
        self, delivery: Delivery, event: Event, mark: str, channel: str, thread: str | None = None
    ) -> str | None:
        """Where that news stands already, of which the database lost the memory in a restore."""
        with self.db.read() as session:
            restored = aftermath.of(session)
        if restored is None or delivery.repeated or not restored.may_have_told(event):
            return None
        names = [name for name in (delivery.token, mark) if name]
        return self.wire.told_before(channel, names, since=restored.since, thread=thread)

    def seen(self, delivery: Delivery, channel: str, thread: str | None = None) -> str | None:
        """Where it stands that may have arrived; after the last look it is posted again."""
        begun = delivery.first_try_at or delivery.not_before
        is_last = delivery.looked + 1 >= len(self.patience.looks)
        return self.wire.find(channel, delivery.token, since=begun, thread=thread, widely=is_last)

    def place(self, number: int) -> Place | None:
        """Where the card of that ticket is."""
        with self.db.read() as session:
            return cards.place_of(session, number)
