"""A ticket that somebody takes along, whole: that is on record, whatever its status."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.actor import STAFF, Actor
from desk.delivery import Audience
from desk.event import Event, Kind
from desk.record import Record


@dataclass(eq=False, kw_only=True)
class Exporting(Record):
    """What may be taken out of the desk: by its own people, and never to a customer."""

    def export(self, file: str = "", *, by: Actor, at: datetime) -> bool:
        """Take it along.  file: what it is called in the thread, which gets it; "" where it goes elsewhere,
        which the thread is told."""
        by.must_be(STAFF, "export a ticket")
        more: dict[str, Any] = (
            {"files": [{"name": file, "part": 0}], "owed": (Audience.FILES,)} if file else {}
        )
        return self._record(Kind.EXPORTED, by=by, at=at, **more)


def is_export(event: Event) -> bool:
    """Whether the file of that event is the ticket itself."""
    return event.kind is Kind.EXPORTED
