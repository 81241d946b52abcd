"""What stands in a thread, or stands there no more, and its ticket knows nothing of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot import thread
from desk.event import Event, Kind
from desk.ticket import Ticket

Message = Mapping[str, Any]

BACK = timedelta(days=1)
"""How far before its last reading a thread is read: what was written anew or deleted since is seen as well.
No workspace keeps its messages for less: what is gone from so short a time was deleted by a person."""

_SETTLED = timedelta(minutes=5)
"""Slack may show a message that late; what is missing among the newest says nothing."""


@dataclass(frozen=True)
class Typed:
    """A message that should be a note."""

    message: Message


@dataclass(frozen=True)
class Rewritten:
    """A note that says something else by now."""

    message: Message


@dataclass(frozen=True)
class Gone:
    """A note that was deleted."""

    note: Event


def compare(
    ticket: Ticket, messages: Sequence[Message], *, root: str, read_at: datetime, now: datetime
) -> Iterator[Typed | Rewritten | Gone]:
    """What became of the thread that the ticket does not know.

    messages: all below that root since BACK before read_at, oldest first."""
    if ticket.is_forgotten:  # what was erased must not come back from Slack
        return
    notes = _notes(ticket)
    for message in messages:
        note = notes.get(message["ts"])
        if note is None and thread.is_note(message):
            yield Typed(message)
        elif note is not None and _is_later(ticket, note, message):
            yield Rewritten(message)
    since = max(read_at - BACK, now - BACK).timestamp()
    until, there = (now - _SETTLED).timestamp(), {message["ts"] for message in messages}
    for ts, note in notes.items():
        is_in_time = max(since, float(root)) < float(ts) < until
        if is_in_time and ts not in there and ticket.note_as_it_is(note) is not None:
            yield Gone(note)


def _notes(ticket: Ticket) -> dict[str, Event]:
    """What was typed in threads, by its ts."""
    notes = (each for each in ticket.history if each.kind is Kind.NOTED)
    typed = (each for each in notes if each.key and each.key.startswith(thread.KEY))
    return {str(each.key).removeprefix(thread.KEY): each for each in typed}


def _is_later(ticket: Ticket, note: Event, message: Message) -> bool:
    """Whether somebody wrote it anew, and the ticket knows other words."""
    words = ticket.note_as_it_is(note)
    return bool(message.get("edited")) and words is not None and words != message.get("text", "")
