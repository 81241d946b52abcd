"""The mail of a ticket: what came in, what was held back, and what became of what went out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.actor import STAFF, Actor
from desk.delivery import Audience
from desk.errors import DeskError
from desk.event import OWED_TO, Event, Kind
from desk.files import Named, shown_in, to_fetch
from desk.record import NO_TIME
from desk.status import OPEN, TRANSITIONS, Status
from desk.thanks import is_only_thanks
from desk.withdrawal import Withdrawal


@dataclass(eq=False, kw_only=True)
class Correspondence(Withdrawal):
    """What customers and their machines do, what agents write to them, and what is heard of that."""

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
        told = (*OWED_TO[Kind.CUSTOMER_WROTE], *((Audience.FILES,) if shown_in(detail) else ()))
        changed = self._record(
            Kind.CUSTOMER_WROTE, by=by, at=at, text=text, key=key, status=status, owed=told, **detail
        )
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

    # Mail that claims this ticket and cannot prove it

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

    def held(self, seq: int) -> Event:
        """The quarantined mail of event seq.  Raises DeskError where that is none."""
        held = self.event(seq)
        if held.kind is not Kind.QUARANTINED:
            raise DeskError("That is not a held mail.")
        return held

    def decision_on(self, seq: int) -> Event | None:
        """What somebody decided about the quarantined mail of event seq."""
        return self._last(_DECISIONS, of=seq)

    def must_be_undecided(self, seq: int) -> None:
        """Of two decisions about a quarantined mail the first one counts.  Raises DeskError."""
        if self.decision_on(seq):
            raise DeskError("Somebody has decided about this mail already: look at the thread.")

    @property
    def participants(self) -> frozenset[str]:
        """Addresses, in lower case, that may write to this ticket."""
        let_in = (Kind.ACCEPTED, Kind.JOINED)
        accepted = {str(event.detail["sender"]) for event in self.counted if event.kind in let_in}
        return frozenset({self.customer} | accepted) - {""}

    # What agents write, and what becomes of it

    def reply(
        self,
        text: str,
        *,
        by: Actor,
        at: datetime,
        key: str | None = None,
        files: Sequence[Named] = (),
        undo: timedelta = NO_TIME,
    ) -> bool:
        """Mail the customer an agent's words; the status stays.  files: what goes along, by store.files;
        undo: for how long it can be taken back."""
        by.must_be(STAFF, "reply to a customer")
        self.must_have_address()
        self._must_say(text)
        self._must_stand_in(OPEN | {Status.RESOLVED}, "reply")
        more = along(Kind.REPLIED, files)
        return self._record(Kind.REPLIED, by=by, at=at, text=text, key=key, undo=undo, **more)

    def ask(
        self,
        text: str,
        *,
        by: Actor,
        at: datetime,
        key: str | None = None,
        files: Sequence[Named] = (),
        undo: timedelta = NO_TIME,
    ) -> bool:
        """Mail the customer a question and wait for the answer; asked again, the wait starts again.  undo: as
        for a reply."""
        by.must_be(STAFF, "ask a customer")
        self.must_have_address()
        self._must_say(text)
        if self.status is not Status.WAITING_FOR_CUSTOMER:
            self._check(Status.WAITING_FOR_CUSTOMER)
        more = along(Kind.ASKED, files)
        waits = Status.WAITING_FOR_CUSTOMER
        return self._record(Kind.ASKED, by=by, at=at, text=text, key=key, status=waits, undo=undo, **more)

    def must_have_address(self) -> None:
        """Raises DeskError where there is nobody to mail."""
        if not self.has_address:
            raise DeskError(
                "No mail address of this customer is known, so there is nobody to mail. "
                "Tell them yourself, and write a note about it in the thread."
            )

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

    def mail_failed(
        self,
        seq: int,
        reason: str,
        *,
        certain: bool,
        by: Actor,
        at: datetime,
        left_at: datetime | None = None,
    ) -> bool:
        """The mail of event seq was given up.  certain: it did not arrive; else nobody can tell.  left_at:
        when it left, if it did.

        When it surely was the question we wait for, nobody was asked, so back to support."""
        nobody_asked = certain and self.status is Status.WAITING_FOR_CUSTOMER and seq == self._last_question
        status = Status.WAITING_FOR_SUPPORT if nobody_asked else None
        again = sum(each.kind is Kind.RESENT for each in self.outcomes(seq))
        more: dict[str, Any] = {"left_at": left_at.isoformat()} if left_at else {}
        return self._record(
            Kind.MAIL_FAILED, by=by, at=at, text=reason, key=f"failed:{seq}" + f":{again}" * bool(again),
            status=status, of=seq, certain=certain, **more,
        )  # fmt: skip

    def resend(self, seq: int, *, by: Actor, at: datetime) -> bool:
        """Have the mail of event seq tried again, which was given up."""
        by.must_be(STAFF, "send a mail again")
        self._must_stand_in(TRANSITIONS.keys() - {Status.CLOSED}, "send a mail again")
        doubted = self._given_up(seq)
        return self._record(Kind.RESENT, by=by, at=at, of=seq, redraws=doubted)

    def vouch(self, seq: int, *, recipients: list[str], by: Actor, at: datetime) -> bool:
        """An agent knows that the mail of event seq arrived, which was in doubt; promises count from when it
        left."""
        by.must_be(STAFF, "say that a mail arrived")
        self._given_up(seq)
        return self.mailed(seq, recipients=recipients, by=by, at=self.left_at(seq) or at)

    def left_at(self, seq: int) -> datetime | None:
        """When the mail of event seq left, if it did, as nobody knows; None where that is unknown, too."""
        told = [event.detail.get("left_at") for event in self.outcomes(seq)]
        return datetime.fromisoformat(told[-1]) if told and told[-1] else None

    def outcomes(self, seq: int) -> list[Event]:
        """What was heard of the mail of event seq since it was owed, in order."""
        return [each for each in self.history if each.kind in _OUTCOMES and each.detail["of"] == seq]

    def miss_files(self, seq: int, reason: str, *, by: Actor, at: datetime) -> bool:
        """The thread does not get the files of the mail of event seq, or nobody can tell whether it did."""
        return self._record(Kind.FILES_MISSED, by=by, at=at, text=reason, key=f"files:{seq}", of=seq)

    # What agents forward, and what is hidden

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

    def _given_up(self, seq: int) -> list[int]:
        """The events that say that this mail was given up.  Raises DeskError where it is not so any more."""
        self.event(seq)
        heard = self.outcomes(seq)
        if heard and heard[-1].kind is not Kind.MAIL_FAILED:
            raise DeskError("Somebody has decided about this mail already: look at the thread.")
        return [each.seq for each in heard]

    @property
    def _last_question(self) -> int | None:
        return next((event.seq for event in reversed(self.counted) if event.kind is Kind.ASKED), None)


def along(kind: Kind, files: Sequence[Named]) -> dict[str, Any]:
    """What the event of a mail holds where files go along: they are fetched before it leaves."""
    if not files:
        return {}
    fetched = (Audience.DESK,) if to_fetch(files) else ()
    return {"files": [dict(file) for file in files], "owed": (*fetched, *OWED_TO[kind])}


_DECISIONS = frozenset({Kind.ACCEPTED, Kind.DISMISSED})
_OUTCOMES = frozenset({Kind.SENT, Kind.MAIL_FAILED, Kind.RESENT})
_OF_THE_MAIL = ("inbox", "files", "copied", "reply_to", "sensitive")
"""Details that a mail keeps when it is let in."""

_SAME_FLOOD = timedelta(days=1)
