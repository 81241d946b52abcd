"""One line of what happened to a ticket, and who is owed the news of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from desk.actor import Actor
from desk.delivery import Audience, Delivery
from desk.priority import Priority
from desk.status import Status


class Kind(StrEnum):
    """What may happen to a ticket."""

    OPENED = "opened"
    CUSTOMER_WROTE = "customer_wrote"
    MACHINE_WROTE = "machine_wrote"
    BOUNCED = "bounced"
    QUARANTINED = "quarantined"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    COLLECTED = "collected"
    LOOKED = "looked"
    TAKEN = "taken"
    ASSIGNED = "assigned"
    REPLIED = "replied"
    ASKED = "asked"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    MAIL_DELAYED = "mail_delayed"
    MAIL_FAILED = "mail_failed"
    RESENT = "resent"
    NOTED = "noted"
    NOTE_EDITED = "note_edited"
    NOTE_DELETED = "note_deleted"
    FILES_MISSED = "files_missed"
    PRIORITISED = "prioritised"
    EXTENDED = "extended"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    WARNED = "warned"
    SUPERSEDED = "superseded"
    BREACH_EXPLAINED = "breach_explained"
    REMINDED = "reminded"
    TIME_LOGGED = "time_logged"
    TIME_CORRECTED = "time_corrected"
    HOURS_WARNED = "hours_warned"
    BUDGET_ASKED = "budget_asked"
    BUDGET_APPROVED = "budget_approved"
    BUDGET_DECLINED = "budget_declined"
    BUDGET_UNCLEAR = "budget_unclear"
    BUDGET_CLARIFIED = "budget_clarified"
    BUDGET_WITHDRAWN = "budget_withdrawn"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    RESEMBLES = "resembles"
    JOINED = "joined"
    SOLVED_ELSEWHERE = "solved_elsewhere"
    CLOSED = "closed"
    RATED = "rated"
    EXPORTED = "exported"
    ERASED = "erased"

    @property
    def words(self) -> str:
        """The kind as people read it: "customer wrote"."""
        return self.value.replace("_", " ")


OWED_TO: dict[Kind, tuple[Audience, ...]] = {
    Kind.OPENED: (Audience.CUSTOMER,),
    Kind.CUSTOMER_WROTE: (Audience.AGENTS,),
    Kind.MACHINE_WROTE: (Audience.AGENTS,),
    Kind.BOUNCED: (Audience.AGENTS,),
    Kind.QUARANTINED: (Audience.AGENTS,),
    Kind.ACCEPTED: (Audience.AGENTS,),
    Kind.DISMISSED: (),
    Kind.COLLECTED: (Audience.AGENTS,),
    Kind.LOOKED: (Audience.AGENTS,),
    Kind.TAKEN: (Audience.AGENTS, Audience.CUSTOMER),
    Kind.ASSIGNED: (Audience.AGENTS,),
    Kind.REPLIED: (Audience.CUSTOMER,),
    Kind.ASKED: (Audience.CUSTOMER,),
    Kind.SENT: (Audience.AGENTS,),
    Kind.WITHDRAWN: (Audience.AGENTS,),
    Kind.MAIL_DELAYED: (Audience.AGENTS,),
    Kind.MAIL_FAILED: (Audience.AGENTS,),
    Kind.RESENT: (),
    Kind.NOTED: (),
    Kind.NOTE_EDITED: (),
    Kind.NOTE_DELETED: (),
    Kind.FILES_MISSED: (Audience.AGENTS,),
    Kind.PRIORITISED: (Audience.AGENTS,),
    Kind.EXTENDED: (Audience.AGENTS,),
    Kind.SNOOZED: (Audience.AGENTS,),
    Kind.WOKEN: (Audience.AGENTS,),
    Kind.WARNED: (Audience.AGENTS, Audience.LEADS),
    Kind.SUPERSEDED: (),
    Kind.BREACH_EXPLAINED: (),
    Kind.REMINDED: (Audience.AGENTS, Audience.CUSTOMER),
    Kind.TIME_LOGGED: (Audience.AGENTS,),
    Kind.TIME_CORRECTED: (Audience.AGENTS,),
    Kind.HOURS_WARNED: (Audience.AGENTS,),
    Kind.BUDGET_ASKED: (Audience.AGENTS, Audience.CUSTOMER),
    Kind.BUDGET_APPROVED: (Audience.AGENTS,),
    Kind.BUDGET_DECLINED: (Audience.AGENTS,),
    Kind.BUDGET_UNCLEAR: (Audience.AGENTS,),
    Kind.BUDGET_CLARIFIED: (),
    Kind.BUDGET_WITHDRAWN: (Audience.AGENTS,),
    Kind.SCHEDULED: (Audience.AGENTS, Audience.CUSTOMER),
    Kind.RESOLVED: (Audience.AGENTS, Audience.CUSTOMER),
    Kind.REOPENED: (Audience.AGENTS, Audience.CUSTOMER),
    Kind.CANCELLED: (Audience.AGENTS, Audience.CUSTOMER),
    Kind.RESEMBLES: (Audience.AGENTS,),
    Kind.JOINED: (Audience.AGENTS,),
    Kind.SOLVED_ELSEWHERE: (Audience.AGENTS, Audience.CUSTOMER),
    Kind.CLOSED: (Audience.AGENTS,),
    Kind.RATED: (Audience.AGENTS,),
    Kind.EXPORTED: (Audience.AGENTS,),
    Kind.ERASED: (),
}
"""Who is told of what.  The card is stale after every event and is not listed.

What changes the messages about earlier events names them in `redraws` of its detail: they are drawn anew."""

HUMAN_MAILS = frozenset({Kind.REPLIED, Kind.ASKED})
"""Mails in an agent's own words."""

TAKES_FILES = HUMAN_MAILS | {Kind.RESOLVED}
"""Mails that an agent's files may go along with."""
PROVED_MAILS = HUMAN_MAILS | {Kind.BUDGET_ASKED}
"""Mails of which the history says that they left."""

DECISIVE = frozenset(
    {
        Kind.CUSTOMER_WROTE,
        Kind.BOUNCED,
        Kind.MAIL_FAILED,
        Kind.ACCEPTED,
        Kind.TAKEN,
        Kind.ASSIGNED,
        Kind.ASKED,
        Kind.WITHDRAWN,
        Kind.PRIORITISED,
        Kind.BUDGET_ASKED,
        Kind.BUDGET_APPROVED,
        Kind.BUDGET_DECLINED,
    }
    | {Kind.EXTENDED, Kind.RESOLVED, Kind.REOPENED, Kind.CANCELLED, Kind.CLOSED}
)
"""After one of these a click on an older card may no longer mean what it says."""

ENDS_SNOOZE = DECISIVE | {Kind.WOKEN}
"""After one of these a ticket that was put aside is looked at again."""


@dataclass(eq=False, kw_only=True)
class Event:
    """What happened, who did it and when; never changed once recorded, but for words that are erased
    (desk.erasing).

    seq counts from 1 within the ticket and equals the ticket's version after the event.  status and
    priority are the ticket's afterwards, so a history can be folded without knowing the rules.  text holds
    people's own words; detail holds small facts (JSON).  key makes an event unique within its ticket: what
    would record the same key again records nothing.  Its repr has no words of people: it may end in a log.
    """

    seq: int
    kind: Kind
    at: datetime
    by: Actor
    status: Status
    priority: Priority
    text: str = field(default="", repr=False)
    key: str | None = None
    detail: dict[str, Any] = field(default_factory=dict, repr=False)
    deliveries: list[Delivery] = field(default_factory=list, repr=False)


def level_key(goal: str, cycle: int, level: int) -> str:
    """The key under which a level of a promise is on record, told or overtaken, once."""
    return f"level:{goal}:{cycle}:{level}"
