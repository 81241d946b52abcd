"""A mail of an agent's, as a window hands it over: read once, checked, then done to the ticket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import attachable, forms, guard
from bot.fields import Misfilled
from bot.filled import chosen_of, files_of, value_of, written_in
from desk.actor import Actor
from desk.files import Named, in_words, size_of
from desk.ticket import Ticket


@dataclass(frozen=True)
class Outgoing:
    """text: the agent's words; then: what follows them; picked: files of the thread, by their keys; added:
    files from the agent's own machine, which Slack keeps; other: of which ticket this one is a duplicate, as
    somebody wrote its number."""

    text: str
    then: str
    picked: tuple[str, ...] = ()
    added: tuple[Named, ...] = field(default=(), repr=False)
    other: str = ""

    @classmethod
    def read(cls, state: Mapping[str, Any], then: str = "") -> "Outgoing":
        """What stands in a window.  then: what follows, where the window does not ask.

        Raises DeskError for words that were meant for colleagues."""
        text = written_in(state, "text")
        guard.check(text)
        added = tuple(attachable.named(file) for file in files_of(state, "added"))
        picked, other = tuple(chosen_of(state, "picked")), value_of(state, "duplicate").strip()
        return cls(text, value_of(state, "then") or then, picked, added, other)

    @classmethod
    def kept(cls, mail: Mapping[str, Any]) -> "Outgoing":
        """What was read before, and kept until somebody had looked at it."""
        picked, added = tuple(mail["picked"]), tuple(mail["added"])
        return cls(mail["text"], mail["then"], picked, added, mail.get("other", ""))

    def files(self, ticket: Ticket) -> list[Named]:
        """What goes along, as an event names it.  Raises DeskError for what is not in the thread any more."""
        return [*(attachable.found(ticket, key) for key in self.picked), *self.added]

    def must_fit(self, files: list[Named], most: int) -> None:
        """Raise Misfilled where a mail does not take as much."""
        size = size_of(files)
        if size > most:
            words = f"These files are {in_words(size)} together and a mail takes {in_words(most)}: "
            raise Misfilled(words + "leave some out, or send a link.", "added" if self.added else "picked")

    def do(
        self,
        ticket: Ticket,
        *,
        by: Actor,
        at: datetime,
        most: int,
        undo: timedelta = timedelta(),
        original: Ticket | None = None,
    ) -> bool:
        """Owe the customer this mail.  most: bytes that one takes along; undo: for how long it can be taken
        back; original: the ticket that `other` names.  Raises DeskError."""
        files = self.files(ticket)
        self.must_fit(files, most)
        if self.then == forms.CANCEL and original:
            return ticket.cancel_as_duplicate(original, text=self.text, by=by, at=at, undo=undo)
        if self.then == forms.CANCEL:
            return ticket.cancel(self.text, by=by, at=at, undo=undo)
        if self.then == forms.ASK:
            return ticket.ask(self.text, by=by, at=at, files=files, undo=undo)
        if self.then == forms.RESOLVE:
            return ticket.resolve(self.text, by=by, at=at, files=files, undo=undo)
        return ticket.reply(self.text, by=by, at=at, files=files, undo=undo)
