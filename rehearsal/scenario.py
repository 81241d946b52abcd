"""What a scenario says, read and checked: the steps, when each happens, and who is who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ScenarioRefused(Exception):
    """The scenario cannot be played.  Names the step, what is wrong with it, and what is possible."""


class Deed(StrEnum):
    """What somebody may click."""

    TAKE = "take"
    REPLY = "reply"
    ASK = "ask"
    RESOLVE = "resolve"
    CANCEL = "cancel"
    REOPEN = "reopen"
    CLOSE = "close"
    PRIORITY = "priority"
    STATUS = "status"
    ASSIGN = "assign"
    EXTEND = "extend"
    NOTE = "note"
    ACCEPT = "accept"
    DETACH = "detach"
    EXPLAIN = "explain"


class Road(StrEnum):
    """What may be out of order.  DESK: nothing of the desk runs at all."""

    SLACK = "slack"
    SMTP = "smtp"
    MAILBOX = "mailbox"
    DESK = "desk"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail reaches the mailbox.  answers: the ticket whose last mail to the customer it answers."""

    sender: str
    subject: str | None = None
    text: str = ""
    html: str = ""
    to: str = ""
    answers: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Click:
    """Somebody uses a control of a card, or sends a form.

    to: what was chosen: a status, a priority, a colleague, a reason, or what follows a reply.  version: of
    the card that was clicked, the newest where it is None.  role: of whoever is named here alone."""

    ticket: str
    by: str
    do: Deed
    text: str | None = None
    to: str = ""
    role: str = ""
    version: int | None = None


@dataclass(frozen=True)
class Remark:
    """A line of the scenario's own, for whoever reads what came of it."""

    text: str


@dataclass(frozen=True)
class Outage:
    """Something is out of order until then."""

    of: tuple[Road, ...]
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happens at a moment.  number: counted from 1; name: what the ticket is called from here on."""

    number: int
    at: datetime
    what: Mail | Click | Remark | Outage
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Steps in the order of time.  people: roles by name; whoever is not among them is an agent."""

    start: datetime
    until: datetime
    steps: tuple[Step, ...]
    people: Mapping[str, str] = field(default_factory=dict)
