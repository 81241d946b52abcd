"""How mails say dates, and what they say of a date that moved since the customer was told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from desk.event import Event
from desk.status import OPEN, RUNNING, Status
from desk.ticket import Ticket

_DATES = {
    "nl": ("nl", "EEEE d MMMM y 'om' HH:mm"),
    "en": ("en_GB", "EEEE d MMMM y 'at' HH:mm"),
    "de": ("de", "EEEE, d. MMMM y, 'um' HH:mm 'Uhr'"),
    "fr": ("fr", "EEEE d MMMM y 'à' HH\u00a0'h'\u00a0mm"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """The dates that the customer was told last, and when the later of them was said."""

    response: datetime | None = None
    recovery: datetime | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Said:
    """How dates are said in a language."""

    language: str
    zone: ZoneInfo

    def date(self, moment: datetime | None, *, after: datetime | None = None) -> str:
        """The moment in words; nothing for none, or for one that is not after `after`."""
        if moment is None or (after is not None and moment <= after):
            return ""
        locale, pattern = _DATES[self.language]
        if self.language == "fr" and moment.astimezone(self.zone).day == 1:
            pattern = pattern.replace("d MMMM", "d'er' MMMM")
        return format_datetime(moment, pattern, tzinfo=self.zone, locale=locale)


def moved(ticket: Ticket, told: Told, recovery: str, said: Said) -> dict[str, str]:
    """The facts about a date that is another one than the customer was told; all empty where it is not.

    recovery: the date as this mail says it.  moved_by: "pause" (we waited for the customer), "reopened", else
    "agreement": our hours or what was agreed with them are others now."""
    before = said.date(told.recovery)
    if not (before and recovery and before != recovery and ticket.status in OPEN):
        return dict.fromkeys(("moved_from", "moved_by", "paused_since", "paused_until"), "")
    pauses = [(begun, ended) for begun, ended in _pauses(ticket) if told.at and ended.at > told.at]
    return {
        "moved_from": before,
        "moved_by": "pause" if pauses else _otherwise(ticket, told),
        "paused_since": said.date(pauses[0][0].at) if pauses else "",
        "paused_until": said.date(pauses[-1][1].at) if pauses else "",
    }


def _otherwise(ticket: Ticket, told: Told) -> str:
    back = (
        told.at is not None and event.at > told.at and event.status in RUNNING and earlier.status not in OPEN
        for earlier, event in pairwise(ticket.counted)
    )
    return "reopened" if any(back) else "agreement"


def _pauses(ticket: Ticket) -> Iterator[tuple[Event, Event]]:
    """The waits for the customer that are over: the event that began each, and the one that ended it."""
    begun: Event | None = None
    for event in ticket.counted:
        if event.status is Status.WAITING_FOR_CUSTOMER:
            begun = begun or event
        elif begun is not None:
            if event.status in RUNNING:
                yield begun, event
            begun = None
