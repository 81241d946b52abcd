"""What the client was asked to agree to and what they said, read off a ticket's history; hours against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from desk import money
from desk.event import Event, Kind
from desk.worked import Entry, entries_of

WARNED_AT, STOPS_AT = 80, 100
"""Percent of the approved hours at which the desk speaks up, and at which it says stop."""


class Purpose(StrEnum):
    """What for: a budget for an improvement, more hours for one, or work in an emergency."""

    BUDGET = "budget"
    MORE = "more"
    EMERGENCY = "emergency"

    @property
    def words(self) -> str:
        """As people in Slack read it: "the budget"."""
        return _PURPOSES[self]


_PURPOSES = {
    Purpose.BUDGET: "the budget",
    Purpose.MORE: "more hours",
    Purpose.EMERGENCY: "emergency work",
}


class Standing(StrEnum):
    """How far a round is.  DRAFTED: our mail server does not have the mail yet."""

    DRAFTED = "drafted"
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


UNANSWERED = frozenset({Standing.DRAFTED, Standing.ASKED})
"""The client may still answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a client is asked to agree to.

    minutes: None where an emergency takes as long as it takes.  rate: EUR per hour, excluding VAT.  until:
    the last day on which it may be approved; expires_at: the end of that day.  to: who is mailed; approvers:
    whose yes counts, in lower case."""

    purpose: Purpose
    scope: str
    minutes: int | None
    rate: Decimal
    until: date
    expires_at: datetime
    to: str
    approvers: frozenset[str]
    language: str = "en"

    @property
    def amount(self) -> Decimal | None:
        """What it comes to, excluding VAT; None where nobody can tell yet."""
        return None if self.minutes is None else money.amount_of(self.minutes, self.rate)

    def written(self) -> dict[str, Any]:
        """As the detail of an event, whose text is the scope."""
        return {
            "purpose": str(self.purpose),
            "minutes": self.minutes,
            "rate": str(self.rate),
            "amount": None if self.amount is None else str(self.amount),
            "until": self.until.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "to": self.to,
            "approvers": sorted(self.approvers),
            "language": self.language,
        }

    @classmethod
    def read(cls, event: Event) -> Self:
        """Back from the event that asked."""
        detail = event.detail
        return cls(
            purpose=Purpose(detail["purpose"]),
            scope=event.text,
            minutes=None if detail["minutes"] is None else int(detail["minutes"]),
            rate=Decimal(detail["rate"]),
            until=date.fromisoformat(detail["until"]),
            expires_at=datetime.fromisoformat(detail["expires_at"]),
            to=str(detail["to"]),
            approvers=frozenset(map(str, detail["approvers"])),
            language=str(detail["language"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One time of asking.  number: counts from 1 within the ticket; seq: the event that asked; ended: what
    became of it but for running out of time, and the event that says so."""

    number: int
    seq: int
    proposal: Proposal
    asked_at: datetime
    asked_by: str
    is_sent: bool = False
    ended: Standing | None = None
    ended_by: Event | None = field(default=None, repr=False)

    def standing(self, now: datetime) -> Standing:
        """How far it is at that moment."""
        if self.ended is not None:
            return self.ended
        if now >= self.proposal.expires_at:
            return Standing.EXPIRED
        return Standing.ASKED if self.is_sent else Standing.DRAFTED

    @property
    def is_approved(self) -> bool:
        return self.ended is Standing.APPROVED


@dataclass(frozen=True, slots=True)
class Budget:
    """The money of a ticket.  rounds, entries: in order; planned: the day the work is scheduled for."""

    rounds: Sequence[Round]
    entries: Sequence[Entry]
    planned: date | None = None

    @property
    def last(self) -> Round | None:
        """The newest round, whatever became of it."""
        return self.rounds[-1] if self.rounds else None

    def unanswered(self, now: datetime) -> Round | None:
        """The round that the client may still answer."""
        last = self.last
        return last if last and last.standing(now) in UNANSWERED else None

    @property
    def approved(self) -> Iterator[Round]:
        """The rounds that hours are worked against: the budget, and more of it."""
        return (
            each
            for each in self.rounds
            if each.is_approved and each.proposal.purpose is not Purpose.EMERGENCY
        )

    @property
    def consent(self) -> Round | None:
        """The last yes to work in an emergency."""
        found = [each for each in self.rounds if each.is_approved]
        emergencies = [each for each in found if each.proposal.purpose is Purpose.EMERGENCY]
        return emergencies[-1] if emergencies else None

    @property
    def approved_minutes(self) -> int:
        """Work that the client agreed to."""
        return sum(each.proposal.minutes or 0 for each in self.approved)

    @property
    def approved_amount(self) -> Decimal:
        """What that comes to, excluding VAT."""
        return sum((each.proposal.amount or Decimal(0) for each in self.approved), Decimal(0))

    @property
    def used_minutes(self) -> int:
        """Work that counts against it."""
        return sum(entry.work.minutes for entry in self.entries if entry.uses_budget)

    @property
    def logged_minutes(self) -> int:
        """All work on the ticket."""
        return sum(entry.work.minutes for entry in self.entries)

    @property
    def share(self) -> int | None:
        """Percent of the approved hours that are used, never rounded up; None where none are approved."""
        approved = self.approved_minutes
        return 100 * self.used_minutes // approved if approved else None


def budget_of(history: Iterable[Event]) -> Budget:
    """Read it off events, in order."""
    events = list(history)
    planned = [event for event in events if event.kind is Kind.SCHEDULED]
    day = date.fromisoformat(planned[-1].detail["day"]) if planned else None
    return Budget(tuple(_rounds(events)), entries_of(events), day)


_ENDS: Mapping[Kind, Standing] = {
    Kind.BUDGET_APPROVED: Standing.APPROVED,
    Kind.BUDGET_DECLINED: Standing.DECLINED,
    Kind.BUDGET_WITHDRAWN: Standing.WITHDRAWN,
    Kind.BUDGET_ASKED: Standing.SUPERSEDED,
}


def _rounds(events: Sequence[Event]) -> Iterator[Round]:
    asked = [event for event in events if event.kind is Kind.BUDGET_ASKED]
    for number, event in enumerate(asked, 1):
        later = [each for each in events if each.seq > event.seq]
        end = next((each for each in later if _is_end(each, number)), None)
        yield Round(
            number=number, seq=event.seq, proposal=Proposal.read(event), asked_at=event.at,
            asked_by=event.by.name, is_sent=any(_is_sent(each, event.seq) for each in later),
            ended=_ENDS[end.kind] if end else None, ended_by=end,
        )  # fmt: skip


def _is_end(event: Event, number: int) -> bool:
    return event.kind is Kind.BUDGET_ASKED or (event.kind in _ENDS and event.detail["round"] == number)


def _is_sent(event: Event, seq: int) -> bool:
    return event.kind is Kind.SENT and event.detail["of"] == seq
