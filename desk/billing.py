"""The money of a ticket: what clients are asked to agree to, what they say, and the hours worked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from desk.actor import STAFF, Actor
from desk.answer import Answer
from desk.budget import STOPS_AT, WARNED_AT, Budget, Proposal, Purpose, Round, Standing, budget_of
from desk.correspondence import Correspondence
from desk.errors import DeskError
from desk.event import Event, Kind
from desk.priority import Priority
from desk.status import OPEN, TRANSITIONS, Status
from desk.worked import Entry, Work

Evidence = Mapping[str, Any]
"""What proves an answer: via, sender and, of a mail, inbox, message_id and of (the event that holds it)."""

_HOURS = Actor.system("hours")


@dataclass(eq=False, kw_only=True)
class Billing(Correspondence):
    """What is asked, answered, scheduled and worked."""

    @property
    def budget(self) -> Budget:
        """All of it, read off the history."""
        return budget_of(self.history)

    # Asking the client

    def propose(self, proposal: Proposal, *, by: Actor, at: datetime) -> bool:
        """Mail the client what they are asked to agree to; what was asked before and not answered lapses."""
        by.must_be(STAFF, "ask a client for approval")
        self._must_say(proposal.scope)
        self._must_stand_in(OPEN, "ask for approval")
        self._must_fit(proposal)
        if proposal.expires_at <= at:
            raise DeskError("That day has passed: choose a later one until which it may be approved.")
        if proposal.to not in proposal.approvers:
            raise DeskError(f"{proposal.to} may not approve this: {_listed(proposal.approvers)} may.")
        number = len(self.budget.rounds) + 1
        return self._record(
            Kind.BUDGET_ASKED, by=by, at=at, text=proposal.scope, key=f"round:{number}", round=number,
            redraws=self._open_doubts(number - 1), **proposal.written(),
        )  # fmt: skip

    def _must_fit(self, proposal: Proposal) -> None:
        wish = self.priority is Priority.IMPROVEMENT
        if wish is (proposal.purpose is Purpose.EMERGENCY):
            raise DeskError(
                "An improvement has a budget: ask for that, or for more hours."
                if wish
                else "Only an improvement has a budget: change the priority first, or ask whether the client "
                "agrees to emergency work."
            )
        if proposal.purpose is not Purpose.EMERGENCY and not proposal.minutes:
            raise DeskError("A budget says how many hours it is for.")
        if proposal.purpose is Purpose.MORE and not self.budget.approved_minutes:
            raise DeskError("There is no approved budget yet to ask more for.")

    def withdraw(self, *, by: Actor, at: datetime) -> bool:
        """Take back what was asked; an answer to it no longer counts."""
        by.must_be(STAFF, "take back a budget")
        asked = self.budget.unanswered(at)
        if asked is None:
            raise DeskError("Nothing waits for the client's answer.")
        return self._record(
            Kind.BUDGET_WITHDRAWN,
            by=by,
            at=at,
            key=f"answer:{asked.number}",
            round=asked.number,
            redraws=self._open_doubts(asked.number),
        )

    # What the client says

    def approve(self, number: int, *, by: Actor, at: datetime, evidence: Evidence) -> bool:
        """The client says yes to that round.  at: when; a second yes changes nothing.

        Raises DeskError for whoever may not, and for what lapsed, was answered or taken back."""
        return self._answer(Kind.BUDGET_APPROVED, number, by=by, at=at, evidence=evidence)

    def decline(self, number: int, *, by: Actor, at: datetime, evidence: Evidence) -> bool:
        """The client says no to that round.  Raises DeskError as approve does."""
        return self._answer(Kind.BUDGET_DECLINED, number, by=by, at=at, evidence=evidence)

    def doubt(self, number: int, reason: str, *, by: Actor, at: datetime, evidence: Evidence) -> bool:
        """A mail of an approver may be their answer to that round: an agent is asked what it means."""
        of = int(evidence["of"])
        return self._record(
            Kind.BUDGET_UNCLEAR, by=by, at=at, key=f"unclear:{of}", reason=reason,
            **_kept(number, evidence),
        )  # fmt: skip

    def clarify(self, seq: int, meant: Answer, *, by: Actor, at: datetime) -> bool:
        """An agent says what the mail of event seq meant: yes, no, or neither (unclear).

        Of two agents the first one counts.  Raises DeskError."""
        by.must_be(STAFF, "say what the client meant")
        doubt = self.event(seq)
        if doubt.kind is not Kind.BUDGET_UNCLEAR:
            raise DeskError("That is not a question about a budget.")
        if self.clarified(seq):
            raise DeskError("Somebody has said already what the client meant: look at the thread.")
        if meant is Answer.UNCLEAR:
            return self._record(Kind.BUDGET_CLARIFIED, by=by, at=at, of=seq, redraws=[seq])
        evidence = {name: fact for name, fact in doubt.detail.items() if name not in ("round", "reason")}
        kind = Kind.BUDGET_APPROVED if meant is Answer.YES else Kind.BUDGET_DECLINED
        evidence |= {"said_at": doubt.at.isoformat(), "doubt": seq}
        return self._answer(
            kind, int(doubt.detail["round"]), by=by, at=at, evidence=evidence, said_at=doubt.at
        )

    def clarified(self, seq: int) -> Event | None:
        """What an agent said of the doubt of event seq."""
        said = (each for each in self.history if each.detail.get("doubt") == seq)
        return next(said, None) or self._last(frozenset({Kind.BUDGET_CLARIFIED}), of=seq)

    def accept(self, seq: int, *, by: Actor, at: datetime) -> bool:
        """The same for money: a held mail of an approver may be an answer, which an agent has to say."""
        recorded = super().accept(seq, by=by, at=at)
        asked, held = self.budget.unanswered(at), self.held(seq)
        if recorded and asked and held.by.key in asked.proposal.approvers:
            wrote = next(each.seq for each in reversed(self.history) if each.kind is Kind.CUSTOMER_WROTE)
            reason = "it was held back at first"
            evidence = {"via": "mail", "sender": held.by.key, "of": wrote, "inbox": held.detail.get("inbox")}
            self.doubt(asked.number, reason, by=held.by, at=at, evidence=evidence)
        return recorded

    @property
    def participants(self) -> frozenset[str]:
        """Whom a budget was mailed to may write to the ticket as well."""
        asked = {str(event.detail["to"]) for event in self.history if event.kind is Kind.BUDGET_ASKED}
        return super().participants | asked

    def _answer(
        self,
        kind: Kind,
        number: int,
        *,
        by: Actor,
        at: datetime,
        evidence: Evidence,
        said_at: datetime | None = None,
    ) -> bool:
        asked = self.round(number)
        if not by.is_staff and by.key not in asked.proposal.approvers:
            raise DeskError(f"Only {_listed(asked.proposal.approvers)} may answer this.")
        if asked.ended and asked.ended_by and asked.ended_by.kind is kind:
            return False
        standing = asked.standing(said_at or at)
        if standing not in (Standing.ASKED, Standing.DRAFTED):
            raise DeskError(_TOO_LATE[standing])
        self._must_stand_in(OPEN | {Status.RESOLVED}, "answer")
        amount, doubts = asked.proposal.amount, self._open_doubts(number)
        more: dict[str, Any] = {"redraws": doubts} if doubts else {}
        return self._record(
            kind, by=by, at=at, key=f"answer:{number}",
            **_kept(number, evidence), amount=None if amount is None else str(amount), **more,
        )  # fmt: skip

    def _open_doubts(self, number: int) -> list[int]:
        """The questions to agents about that round, which nobody has to answer once it is over."""
        asked = (event for event in self.history if event.kind is Kind.BUDGET_UNCLEAR)
        return [each.seq for each in asked if each.detail["round"] == number and not self.clarified(each.seq)]

    def round(self, number: int) -> Round:
        """That time of asking.  Raises DeskError where there was none."""
        rounds = self.budget.rounds
        if not 1 <= number <= len(rounds):
            raise DeskError("Nothing like that was asked.")
        return rounds[number - 1]

    # Work

    def schedule(self, day: date, *, by: Actor, at: datetime) -> bool:
        """Say on which day the work of an approved budget is done; the customer is told."""
        by.must_be(STAFF, "schedule work")
        self._must_stand_in(OPEN, "schedule it")
        budget = self.budget
        if not budget.approved_minutes:
            raise DeskError("No budget is approved yet: the work is scheduled after that.")
        if day == budget.planned:
            return False
        before = budget.planned.isoformat() if budget.planned else None
        return self._record(Kind.SCHEDULED, by=by, at=at, day=day.isoformat(), before=before)

    def log_time(
        self, work: Work, what: str, *, rate: Decimal, by: Actor, at: datetime, key: str | None = None
    ) -> bool:
        """Keep work on record.  rate: the contract's; what the client agreed to counts before that."""
        by.must_be(STAFF, "log time")
        self._must_be_billed(work)
        recorded = self._record(
            Kind.TIME_LOGGED, by=by, at=at, text=what.strip(), key=key, **work.written(),
            rate=str(self._agreed(work, rate)),
        )  # fmt: skip
        if recorded:
            self._warn_of_hours(at)
        return recorded

    def correct_time(
        self, seq: int, work: Work, what: str, *, rate: Decimal, by: Actor, at: datetime
    ) -> bool:
        """Put right the entry of event seq, which stays as it was written; 0 minutes strike it out."""
        by.must_be(STAFF, "correct time")
        entry = self.entry(seq)
        if (work, what.strip()) == (entry.work, entry.what):
            return False
        if work.minutes:
            self._must_be_billed(work)
        same = entry.work.emergency is work.emergency
        self._record(
            Kind.TIME_CORRECTED, by=by, at=at, text=what.strip(), of=seq, before=entry.work.minutes,
            **work.written(), rate=str(entry.rate if same else self._agreed(work, rate)), redraws=[seq],
        )  # fmt: skip
        self._warn_of_hours(at)
        return True

    def entry(self, seq: int) -> Entry:
        """The entry that event seq logged, as it stands.  Raises DeskError where it is none."""
        found = next((entry for entry in self.budget.entries if entry.seq == seq), None)
        if found is None:
            raise DeskError("No time was logged there.")
        return found

    def _must_be_billed(self, work: Work) -> None:
        """Refuse a bill that nobody agreed to."""
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED, Status.CANCELLED}, "log time")
        if not work.billable:
            return
        budget = self.budget
        if work.emergency and not budget.consent:
            raise DeskError(
                "The client has not agreed to emergency work yet: ask them (More, Budget), "
                "or log it as not billable for now."
            )
        if self.priority is Priority.IMPROVEMENT and not work.emergency and not budget.approved_minutes:
            raise DeskError(
                "No budget is approved yet: ask the client for one (More, Budget), or log it as not billable."
            )

    def _agreed(self, work: Work, rate: Decimal) -> Decimal:
        budget = self.budget
        if work.emergency:
            return budget.consent.proposal.rate if budget.consent else rate
        approved = list(budget.approved)
        return approved[-1].proposal.rate if approved else rate

    def _warn_of_hours(self, at: datetime) -> None:
        """Say once for each amount of approved hours that they run out, and that they are used up."""
        budget = self.budget
        level = next((each for each in (STOPS_AT, WARNED_AT) if (budget.share or 0) >= each), None)
        if level is not None:
            self._record(
                Kind.HOURS_WARNED, by=_HOURS, at=at, key=f"hours:{level}:{budget.approved_minutes}",
                level=level, approved=budget.approved_minutes, used=budget.used_minutes,
            )  # fmt: skip


_TOO_LATE = {
    Standing.APPROVED: "This was approved already.",
    Standing.DECLINED: "This was declined already.",
    Standing.EXPIRED: "The time in which this could be approved is over: ask the client again.",
    Standing.WITHDRAWN: "This was taken back: nobody needs to answer it any more.",
    Standing.SUPERSEDED: "Something newer was asked since: only that can be answered.",
}


def _kept(number: int, evidence: Evidence) -> dict[str, Any]:
    return {"round": number} | dict(evidence)


def _listed(addresses: frozenset[str]) -> str:
    return " or ".join(sorted(addresses))
