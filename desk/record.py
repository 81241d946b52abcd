"""A ticket's history and what it comes to: events in order, and the facts that each leaves behind."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from desk.actor import Actor
from desk.delivery import Audience, Delivery
from desk.errors import Conflict, DeskError, TransitionRefused
from desk.event import DECISIVE, ENDS_SNOOZE, OWED_TO, Event, Kind
from desk.priority import Priority
from desk.status import OPEN, TRANSITIONS, Status

NO_TIME = timedelta()


@dataclass(eq=False, kw_only=True)
class Record:
    """What every ticket has.  Only acts change it, and each of them records an event.

    desk: which of several it is of, for good; "" is the first.

    Its repr has nothing of the customer: it may end in a log."""

    subject: str = field(repr=False)
    customer: str = field(repr=False)
    customer_name: str = field(default="", repr=False)
    client: str = field(default="", repr=False)
    language: str = "en"
    status: Status = Status.WAITING_FOR_SUPPORT
    priority: Priority = Priority.MEDIUM
    owner: str | None = None
    owner_name: str = ""
    follows: int | None = None
    snoozed_until: datetime | None = None
    desk: str = ""
    version: int = 0
    opened_at: datetime
    changed_at: datetime
    number: int = field(init=False, default=0)  # until it is kept
    attention_at: datetime | None = field(init=False, default=None)
    due_at: datetime | None = field(init=False, default=None)
    history: list[Event] = field(default_factory=list, repr=False)

    @property
    def has_address(self) -> bool:
        """Whether the customer can be mailed; of a phone call perhaps only a name is known."""
        return "@" in self.customer

    @property
    def takes_replies(self) -> bool:
        """Whether a customer's reply joins this ticket; to a cancelled or closed one it opens a new one."""
        return self.status in OPEN or self.status is Status.RESOLVED

    def event(self, seq: int) -> Event:
        """The event with that number.  Raises DeskError where there is none."""
        if not 1 <= seq <= len(self.history):
            raise DeskError(f"Nothing like that happened to ticket {self.number}.")
        return self.history[seq - 1]

    def expect(self, version: int) -> None:
        """Refuse a click on a picture of the ticket that no longer holds.

        Raises Conflict, naming what happened since."""
        since = [event for event in self.history if event.seq > version and event.kind in DECISIVE]
        if since:
            last = since[-1]
            raise Conflict(
                f"{last.by.name} was first ({last.kind.words}). "
                "The card shows it now; click again if you still mean it."
            )

    # How acts are done

    def _move(self, kind: Kind, status: Status, *, by: Actor, at: datetime, **more: Any) -> bool:
        if status is self.status:
            return False
        self._check(status)
        return self._record(kind, by=by, at=at, status=status, **more)

    def _check(self, status: Status) -> None:
        if status not in TRANSITIONS[self.status]:
            raise TransitionRefused(self.status.words, status.words)

    def _record(
        self,
        kind: Kind,
        *,
        by: Actor,
        at: datetime,
        text: str = "",
        key: str | None = None,
        status: Status | None = None,
        owed: tuple[Audience, ...] | None = None,
        undo: timedelta = NO_TIME,
        **detail: Any,
    ) -> bool:
        """Record an event.  undo: for how long its mail to the customer can still be taken back."""
        if key is not None and any(event.key == key for event in self.history):
            return False
        self.status = status or self.status
        if kind in ENDS_SNOOZE:
            self.snoozed_until = None
        self.version += 1
        self.changed_at = at
        event = Event(
            seq=self.version, kind=kind, at=at, by=by, status=self.status, priority=self.priority,
            text=text, key=key, detail=detail,
        )  # fmt: skip
        for audience in OWED_TO[kind] if owed is None else owed:
            if audience is Audience.CUSTOMER and not self.has_address:
                continue
            leaves = at + undo if audience is Audience.CUSTOMER else at
            event.deliveries.append(Delivery(audience=audience, not_before=leaves))
        self.history.append(event)
        return True

    def _must_stand_in(self, statuses: Set[Status], deed: str) -> None:
        if self.status not in statuses:
            closed = self.status is Status.CLOSED
            advice = "nothing can be added to it" if closed else f"reopen it before you {deed}"
            raise DeskError(f"This ticket is {self.status.words.lower()}: {advice}.")

    @staticmethod
    def _must_say(text: str) -> None:
        if not text.strip():
            raise DeskError("Write something first: the customer would get an empty mail.")

    def _last(self, kinds: Set[Kind], *, of: int) -> Event | None:
        found = (
            each for each in reversed(self.history) if each.kind in kinds and each.detail.get("of") == of
        )
        return next(found, None)
