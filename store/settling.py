"""What follows from each outcome of an outside call, within the transaction that keeps it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.delivery import Delivery, DeliveryState
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryPutOff, DeliveryShut, DeliveryUncertain
from store import meters, outbox
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
            outbox.set_aside(session, delivery, str(outcome), until=min(at, delivery.not_before))
        case NotTried(reason):
            outbox.set_aside(session, delivery, reason, until=min(at, delivery.not_before))
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


def in_doubt(call: Sequence[Delivery], at: datetime) -> dict[int, Carried]:
    """What is to be said of these while they are under way; looking for one does no harm."""
    stopped = "the desk was stopped before it had an answer"
    return {
        each.id: Carried(
            each,
            NotTried(stopped) if each.state is DeliveryState.UNCERTAIN else DeliveryUncertain(stopped),
            at,
        )
        for each in call
    }


def count(carried: Carried, took: timedelta) -> None:
    """A line for the log, and the figures, of what came of a call.  took: the call, perhaps shared."""
    if not carried.tried:
        return
    delivery, result = carried.delivery, _result_of(carried)
    looking = delivery.state is DeliveryState.UNCERTAIN
    meters.OUTBOX_ATTEMPTS.labels(delivery.audience, result).inc()
    if looking and (carried.outcome is None or isinstance(carried.outcome, str)):
        meters.RECONCILED.labels(delivery.audience, "no" if carried.outcome is None else "yes").inc()
    ids = {"outbox_id": delivery.id, "ticket": delivery.ticket_number, "fence": delivery.fence}
    times = {"attempt": delivery.attempts, "duration_ms": round(took.total_seconds() * 1000)}
    log.info("delivery", extra={**ids, **times, "audience": str(delivery.audience), "result": result})


def _result_of(carried: Carried) -> str:
    """One of meters.RESULTS."""
    looking = carried.delivery.state is DeliveryState.UNCERTAIN
    match carried.outcome:
        case str():
            return "arrived"
        case None:
            return "looked"
        case DeliveryUncertain() if not looking:
            return "uncertain"
        case DeliveryUncertain() | DeliveryFailed(permanent=True):
            return "given up"
        case DeliveryFailed():
            return "put back"
    return {DeliveryHeld: "held", DeliveryShut: "shut"}.get(type(carried.outcome), "put off")


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
