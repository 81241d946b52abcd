"""The ticket: one customer's request, and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from desk.actor import CLOSERS, RESOLVERS, STAFF, Actor
from desk.breach import BreachReason, breaches_like, explanation_of, is_breach, reason_of
from desk.delivery import Audience, Delivery
from desk.errors import Conflict, DeskError, TransitionRefused
from desk.event import DECISIVE, OWED_TO, Event, Kind, level_key
from desk.priority import Priority
from desk.status import OPEN, TRANSITIONS, Status
from desk.thanks import is_only_thanks

Named = Mapping[str, Any]
"""A file: its name, and where it is kept."""

CARD_HOLDS = 600
"""Characters of the first mail that fit the card; a longer one is told in the thread as well."""


@dataclass(eq=False, kw_only=True)
class Ticket:
    """A request.  Its fields are set by its own methods only, each of which records an event.

    Every method takes `by` (who) and `at` (when, aware UTC) and says whether it changed anything: a second
    identical request does not.  Refusals are DeskErrors with words for the one who asked.  Its repr has
    nothing of the customer: it may end in a log.
    """

    subject: str = field(repr=False)
    customer: str = field(repr=False)
    customer_name: str = field(default="", repr=False)
    client: str = field(default="", repr=False)
    language: str = "en"
    status: Status = Status.WAITING_FOR_SUPPORT
    priority: Priority = Priority.MEDIUM
    owner: str | None = None
    owner_name: str = ""
    follows: int | None = None
    version: int = 0
    opened_at: datetime
    changed_at: datetime
    number: int = field(init=False)
    attention_at: datetime | None = field(init=False, default=None)
    due_at: datetime | None = field(init=False, default=None)
    history: list[Event] = field(default_factory=list, repr=False)

    @classmethod
    def open(
        cls,
        *,
        by: Actor,
        at: datetime,
        subject: str,
        text: str,
        confirm: bool = True,
        key: str | None = None,
        detail: dict[str, Any] | None = None,
        **facts: Any,
    ) -> Ticket:
        """Open a ticket for what a customer wrote.

        at: when the mail reached our mailbox.  confirm: whether the customer gets a confirmation (never a
        machine).  facts: client, language, priority, follows.
        """
        ticket = cls(
            subject=subject, customer=by.key, customer_name=by.name, opened_at=at, changed_at=at, **facts
        )
        owed = (Audience.CUSTOMER,) if confirm else ()
        if len(text) > CARD_HOLDS or (detail or {}).get("files"):
            owed = (Audience.AGENTS, *owed)
        ticket._record(Kind.OPENED, by=by, at=at, text=text, key=key, owed=owed, **(detail or {}))
        return ticket

    # What customers and their machines do

    def customer_wrote(
        self,
        text: str,
        *,
        by: Actor,
        at: datetime,
        key: str | None = None,
        answer: bool = True,
        **detail: Any,
    ) -> bool:
        """A verified participant wrote: wakes a waiting ticket, reopens a resolved one unless it only thanks.

        answer: whether a machine may tell the customer of that.  Raises DeskError for a cancelled or closed
        ticket: what follows is a new ticket."""
        if not self.takes_replies:
            raise DeskError(f"This ticket is {self.status.words.lower()}: a reply opens a new one.")
        thanks = is_only_thanks(text) and not detail.get("files")
        status = Status.WAITING_FOR_SUPPORT if self.status is Status.WAITING_FOR_CUSTOMER else None
        changed = self._record(Kind.CUSTOMER_WROTE, by=by, at=at, text=text, key=key, status=status, **detail)
        if changed and self.status is Status.RESOLVED and not thanks:
            owed = OWED_TO[Kind.REOPENED] if answer else (Audience.AGENTS,)
            self._move(Kind.REOPENED, Status.WAITING_FOR_SUPPORT, by=by, at=at, owed=owed)
        return changed

    def machine_wrote(
        self, text: str, *, by: Actor, at: datetime, key: str | None = None, **detail: Any
    ) -> bool:
        """An automatic reply came in: noted, nothing else."""
        return self._record(Kind.MACHINE_WROTE, by=by, at=at, text=text, key=key, **detail)

    def bounced(self, reason: str, *, by: Actor, at: datetime, key: str | None = None, hard: bool) -> bool:
        """One of our mails came back.  A hard bounce of a question: nobody was asked, so back to support."""
        nobody_asked = hard and self.status is Status.WAITING_FOR_CUSTOMER
        status = Status.WAITING_FOR_SUPPORT if nobody_asked else None
        return self._record(Kind.BOUNCED, by=by, at=at, text=reason, key=key, status=status, hard=hard)

    def quarantine(
        self, text: str, *, by: Actor, at: datetime, reason: str, key: str | None = None, **detail: Any
    ) -> bool:
        """A mail claims this ticket and cannot prove it: shown to agents, nothing else changes."""
        return self._record(Kind.QUARANTINED, by=by, at=at, text=text, key=key, reason=reason, **detail)

    def accept(self, seq: int, *, by: Actor, at: datetime) -> bool:
        """An agent vouches for the quarantined mail of event seq: its sender becomes a participant.

        Raises DeskError for a cancelled or closed ticket: the mail would be lost on it."""
        by.must_be(STAFF, "accept a quarantined mail")
        held = self.held(seq)
        if not self.takes_replies:
            raise DeskError(
                f"This ticket is {self.status.words.lower()}: that mail needs a ticket of its own."
            )
        self.must_be_undecided(seq)
        recorded = self._record(
            Kind.ACCEPTED, by=by, at=at, key=f"accepted:{seq}", of=seq, sender=held.by.key, name=held.by.name,
            redraws=[seq],
        )  # fmt: skip
        if recorded:
            carried = {name: held.detail[name] for name in _OF_THE_MAIL if name in held.detail}
            self.customer_wrote(held.text, by=held.by, at=at, of=seq, **carried)
        return recorded

    def dismiss(self, seq: int, *, by: Actor, at: datetime, ticket: int | None = None) -> bool:
        """An agent says that the quarantined mail of event seq does not belong here, whatever the status.

        ticket: the one that was opened for it; None where it is dropped."""
        by.must_be(STAFF, "decide about a quarantined mail")
        self.held(seq)
        self.must_be_undecided(seq)
        return self._record(Kind.DISMISSED, by=by, at=at, of=seq, ticket=ticket, redraws=[seq])

    def collect(self, count: int, *, by: Actor, at: datetime, reason: str) -> bool:
        """So many mails are kept by now that are not told one by one: one message says so, and grows.

        reason: why they are not.  What comes a day later is told in a message of its own."""
        told = next((each for each in reversed(self.history) if each.kind is Kind.COLLECTED), None)
        first = int(told.detail["first"]) if told and at - told.at < _SAME_FLOOD else self.version + 1
        again = first <= self.version
        return self._record(
            Kind.COLLECTED, by=by, at=at, key=f"collected:{count}", owed=() if again else None,
            count=count, reason=reason, first=first, redraws=[first] if again else [],
        )  # fmt: skip

    # What agents do

    def take(self, *, by: Actor, at: datetime) -> bool:
        """Make the ticket mine and start on it; the customer is told when work starts."""
        by.must_be(STAFF, "take a ticket")
        if self.status is Status.IN_PROGRESS:
            return self.assign(by.key, by.name, by=by, at=at)
        self._check(Status.IN_PROGRESS)
        self.owner, self.owner_name = by.key, by.name
        return self._move(Kind.TAKEN, Status.IN_PROGRESS, by=by, at=at)

    def assign(self, owner: str, name: str, *, by: Actor, at: datetime) -> bool:
        """Hand the ticket to an agent."""
        by.must_be(STAFF, "hand over a ticket")
        if owner == self.owner:
            return False
        self._must_stand_in(OPEN, "hand it over")
        before, self.owner, self.owner_name = self.owner_name, owner, name
        return self._record(Kind.ASSIGNED, by=by, at=at, owner=owner, name=name, before=before)

    def reply(
        self, text: str, *, by: Actor, at: datetime, key: str | None = None, files: Sequence[Named] = ()
    ) -> bool:
        """Mail the customer an agent's words; the status stays.  files: what goes along, by store.files."""
        by.must_be(STAFF, "reply to a customer")
        self._must_say(text)
        self._must_stand_in(OPEN | {Status.RESOLVED}, "reply")
        more: dict[str, Any] = {"files": [*files]} if files else {}
        return self._record(Kind.REPLIED, by=by, at=at, text=text, key=key, **more)

    def ask(
        self, text: str, *, by: Actor, at: datetime, key: str | None = None, files: Sequence[Named] = ()
    ) -> bool:
        """Mail the customer a question and wait for the answer; asked again, the wait starts again."""
        by.must_be(STAFF, "ask a customer")
        self._must_say(text)
        if self.status is not Status.WAITING_FOR_CUSTOMER:
            self._check(Status.WAITING_FOR_CUSTOMER)
        more: dict[str, Any] = {"files": [*files]} if files else {}
        waits = Status.WAITING_FOR_CUSTOMER
        return self._record(Kind.ASKED, by=by, at=at, text=text, key=key, status=waits, **more)

    def resend(self, seq: int, *, by: Actor, at: datetime) -> bool:
        """Have the mail of event seq tried again, which was given up."""
        by.must_be(STAFF, "send a mail again")
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED}, "send a mail again")
        doubted = self._given_up(seq)
        return self._record(Kind.RESENT, by=by, at=at, of=seq, redraws=doubted)

    def vouch(self, seq: int, *, recipients: list[str], by: Actor, at: datetime) -> bool:
        """An agent knows that the mail of event seq arrived, which was in doubt; promises count from here."""
        by.must_be(STAFF, "say that a mail arrived")
        self._given_up(seq)
        return self.mailed(seq, recipients=recipients, by=by, at=at)

    def note(self, text: str, *, by: Actor, at: datetime, key: str | None = None, **detail: Any) -> bool:
        """Keep an internal note; the customer never sees it."""
        by.must_be(STAFF, "write a note")
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED}, "write a note")
        return self._record(Kind.NOTED, by=by, at=at, text=text, key=key, **detail)

    def pass_on(self, text: str, *, by: Actor, at: datetime, key: str | None = None) -> bool:
        """Keep, as a note that the thread shows, what an agent wrote above a mail they forwarded."""
        by.must_be(STAFF, "write a note")
        return self._record(Kind.NOTED, by=by, at=at, text=text, key=key, owed=(Audience.AGENTS,))

    def look_at(self, seq: int, *, by: Actor, at: datetime) -> bool:
        """An agent reads the words of event seq, which are hidden: who did is on record, once each."""
        by.must_be(STAFF, "read what is hidden")
        if not self.event(seq).detail.get("sensitive"):
            raise DeskError("Nothing of that is hidden.")
        return self._record(Kind.LOOKED, by=by, at=at, key=f"looked:{seq}:{by.key}", of=seq)

    def prioritise(self, priority: Priority, *, by: Actor, at: datetime, reclassified: bool = False) -> bool:
        """Give another priority.  reclassified: the date it gives had already passed."""
        by.must_be(STAFF, "change a priority")
        if priority is self.priority:
            return False
        if self.status not in OPEN:
            raise DeskError(f"This ticket is {self.status.words.lower()}: its priority no longer matters.")
        before, self.priority = self.priority, priority
        return self._record(Kind.PRIORITISED, by=by, at=at, before=before, reclassified=reclassified)

    def explain_breach(self, seq: int, reason: BreachReason, *, by: Actor, at: datetime) -> bool:
        """Say why the promise of that warning was broken; said again, the last word counts."""
        by.must_be(STAFF, "say why a promise was broken")
        breach = self.event(seq)
        if not is_breach(breach):
            raise DeskError("That warning is not of a broken promise.")
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED}, "say why")
        if reason is reason_of(self, breach) and explanation_of(self, breach):
            return False
        return self._record(
            Kind.BREACH_EXPLAINED, by=by, at=at, reason=reason,
            goal=breach.detail["goal"], cycle=breach.detail["cycle"],
            redraws=[each.seq for each in breaches_like(self, breach)],
        )  # fmt: skip

    def extend(self, *, by: Actor, at: datetime) -> bool:
        """Give the customer the whole waiting time again, from now."""
        by.must_be(STAFF, "extend the wait")
        if self.status is not Status.WAITING_FOR_CUSTOMER:
            raise DeskError("Only a ticket that waits for the customer can be extended.")
        return self._record(Kind.EXTENDED, by=by, at=at)

    def resolve(self, text: str = "", *, by: Actor, at: datetime, key: str | None = None) -> bool:
        """Say that it is solved.  text: what was done, for the customer to read."""
        by.must_be(RESOLVERS, "resolve a ticket")
        return self._move(Kind.RESOLVED, Status.RESOLVED, by=by, at=at, text=text, key=key)

    def cancel(self, reason: str, *, by: Actor, at: datetime, key: str | None = None) -> bool:
        """Stop without solving.  reason: why, for the customer to read."""
        by.must_be(STAFF, "cancel a ticket")
        self._must_say(reason)
        return self._move(Kind.CANCELLED, Status.CANCELLED, by=by, at=at, text=reason, key=key)

    def reopen(self, *, by: Actor, at: datetime) -> bool:
        """Take it up again; the recovery clock goes on with what it had spent."""
        by.must_be(STAFF, "reopen a ticket")
        owed = (Audience.AGENTS,) if self.status is Status.WAITING_FOR_CUSTOMER else OWED_TO[Kind.REOPENED]
        return self._move(Kind.REOPENED, Status.WAITING_FOR_SUPPORT, by=by, at=at, owed=owed)

    def close(self, *, by: Actor, at: datetime) -> bool:
        """End it for good.  Only a lead, or seven quiet days."""
        by.must_be(CLOSERS, "close a ticket for good")
        return self._move(Kind.CLOSED, Status.CLOSED, by=by, at=at)

    # What the desk itself does

    def mailed(self, seq: int, *, recipients: list[str], by: Actor, at: datetime) -> bool:
        """Our mail server accepted the mail of event seq.  at: when it did; promises count from here."""
        of, doubted = self.event(seq), [each.seq for each in self.outcomes(seq)]
        more: dict[str, Any] = {"redraws": doubted} if doubted else {}
        return self._record(
            Kind.SENT, by=by, at=at, text=of.text, key=f"sent:{seq}", of=seq, recipients=recipients, **more
        )

    def mail_delayed(self, seq: int, reason: str, *, by: Actor, at: datetime) -> bool:
        """The mail of event seq has not left for a while and is still tried; said once."""
        return self._record(Kind.MAIL_DELAYED, by=by, at=at, text=reason, key=f"delayed:{seq}", of=seq)

    def mail_failed(self, seq: int, reason: str, *, certain: bool, by: Actor, at: datetime) -> bool:
        """The mail of event seq was given up.  certain: it did not arrive; else nobody can tell.

        When it surely was the question we wait for, nobody was asked, so back to support."""
        nobody_asked = certain and self.status is Status.WAITING_FOR_CUSTOMER and seq == self._last_question
        status = Status.WAITING_FOR_SUPPORT if nobody_asked else None
        again = sum(each.kind is Kind.RESENT for each in self.outcomes(seq))
        return self._record(
            Kind.MAIL_FAILED, by=by, at=at, text=reason, key=f"failed:{seq}" + f":{again}" * bool(again),
            status=status, of=seq, certain=certain,
        )  # fmt: skip

    def warn(self, goal: str, level: int, *, cycle: int, by: Actor, at: datetime, due: datetime) -> bool:
        """A promise is in danger or broken.  level: percent of the target; once per goal, cycle and level.

        Never after the ticket's end: then there is nothing left to warn of."""
        if self.status not in OPEN:
            return False
        owed = (Audience.AGENTS, Audience.LEADS) if level >= _LEADS_HEAR_FROM else (Audience.AGENTS,)
        recorded = self._record(
            Kind.WARNED, by=by, at=at, key=level_key(goal, cycle, level), owed=owed,
            goal=goal, level=level, cycle=cycle, due=due.isoformat(),
        )  # fmt: skip
        if recorded:
            for delivery in self.history[-1].deliveries:
                if delivery.audience is Audience.LEADS:
                    delivery.not_before = at + _TOLD_TOGETHER
        return recorded

    def supersede(self, goal: str, level: int, *, cycle: int, by: Actor, at: datetime) -> bool:
        """A lower level was missed and a higher one is told instead: on record, told to nobody."""
        if self.status not in OPEN:
            return False
        key = level_key(goal, cycle, level)
        return self._record(Kind.SUPERSEDED, by=by, at=at, key=key, goal=goal, level=level, cycle=cycle)

    def remind(self, *, by: Actor, at: datetime, asked: int) -> bool:
        """Remind the customer, once per question.  asked: the event that started this wait."""
        if self.status is not Status.WAITING_FOR_CUSTOMER:
            return False
        return self._record(Kind.REMINDED, by=by, at=at, key=f"reminded:{asked}", of=asked)

    # What everyone may ask

    @property
    def takes_replies(self) -> bool:
        """Whether a customer's reply joins this ticket; to a cancelled or closed one it opens a new one."""
        return self.status in OPEN or self.status is Status.RESOLVED

    @property
    def participants(self) -> frozenset[str]:
        """Addresses, in lower case, that may write to this ticket."""
        accepted = {str(event.detail["sender"]) for event in self.history if event.kind is Kind.ACCEPTED}
        return frozenset({self.customer} | accepted)

    def held(self, seq: int) -> Event:
        """The quarantined mail of event seq.  Raises DeskError where that is none."""
        held = self.event(seq)
        if held.kind is not Kind.QUARANTINED:
            raise DeskError("That is not a held mail.")
        return held

    def decision_on(self, seq: int) -> Event | None:
        """What somebody decided about the quarantined mail of event seq."""
        return self._last(_DECISIONS, of=seq)

    def outcomes(self, seq: int) -> list[Event]:
        """What was heard of the mail of event seq since it was owed, in order."""
        return [each for each in self.history if each.kind in _OUTCOMES and each.detail["of"] == seq]

    def event(self, seq: int) -> Event:
        """The event with that number.  Raises DeskError where there is none."""
        if not 1 <= seq <= len(self.history):
            raise DeskError(f"Nothing like that happened to ticket {self.number}.")
        return self.history[seq - 1]

    def expect(self, version: int) -> None:
        """Refuse a click on a picture of the ticket that no longer holds.

        Raises Conflict, naming what happened since."""
        since = [event for event in self.history if event.seq > version and event.kind in DECISIVE]
        if since:
            last = since[-1]
            raise Conflict(
                f"{last.by.name} was first ({last.kind.words}). "
                "The card shows it now; click again if you still mean it."
            )

    # How it is done

    def _last(self, kinds: Set[Kind], *, of: int) -> Event | None:
        found = (
            each for each in reversed(self.history) if each.kind in kinds and each.detail.get("of") == of
        )
        return next(found, None)

    def must_be_undecided(self, seq: int) -> None:
        """Of two decisions about a quarantined mail the first one counts.  Raises DeskError."""
        if self.decision_on(seq):
            raise DeskError("Somebody has decided about this mail already: look at the thread.")

    def _given_up(self, seq: int) -> list[int]:
        """The events that say that this mail was given up.  Raises DeskError where it is not so any more."""
        self.event(seq)
        heard = self.outcomes(seq)
        if heard and heard[-1].kind is not Kind.MAIL_FAILED:
            raise DeskError("Somebody has decided about this mail already: look at the thread.")
        return [each.seq for each in heard]

    @property
    def _last_question(self) -> int | None:
        return next((event.seq for event in reversed(self.history) if event.kind is Kind.ASKED), None)

    def _move(self, kind: Kind, status: Status, *, by: Actor, at: datetime, **more: Any) -> bool:
        if status is self.status:
            return False
        self._check(status)
        return self._record(kind, by=by, at=at, status=status, **more)

    def _check(self, status: Status) -> None:
        if status not in TRANSITIONS[self.status]:
            raise TransitionRefused(self.status.words, status.words)

    def _record(
        self,
        kind: Kind,
        *,
        by: Actor,
        at: datetime,
        text: str = "",
        key: str | None = None,
        status: Status | None = None,
        owed: tuple[Audience, ...] | None = None,
        **detail: Any,
    ) -> bool:
        if key is not None and any(event.key == key for event in self.history):
            return False
        self.status = status or self.status
        self.version += 1
        self.changed_at = at
        event = Event(
            seq=self.version, kind=kind, at=at, by=by, status=self.status, priority=self.priority,
            text=text, key=key, detail=detail,
        )  # fmt: skip
        for audience in OWED_TO[kind] if owed is None else owed:
            event.deliveries.append(Delivery(audience=audience, not_before=at))
        self.history.append(event)
        return True

    def _must_stand_in(self, statuses: Set[Status], deed: str) -> None:
        if self.status not in statuses:
            closed = self.status is Status.CLOSED
            advice = "nothing can be added to it" if closed else f"reopen it before you {deed}"
            raise DeskError(f"This ticket is {self.status.words.lower()}: {advice}.")

    @staticmethod
    def _must_say(text: str) -> None:
        if not text.strip():
            raise DeskError("Write something first: the customer would get an empty mail.")


_DECISIONS = frozenset({Kind.ACCEPTED, Kind.DISMISSED})
_OUTCOMES = frozenset({Kind.SENT, Kind.MAIL_FAILED, Kind.RESENT})
_OF_THE_MAIL = ("files", "copied", "reply_to", "sensitive")
"""Details that a mail keeps when it is let in."""

_SAME_FLOOD = timedelta(days=1)

_LEADS_HEAR_FROM = 75
"""Percent of a target from which leads are told; below it, only the thread."""

_TOLD_TOGETHER = timedelta(seconds=5)
"""How long the leads' news waits, so that what falls due together can be told in one message."""
