"""News of an event, owed to an audience until it arrives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Audience(StrEnum):
    """Who is told.  CARD is the ticket's Slack message itself, AGENTS its thread; FILES is the thread too,
    which gets the files of a mail; DESK is the desk itself, which fetches what a mail is to take along."""

    CARD = "card"
    AGENTS = "agents"
    LEADS = "leads"
    CUSTOMER = "customer"
    FILES = "files"
    DESK = "desk"


class DeliveryState(StrEnum):
    """How far a delivery is.  UNCERTAIN: it may have arrived, and is being proved; DOUBTFUL: it could not be
    proved and waits for a person (or for nobody, when a machine wrote it); DEAD: given up, visibly."""

    READY = "ready"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    DONE = "done"
    DOUBTFUL = "doubtful"
    DEAD = "dead"


@dataclass(eq=False, kw_only=True)
class Delivery:
    """One line of the outbox.  The desk only says who is owed; the rest is written by store.outbox.

    id, ticket_number, seq and token are given by the store when the event is saved: seq names the event
    (none for a card, which shows the whole ticket), token is what the other side may remember it by.
    reference is what the other side calls it once it arrived: a Slack ts, a Message-ID.  repeated: it was
    told before, where it can no longer be read.
    """

    audience: Audience
    not_before: datetime
    state: DeliveryState = DeliveryState.READY
    attempts: int = 0
    revision: int = 1
    fence: int = 0
    lease_until: datetime | None = None
    first_try_at: datetime | None = None
    looked: int = 0
    last_error: str = ""
    reference: str = ""
    repeated: bool = False
    id: int = field(init=False)
    ticket_number: int = field(init=False)
    seq: int | None = field(init=False)
    token: str = field(init=False)
