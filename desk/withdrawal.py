"""What was taken back before it left: which acts those are, and the history as it counts without them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from desk.actor import STAFF, Actor
from desk.errors import DeskError
from desk.event import TAKES_FILES, Event, Kind
from desk.record import Record
from desk.status import TRANSITIONS, Status


def taken_back(history: Sequence[Event]) -> frozenset[int]:
    """The numbers of the events whose mails never left, because somebody took them back."""
    return frozenset(int(event.detail["of"]) for event in history if event.kind is Kind.WITHDRAWN)


def counted(history: Sequence[Event]) -> Sequence[Event]:
    """The history as clocks count it: as if what was taken back had never been done."""
    gone = taken_back(history)
    if not gone:
        return history
    kept = [*history]
    for seq in sorted(gone):
        before = _last_status(kept, seq)
        for event in carried_on(history, history[seq - 1]):
            kept[event.seq - 1] = replace(kept[event.seq - 1], status=before)
    return [event for event in kept if event.seq not in gone and event.kind is not Kind.WITHDRAWN]


def carried_on(history: Sequence[Event], event: Event) -> list[Event]:
    """What followed that event at once and left the status as it had set it."""
    gone = taken_back(history)
    later = takewhile(lambda each: each.status is event.status, history[event.seq :])
    return [*takewhile(lambda each: each.kind is not event.kind or each.seq in gone, later)]


@dataclass(eq=False, kw_only=True)
class Withdrawal(Record):
    """What agents may take back."""

    @property
    def counted(self) -> Sequence[Event]:
        """The history without what was taken back."""
        return counted(self.history)

    def take_back(self, seq: int, *, by: Actor, at: datetime) -> bool:
        """Take back the mail of event seq, which has not left: the status is as before, unless more happened.

        Raises DeskError for anything but an agent's own mail, and for one of which more was heard."""
        by.must_be(STAFF, "take back a mail")
        event = self.event(seq)
        if event.kind not in _MAY_BE_TAKEN_BACK or not event.by.is_staff:
            raise DeskError("That is not a mail that can be taken back.")
        if seq in taken_back(self.history):
            raise DeskError("That mail was taken back already.")
        if any(each.kind in _LEFT and each.detail["of"] == seq for each in self.history):
            raise TooLate
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED}, "take back a mail")
        goes_back = len(carried_on(self.history, event)) == len(self.history) - seq
        before = [each for each in self.counted if each.seq < seq][-1].status
        return self._record(
            Kind.WITHDRAWN, by=by, at=at, text=event.text, key=f"withdrawn:{seq}",
            status=before if goes_back else None, of=seq, redraws=[seq],
        )  # fmt: skip


class TooLate(DeskError):
    """The mail has left."""

    def __init__(self) -> None:
        super().__init__("Too late: this mail has left, or is just leaving.")


_MAY_BE_TAKEN_BACK = TAKES_FILES | {Kind.SOLVED_ELSEWHERE}
_LEFT = frozenset({Kind.SENT, Kind.MAIL_FAILED})


def _last_status(kept: Sequence[Event], seq: int) -> Status:
    """The status before that event, as it counts."""
    gone = taken_back(kept)
    return next(event.status for event in reversed(kept[: seq - 1]) if event.seq not in gone)
