"""Files that an agent may send to the customer: those that stand in the ticket's thread, and new ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.blocks import one_line
from desk.errors import DeskError
from desk.event import Event, Kind
from desk.files import Named, named_in, shown_in
from desk.ticket import Ticket

MOST = 100
"""As many as a list in Slack holds."""


@dataclass(frozen=True)
class Choice:
    """A file of the thread.  key: names it within the ticket; whose: who brought it."""

    key: str
    whose: str
    file: Named


def choices(ticket: Ticket) -> list[Choice]:
    """What the thread shows, the newest first."""
    found = [choice for event in reversed(ticket.history) for choice in _of(ticket, event)]
    return found[:MOST]


def found(ticket: Ticket, key: str) -> Named:
    """The file of that key.  Raises DeskError where the thread does not show it (any more)."""
    file = next((choice.file for choice in choices(ticket) if choice.key == key), None)
    if file is None:
        raise DeskError("One of the files is no longer in the thread: open the window anew.")
    return file


def named(file: Mapping[str, Any]) -> Named:
    """A file of Slack's as an event names it: what it is called, what Slack calls it, how large it is."""
    facts = {"name": one_line(str(file.get("name") or "file"), 200), "slack_file": str(file.get("id") or "")}
    return facts | ({"bytes": int(file["size"])} if file.get("size") else {})


def _of(ticket: Ticket, event: Event) -> Iterator[Choice]:
    if event.kind in (Kind.OPENED, Kind.CUSTOMER_WROTE) and "inbox" in event.detail:
        for file in shown_in(event.detail):
            facts = {name: file[name] for name in ("name", "part", "bytes")}
            yield Choice(
                f"{event.seq}:{file['part']}", event.by.name, facts | {"inbox": event.detail["inbox"]}
            )
    if event.kind is Kind.NOTED and ticket.note_as_it_is(event) is not None:
        for place, file in enumerate(named_in(event.detail)):
            if file.get("slack_file"):
                yield Choice(f"{event.seq}:{place}", event.by.name, dict(file))
