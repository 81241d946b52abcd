"""Carries what the outbox owes: one outside call at a time, and what follows from each outcome."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from desk.delivery import Audience, Delivery, DeliveryState
from desk.errors import Conflict, DeliveryFailed, DeliveryHeld, DeliveryPutOff, DeliveryUncertain
from store import outbox
from store.database import Database, Session, Unavailable
from store.outbox import Patience

log = logging.getLogger(__name__)

LOOKS = (timedelta(seconds=5), timedelta(seconds=25), timedelta(seconds=90))
"""How long to wait before each look for a delivery that may have arrived: Slack's history may lag."""

_SHORTEST_HOLD = timedelta(seconds=1)

_AT_ONCE = 10
"""How often an outcome is written down again when somebody changes the ticket at the same moment."""

Outcome = str | DeliveryFailed | DeliveryHeld | DeliveryPutOff | DeliveryUncertain | None


class Sender(Protocol):
    """Takes deliveries to one audience.  Two steps: the outside call, then what is kept of it."""

    patience: Patience

    def send(self, delivery: Delivery) -> str:
        """Call the other side; return what it calls the delivery (a Slack ts, a Message-ID), or "".

        Raises DeliveryFailed, DeliveryHeld, DeliveryPutOff or DeliveryUncertain."""

    def prove(self, delivery: Delivery) -> str | None:
        """Look whether an uncertain delivery arrived: its reference, or None where it was not seen (yet).

        Raises DeliveryFailed(permanent=False) where repeating does no harm, DeliveryUncertain where nobody
        can ever tell, DeliveryHeld where looking is not possible now."""

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

    def send_all(self, deliveries: Sequence[Delivery]) -> Mapping[int, str | DeliveryPutOff]:
        """Send them in one call; what became of each, by its id.

        Raises DeliveryFailed, DeliveryHeld or DeliveryUncertain for all of them."""


class Courier:
    """Serves some audiences over one road, which can be closed for a while.

    clock: reads the time.  lease: how long one outside call may take at the most; a delivery still `sending`
    after that belongs to a process that died.
    """

    def __init__(
        self,
        db: Database,
        senders: Mapping[Audience, Sender],
        *,
        clock: Callable[[], datetime],
        lease: timedelta = timedelta(seconds=60),
    ) -> None:
        self._db = db
        self._senders = senders
        self._audiences = tuple(senders)
        self._clock = clock
        self._lease = lease
        self._unsettled: list[tuple[Delivery, Outcome, datetime]] = []
        self._closed_until: datetime | None = None
        self.closed_because = ""
        self.closed_since: datetime | None = None

    def deliver_due(self) -> int:
        """Send all that is due and return how many deliveries were taken up.

        Raises Unavailable when the database cannot; what came of a call by then is kept in mind and written
        down first the next time."""
        while self._unsettled:
            self._finish(*self._unsettled.pop(0))
        taken = 0
        while not self._is_closed() and (carried := self._deliver_next()):
            taken += carried
        return taken

    def _is_closed(self) -> bool:
        return self._closed_until is not None and self._clock() < self._closed_until

    def _deliver_next(self) -> int:
        """Carry the next delivery, or the next few that go together; how many."""
        now = self._clock()
        with self._db.change() as session:
            outbox.rescue(session, self._audiences, now=now)
            claimed = self._claim(session, now)
        if not claimed:
            return 0
        if self._clock() - now >= self._lease / 2:
            # This process slept so long that another may be at it by now; the fence decides who may say so.
            with self._db.change() as session:
                for delivery in claimed:
                    outbox.set_aside(session, delivery, "not tried: the process slept", until=self._clock())
            return 0
        outcomes, at = self._attempt(claimed), self._clock()
        self._note_road(outcomes[0], at)
        for delivery, outcome in zip(claimed, outcomes, strict=True):
            self._finish(delivery, outcome, at)
        return len(claimed)

    def _claim(self, session: Session, now: datetime) -> list[Delivery]:
        delivery = outbox.claim(session, self._audiences, now=now, lease=self._lease)
        claimed = [delivery] if delivery else []
        if delivery is None or not self._gathers(delivery):
            return claimed
        sender = self._senders[delivery.audience]
        while isinstance(sender, Gatherer) and len(claimed) < sender.most:
            another = outbox.claim(session, (delivery.audience,), now=now, lease=self._lease, beside=claimed)
            if another is None:
                break
            claimed.append(another)
        return claimed

    def _gathers(self, delivery: Delivery) -> bool:
        """Whether others may join it: what is looked for or drawn anew has its message already."""
        is_new = delivery.state is DeliveryState.SENDING and not delivery.reference
        return is_new and isinstance(self._senders[delivery.audience], Gatherer)

    def _attempt(self, claimed: Sequence[Delivery]) -> list[Outcome]:
        first = claimed[0]
        sender = self._senders[first.audience]
        looking = first.state is DeliveryState.UNCERTAIN
        try:
            if isinstance(sender, Gatherer) and self._gathers(first):
                became = sender.send_all(claimed)
                return [became[delivery.id] for delivery in claimed]
            return [sender.prove(first) if looking else sender.send(first)]
        except (DeliveryFailed, DeliveryHeld, DeliveryPutOff, DeliveryUncertain) as outcome:
            return [outcome] * len(claimed)
        except Exception:
            # One of the four loops: a fault in one delivery must not stop the others.  It may have happened
            # after the call, so the delivery is proved before it is repeated.
            log.exception("delivery %s of ticket %s failed", first.id, first.ticket_number)
            fault = None if looking else DeliveryUncertain("a fault of the desk itself, see the log")
            return [fault] * len(claimed)

    def _finish(self, delivery: Delivery, outcome: Outcome, at: datetime) -> None:
        for _ in range(_AT_ONCE):
            try:
                return self._settle(delivery, outcome, at)
            except Conflict as conflict:
                log.info("delivery %s is written down again: %s", delivery.id, conflict)
            except Unavailable:
                self._unsettled.append((delivery, outcome, at))
                raise
            except Exception:
                # As above; what came of it is proved when the lease is over.
                log.exception("what came of delivery %s could not be kept", delivery.id)
                return None
        log.error("what came of delivery %s could not be kept: its ticket changes too often", delivery.id)
        return None

    def _settle(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        looking = delivery.state is DeliveryState.UNCERTAIN
        with self._db.change() as session:
            match outcome:
                case str():
                    self._arrived(session, delivery, outcome, now)
                case None:
                    self._not_seen(session, delivery, now)
                case DeliveryHeld():
                    outbox.set_aside(session, delivery, str(outcome), until=now)
                case DeliveryPutOff(until=until):
                    outbox.put_off(session, delivery, str(outcome), until=until)
                case DeliveryUncertain() if looking:
                    self._give_up(session, delivery, str(outcome), certain=False, now=now)
                case DeliveryUncertain():
                    outbox.doubt(session, delivery, str(outcome), looked=0, until=now + LOOKS[0])
                case DeliveryFailed(permanent=True):
                    self._give_up(session, delivery, str(outcome), certain=True, now=now)
                case DeliveryFailed():
                    self._try_again(session, delivery, outcome, now)

    def _note_road(self, outcome: Outcome, now: datetime) -> None:
        if isinstance(outcome, DeliveryHeld):
            if not self.closed_because:
                self.closed_since = now
                log.warning("deliveries to %s wait: %s", "/".join(self._audiences), outcome)
            self._closed_until = now + max(outcome.wait, _SHORTEST_HOLD)
            self.closed_because = str(outcome)
        elif isinstance(outcome, str):
            self._closed_until, self.closed_because, self.closed_since = None, "", None

    def _arrived(self, session: Session, delivery: Delivery, reference: str, now: datetime) -> None:
        if outbox.arrived(session, delivery, reference):
            self._senders[delivery.audience].arrived(session, delivery, reference, at=now)

    def _not_seen(self, session: Session, delivery: Delivery, now: datetime) -> None:
        looked = delivery.looked + 1
        if looked < len(LOOKS):
            outbox.doubt(session, delivery, "not seen yet", looked=looked, until=now + LOOKS[looked])
        else:
            failure = DeliveryFailed("it did not arrive", permanent=False, wait=timedelta(0))
            self._try_again(session, delivery, failure, now)

    def _try_again(
        self, session: Session, delivery: Delivery, failure: DeliveryFailed, now: datetime
    ) -> None:
        patience = self._senders[delivery.audience].patience
        if now - (delivery.first_try_at or now) >= patience.give_up:
            self._give_up(session, delivery, str(failure), certain=True, now=now)
            return
        wait = patience.wait(delivery.attempts) if failure.wait is None else failure.wait
        outbox.put_back(session, delivery, str(failure), until=now + wait)

    def _give_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, now: datetime
    ) -> None:
        if outbox.give_up(session, delivery, reason, certain=certain):
            log.error("delivery %s to %s given up: %s", delivery.id, delivery.audience, reason)
            self._senders[delivery.audience].gave_up(session, delivery, reason, certain=certain, at=now)
