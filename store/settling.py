"""What follows from each outcome of an outside call, within the transaction that keeps it."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.delivery import Delivery, DeliveryState
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryPutOff, DeliveryShut, DeliveryUncertain
from store import outbox
from store.database import Session
from store.sender import Sender

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NotTried:
    """Nobody was called about it, and why."""

    reason: str


Outcome = (
    str | DeliveryFailed | DeliveryHeld | DeliveryPutOff | DeliveryShut | DeliveryUncertain | NotTried | None
)
"""The reference of what arrived, None for what was looked for and not seen, or what went wrong."""


@dataclass(frozen=True)
class Carried:
    """A delivery, and what came of it at that moment."""

    delivery: Delivery
    outcome: Outcome
    at: datetime

    @property
    def tried(self) -> bool:
        """Whether somebody was called about it."""
        return not isinstance(self.outcome, NotTried)


def settle(session: Session, sender: Sender, carried: Carried) -> None:
    """Keep what came of a delivery; nothing where it is no longer ours to say."""
    delivery, outcome, at = carried.delivery, carried.outcome, carried.at
    looking = delivery.state is DeliveryState.UNCERTAIN
    match outcome:
        case str():
            if outbox.arrived(session, delivery, outcome):
                sender.arrived(session, delivery, outcome, at=at)
        case None:
            _not_seen(session, sender, delivery, at)
        case DeliveryHeld():
            outbox.set_aside(session, delivery, str(outcome), until=at)
        case NotTried(reason):
            outbox.set_aside(session, delivery, reason, until=at)
        case DeliveryShut(until=until):
            outbox.set_aside(session, delivery, str(outcome), until=until)
        case DeliveryPutOff(until=until):
            outbox.put_off(session, delivery, str(outcome), until=until)
        case DeliveryUncertain() if looking:
            _give_up(session, sender, delivery, str(outcome), certain=False, at=at)
        case DeliveryUncertain():
            outbox.doubt(session, delivery, str(outcome), looked=0, until=at + sender.patience.looks[0])
        case DeliveryFailed(permanent=True):
            _give_up(session, sender, delivery, str(outcome), certain=True, at=at)
        case DeliveryFailed():
            _try_again(session, sender, delivery, outcome, at)


def _not_seen(session: Session, sender: Sender, delivery: Delivery, at: datetime) -> None:
    looked, looks = delivery.looked + 1, sender.patience.looks
    if looked < len(looks):
        outbox.doubt(session, delivery, "not seen yet", looked=looked, until=at + looks[looked])
    else:
        failure = DeliveryFailed("it did not arrive", permanent=False, wait=timedelta(0))
        _try_again(session, sender, delivery, failure, at)


def _try_again(
    session: Session, sender: Sender, delivery: Delivery, failure: DeliveryFailed, at: datetime
) -> None:
    patience = sender.patience
    if at - (delivery.first_try_at or at) >= patience.give_up:
        _give_up(session, sender, delivery, str(failure), certain=True, at=at)
        return
    wait = patience.wait(delivery.attempts) if failure.wait is None else failure.wait
    outbox.put_back(session, delivery, str(failure), until=at + wait)


def _give_up(
    session: Session, sender: Sender, delivery: Delivery, reason: str, *, certain: bool, at: datetime
) -> None:
    if outbox.give_up(session, delivery, reason, certain=certain):
        log.error("delivery %s to %s given up: %s", delivery.id, delivery.audience, reason)
        sender.gave_up(session, delivery, reason, certain=certain, at=at)
