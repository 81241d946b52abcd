"""Carries what the outbox owes: claims a load, makes its calls one by one, and keeps what came of them."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock

from desk.delivery import Audience, Delivery, DeliveryState
from desk.errors import (
    Conflict,
    DeliveryFailed,
    DeliveryHeld,
    DeliveryPutOff,
    DeliveryShut,
    DeliveryUncertain,
)
from store import outbox
from store.database import Database, Session, Unavailable, changes_a_ticket
from store.mishaps import Contained
from store.points import Point, reached
from store.sender import Gatherer, Sender
from store.settling import Carried, NotTried, Outcome, count, in_doubt, settle

log = logging.getLogger(__name__)

_OUTCOMES = (DeliveryFailed, DeliveryHeld, DeliveryPutOff, DeliveryShut, DeliveryUncertain)

_SHORTEST_HOLD = timedelta(seconds=1)

_STRETCH = timedelta(seconds=1)
"""How long the calls of one load may go on before another begins: what is more urgent goes first then."""

_AT_ONCE = 10
"""How often an outcome is written down again when somebody changes the ticket at the same moment."""


@dataclass(frozen=True)
class _Load:
    """Deliveries that were claimed at that moment, in the order in which they go out.

    ticks: the same moment on a clock that nobody sets."""

    deliveries: Sequence[Delivery]
    at: datetime
    ticks: float


class Courier:
    """Serves some audiences over one road, which can be closed for a while.

    clock: reads the time; monotonic: one that nobody sets.  lease: how long one outside call may take at the
    most; a delivery still `sending` after that belongs to a process that died.  together: how many deliveries
    are claimed in one transaction and settled in one.  What a process that died had claimed is in doubt, so
    more than one only where each can be proved.
    """

    def __init__(
        self,
        db: Database,
        senders: Mapping[Audience, Sender],
        *,
        clock: Callable[[], datetime],
        lease: timedelta = timedelta(seconds=60),
        together: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._senders = senders
        self._gatherers = {
            audience: sender for audience, sender in senders.items() if isinstance(sender, Gatherer)
        }
        self._audiences = tuple(senders)
        self._clock, self._monotonic = clock, monotonic
        self._lease = lease
        self._together = self._most = together
        self._unsettled: list[Carried] = []
        self._in_hand: dict[int, Carried] = {}
        self._stopping = Event()
        self._pen = Lock()
        self._gone = False
        self.turned_at: datetime | None = None
        self._closed_until: datetime | None = None
        self.closed_because = ""
        self.closed_since: datetime | None = None
        self.open_since: datetime | None = None

    def deliver_due(self) -> int:
        """Send all that is due and return how many deliveries were taken up.

        Raises Unavailable when the database cannot; what came of a call by then is kept in mind and written
        down first the next time."""
        self._finish_all()
        taken, goes_on = 0, not self._stopping.is_set()
        load: _Load | None = None
        while goes_on and not self._is_closed():
            load = load or self._next_load()
            if not load.deliveries:
                self._closed_until, self.closed_because, self.closed_since = None, "", None
                break  # what it was closed to has gone another way: another process found it open
            reached(Point.COURIER_CLAIMED)
            self.turned_at = load.at
            carried = list(self._carry(load))
            tried = sum(each.tried for each in carried)
            taken += tried
            goes_on = bool(tried) and not self._stopping.is_set()
            load = self._settle_all(carried, claim=goes_on and not self._is_closed())
        return taken

    def stop(self) -> None:
        """Claim nothing more, and call nobody about the rest of what is claimed."""
        self._stopping.set()

    def let_go(self) -> None:
        """Write down what a call that does not end has in hand: nobody knows what became of it, and the rest
        was not tried.  Another process may go on at once.  Raises Unavailable."""
        with self._pen:
            self._gone = True
            self._unsettled += self._in_hand.values()
            self._finish_all()

    def _is_closed(self) -> bool:
        return self._closed_until is not None and self._clock() < self._closed_until

    # Claiming

    def _next_load(self) -> _Load:
        with self._db.change() as session:
            return self._claim(session)

    def _claim(self, session: Session) -> _Load:
        now, ticks = self._clock(), self._monotonic()
        claimed = outbox.claim_some(session, self._audiences, now=now, lease=self._lease, most=self._most)
        for audience, sender in self._gatherers.items():
            gathered = [each for each in claimed if each.audience is audience and self._gathers(each)]
            claimed += self._beside(session, gathered, sender.most, now) if gathered else []
        return _Load(claimed, now, ticks)

    def _beside(
        self, session: Session, gathered: Sequence[Delivery], most: int, now: datetime
    ) -> list[Delivery]:
        """Fill up what goes out in one call."""
        audiences, known = (gathered[0].audience,), list(gathered)
        while len(known) < most:
            more = outbox.claim_some(
                session, audiences, now=now, lease=self._lease, most=most - len(known), beside=known
            )
            if not more:
                break
            known += more
        return known[len(gathered) :]

    def _gathers(self, delivery: Delivery) -> bool:
        """Whether others may join it: what is looked for or drawn anew has its message already."""
        is_new = delivery.state is DeliveryState.SENDING and not delivery.reference
        return is_new and delivery.audience in self._gatherers

    # Calling

    def _carry(self, load: _Load) -> Iterator[Carried]:
        """Make the calls of a load, one after the other, as long as the road is open and time is left."""
        calls = list(self._calls(load.deliveries))
        waits = NotTried("not tried: the desk was stopped")
        self._in_hand = {each.id: Carried(each, waits, load.at) for each in load.deliveries}
        with self._db.loading_once() if len(calls) > 1 else nullcontext():
            for place, call in enumerate(calls):
                reason, begun = self._why_not(load, is_first=place == 0), self._clock()
                if not reason:
                    self._in_hand |= in_doubt(call, begun)
                outcomes = [NotTried(reason)] * len(call) if reason else self._attempt(call)
                reached(Point.COURIER_CALLED)
                at = self._clock()
                self._note_road(outcomes[0], at)
                carried = list(map(Carried, call, outcomes, [at] * len(call)))
                self._in_hand |= {each.delivery.id: each for each in carried}
                for each in carried:
                    count(each, at - begun)
                yield from carried

    def _calls(self, deliveries: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
        """What goes out in one call each."""
        for audience, sender in self._gatherers.items():
            gathered = [each for each in deliveries if each.audience is audience and self._gathers(each)]
            gathered.sort(key=lambda each: (each.not_before, each.id))
            for begin in range(0, len(gathered), sender.most):
                yield gathered[begin : begin + sender.most]
        yield from ([each] for each in deliveries if not self._gathers(each))

    def _why_not(self, load: _Load, *, is_first: bool) -> str:
        """Why the rest of a load must wait, if it must."""
        # A clock that was set back meanwhile hides how long it slept.
        passed = max(self._clock() - load.at, timedelta(seconds=self._monotonic() - load.ticks))
        if self._stopping.is_set():
            return "not tried: the desk was stopped"
        if is_first:
            # It slept so long that another may be at it by now; the fence decides who may say so.
            return "not tried: the process slept" if passed >= self._lease / 2 else ""
        if self._is_closed():
            return f"not tried: {self.closed_because}"
        return "not tried: others may be more urgent by now" if passed >= _STRETCH else ""

    def _attempt(self, call: Sequence[Delivery]) -> Sequence[Outcome]:
        first = call[0]
        sender = self._senders[first.audience]
        looking = first.state is DeliveryState.UNCERTAIN
        reached(Point.COURIER_CALLING)
        try:
            with Contained(passing=_OUTCOMES) as mishap:
                if self._gathers(first):
                    became = self._gatherers[first.audience].send_all(call)
                    return [became[delivery.id] for delivery in call]
                return [sender.prove(first) if looking else sender.send(first)]
        except _OUTCOMES as outcome:
            return [outcome] * len(call)
        log.error("delivery %s of ticket %s failed", first.id, first.ticket_number, exc_info=mishap.problem)
        if looking and isinstance(mishap.problem, Unavailable):
            return [NotTried(f"not looked for: {mishap.problem}")] * len(call)
        # It may have happened after the call, so the delivery is proved before it is repeated; and what the
        # last look did not answer is not repeated either.
        looks_again = looking and first.looked + 1 < len(sender.patience.looks)
        fault = None if looks_again else DeliveryUncertain("a fault of the desk itself, see the log")
        return [fault] * len(call)

    def _note_road(self, outcome: Outcome, now: datetime) -> None:
        if isinstance(outcome, DeliveryHeld):
            if not self.closed_because:
                self.closed_since = now
                log.warning("deliveries to %s wait: %s", "/".join(self._audiences), outcome)
            self.open_since = None
            self._closed_until = now + max(outcome.wait, _SHORTEST_HOLD)
            self.closed_because = str(outcome)
        elif isinstance(outcome, str):
            self._closed_until, self.closed_because, self.closed_since = None, "", None
            self.open_since = self.open_since or now

    # Settling

    def _settle_all(self, carried: Sequence[Carried], *, claim: bool) -> _Load | None:
        """Keep what came of a load in one transaction, and claim the next in it.

        None where that has to be asked anew: by what changed, more may be owed by now."""
        with self._pen:
            self._in_hand = {}
            return None if self._gone else self._settle_load(carried, claim=claim)

    def _settle_load(self, carried: Sequence[Carried], *, claim: bool) -> _Load | None:
        self._adapt(carried)
        load = None
        try:
            with Contained(passing=(Unavailable, Conflict)) as mishap:
                with self._db.change() as session:
                    for each in carried:
                        settle(session, self._senders[each.delivery.audience], each)
                    if claim and not changes_a_ticket(session):
                        load = self._claim(session)
                    reached(Point.COURIER_SETTLING)
                reached(Point.COURIER_SETTLED)
                return load
            said = "what came of %s deliveries could not be kept at once"
            log.error(said, len(carried), exc_info=mishap.problem)
            carried = carried if len(carried) > 1 else ()  # one is proved when the lease is over
        except Unavailable:
            self._unsettled += carried
            raise
        except Conflict as conflict:
            log.info("deliveries are written down one by one: %s", conflict)
        self._unsettled += carried
        self._finish_all()
        return None

    def _adapt(self, carried: Sequence[Carried]) -> None:
        """Claim no more at once than there was time for, up to twice as many as the last time."""
        tried = sum(each.tried for each in carried)
        self._most = max(1, min(self._together, tried if tried < len(carried) else 2 * tried))

    def _finish_all(self) -> None:
        while self._unsettled:
            self._finish(self._unsettled.pop(0))

    def _finish(self, carried: Carried) -> None:
        """Keep what came of one delivery, whatever becomes of the others."""
        delivery = carried.delivery
        for _ in range(_AT_ONCE):
            try:
                with (
                    Contained(passing=(Unavailable, Conflict)) as mishap,
                    self._db.change() as session,
                ):
                    return settle(session, self._senders[delivery.audience], carried)
                log.error("what came of delivery %s could not be kept", delivery.id, exc_info=mishap.problem)
                return None
            except Conflict as conflict:
                log.info("delivery %s is written down again: %s", delivery.id, conflict)
            except Unavailable:
                self._unsettled.append(carried)
                raise
        log.error("what came of delivery %s could not be kept: its ticket changes too often", delivery.id)
        return None
