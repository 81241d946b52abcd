"""What a courier asks of whoever calls Slack or SMTP for one audience."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from desk.delivery import Delivery
from desk.errors import DeliveryPutOff, DeliveryShut
from store.database import Session
from store.outbox import Patience


class Sender(Protocol):
    """Takes deliveries to one audience.  Two steps: the outside call, then what is kept of it."""

    patience: Patience

    def send(self, delivery: Delivery) -> str:
        """Call the other side; return what it calls the delivery (a Slack ts, a Message-ID), or "".

        Raises DeliveryFailed, DeliveryHeld, DeliveryPutOff, DeliveryShut or DeliveryUncertain."""

    def prove(self, delivery: Delivery) -> str | None:
        """Look whether an uncertain delivery arrived: its reference, or None where it was not seen (yet).

        Raises DeliveryFailed(permanent=False) where repeating does no harm, DeliveryUncertain where nobody
        can ever tell, DeliveryHeld or DeliveryShut where looking is not possible now."""

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        """Keep what follows from the arrival, in the transaction that marks the delivery done."""

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        """Tell somebody, in the transaction that marks the delivery dead (certain) or doubtful."""


@runtime_checkable
class Gatherer(Sender, Protocol):
    """A sender that tells several things in one message, of which each can be proved by itself.

    most: so many at once."""

    most: int

    def send_all(self, deliveries: Sequence[Delivery]) -> Mapping[int, str | DeliveryPutOff | DeliveryShut]:
        """Send them in one call; what became of each, by its id.

        Raises DeliveryFailed, DeliveryHeld or DeliveryUncertain for all of them."""
