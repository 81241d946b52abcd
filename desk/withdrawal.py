"""What was taken back before it left: which acts those are, and the history as it counts without them."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

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
    return _without(history, gone) if gone else history


def _without(history: Sequence[Event], gone: Set[int]) -> list[Event]:
    """What is left, each event with the status that it has then: what only carried on another's status
    carries on the one before."""
    kept: list[Event] = []
    for event in history:
        if event.seq in gone or event.kind is Kind.WITHDRAWN:
            continue
        before = history[event.seq - 2].status if event.seq > 1 else None
        carries_on = event.status is before and event.kind is not Kind.ASKED
        kept.append(replace(event, status=kept[-1].status) if carries_on else event)
    return kept


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
        status = _without(self.history, taken_back(self.history) | {seq})[-1].status
        return self._record(
            Kind.WITHDRAWN, by=by, at=at, text=event.text, key=f"withdrawn:{seq}",
            status=status, of=seq, redraws=[seq, *event.detail.get("redraws", ())],
        )  # fmt: skip


class TooLate(DeskError):
    """The mail has left."""

    def __init__(self) -> None:
        super().__init__("Too late: this mail has left, or is just leaving.")


_MAY_BE_TAKEN_BACK = TAKES_FILES | {Kind.SOLVED_ELSEWHERE, Kind.CANCELLED, Kind.JOINED}
_LEFT = frozenset({Kind.SENT, Kind.MAIL_FAILED})
