"""The internal notes of a ticket: written, written anew, taken back; the customer never sees any."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.actor import STAFF, Actor
from desk.delivery import Audience
from desk.errors import DeskError
from desk.event import Event, Kind
from desk.record import Record
from desk.status import TRANSITIONS, Status


@dataclass(eq=False, kw_only=True)
class Notes(Record):
    """What agents tell each other."""

    def note(self, text: str, *, by: Actor, at: datetime, key: str | None = None, **detail: Any) -> bool:
        """Keep an internal note; the customer never sees it."""
        by.must_be(STAFF, "write a note")
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED}, "write a note")
        return self._record(Kind.NOTED, by=by, at=at, text=text, key=key, **detail)

    def write_note(self, text: str, *, by: Actor, at: datetime) -> bool:
        """Keep an internal note that does not stand in the thread yet; the customer never sees it."""
        if not text.strip():
            raise DeskError("Write something first.")
        return self.note(text, by=by, at=at, owed=(Audience.AGENTS,))

    def edit_note(self, key: str, text: str, *, by: Actor, at: datetime, edited: str) -> bool:
        """A note was written anew: the history keeps both.  edited: orders edits that come in late.

        Nothing happens where no note has that key, or a later edit of it is known."""
        by.must_be(STAFF, "change a note")
        note = self._note(key)
        if note is None or edited <= self._edited(note) or self.note_as_it_is(note) is None:
            return False
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED}, "change a note")
        return self._record(
            Kind.NOTE_EDITED, by=by, at=at, text=text, key=f"edited:{note.seq}:{edited}", of=note.seq,
            edited=edited, redraws=[note.seq],
        )  # fmt: skip

    def delete_note(self, key: str, *, by: Actor, at: datetime) -> bool:
        """A note was taken back: the history keeps what it said."""
        by.must_be(STAFF, "take back a note")
        note = self._note(key)
        if note is None:
            return False
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED}, "take back a note")
        return self._record(
            Kind.NOTE_DELETED, by=by, at=at, key=f"deleted:{note.seq}", of=note.seq, redraws=[note.seq]
        )

    def note_as_it_is(self, note: Event) -> str | None:
        """The words of a note after every edit; None where it was taken back."""
        if self._last({Kind.NOTE_DELETED}, of=note.seq):
            return None
        edits = self._edits(note)
        return edits[-1].text if edits else note.text

    def is_edited(self, note: Event) -> bool:
        """Whether a note says something else than it did."""
        return bool(self._edits(note))

    def _note(self, key: str) -> Event | None:
        notes = (each for each in self.history if each.kind is Kind.NOTED and each.key == key)
        return next(notes, None)

    def _edited(self, note: Event) -> str:
        return max((str(each.detail["edited"]) for each in self._edits(note)), default="")

    def _edits(self, note: Event) -> list[Event]:
        edits = (each for each in self.history if each.kind is Kind.NOTE_EDITED)
        return [each for each in edits if each.detail["of"] == note.seq]
