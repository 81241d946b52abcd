"""Whatever happens to a ticket, in whatever order: its history stays whole and its promises hold."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from desk.actor import Actor
from desk.budget import Proposal, Purpose
from desk.delivery import Audience
from desk.errors import DeskError
from desk.event import Kind
from desk.priority import Priority
from desk.status import TRANSITIONS, Status
from desk.ticket import Ticket
from desk.worked import Work
from tests.whole import examples

ANNA = Actor.customer("anna@bakery.example", "Anna")
MALLORY = Actor.customer("mallory@elsewhere.example", "Mallory")
SANNE = Actor.agent("U0SANNE", "Sanne")
TOM = Actor.agent("U0TOM", "Tom")
LEA = Actor.lead("U0LEA", "Lea")
DESK = Actor.system("sweep")

ANYONE = st.sampled_from([ANNA, MALLORY, SANNE, TOM, LEA, DESK])
TEXTS = st.sampled_from(["Thanks!", "Bedankt, opgelost!", "Thanks!\nStill broken.", "Why?", "It broke.", ""])
KEYS = st.one_of(st.none(), st.sampled_from(["a", "b", "c", "d"]))

ALLOWED_AFTER_CLOSED = {Kind.MACHINE_WROTE, Kind.BOUNCED, Kind.QUARANTINED, Kind.SENT, Kind.MAIL_FAILED}
"""What comes from outside is noted even then; nobody does anything to it any more."""


class AnyCourse(RuleBasedStateMachine):
    """One ticket, and everything that people, machines and strangers do to it."""

    @initialize(text=TEXTS, confirm=st.booleans())
    def open(self, text: str, confirm: bool) -> None:
        self.now = datetime(2026, 11, 30, 8, tzinfo=UTC)
        self.ticket = Ticket.open(by=ANNA, at=self.now, subject="Oven", text=text, confirm=confirm)
        self.ticket.number = 42
        self.changed = True
        self.before = self.picture()

    def picture(self) -> tuple[object, ...]:
        t = self.ticket
        return (t.version, len(t.history), t.status, t.priority, t.owner, t.participants)

    def do(self, name: str, *args: object, **kwargs: object) -> bool:
        """One act; whether it changed anything must be what it says."""
        self.now += timedelta(minutes=1)
        before = self.picture()
        try:
            changed: bool = getattr(self.ticket, name)(*args, at=self.now, **kwargs)
        except DeskError:
            changed = False
        assert (self.picture() != before) is changed
        return changed

    @rule(name=st.sampled_from(["take", "reopen", "close", "extend"]), by=ANYONE)
    def click(self, name: str, by: Actor) -> None:
        changed = self.do(name, by=by)
        if changed and name != "extend":
            assert not self.do(name, by=by), "a second click is no event"

    @rule(
        name=st.sampled_from(["reply", "ask", "note", "resolve", "cancel"]), by=ANYONE, text=TEXTS, key=KEYS
    )
    def write(self, name: str, by: Actor, text: str, key: str | None) -> None:
        key = key and f"{name}:{key}"
        changed = self.do(name, text, by=by, key=key)
        if changed and key:
            assert not self.do(name, text, by=by, key=key), "the same key is no event"

    @rule(by=ANYONE, owner=st.sampled_from([SANNE, TOM]))
    def assign(self, by: Actor, owner: Actor) -> None:
        self.do("assign", owner.key, owner.name, by=by)

    @rule(by=ANYONE, priority=st.sampled_from(Priority))
    def prioritise(self, by: Actor, priority: Priority) -> None:
        self.do("prioritise", priority, by=by)

    @rule(text=TEXTS, key=KEYS)
    def reply_comes(self, text: str, key: str | None) -> None:
        takes = self.ticket.takes_replies
        known = key is not None and any(event.key == f"in:{key}" for event in self.ticket.history)
        changed = self.do("customer_wrote", text, by=ANNA, key=key and f"in:{key}")
        assert changed is (takes and not known), "a reply is kept in every status that takes replies"
        assert takes is (self.ticket.status not in {Status.CANCELLED, Status.CLOSED})

    @rule(text=TEXTS, key=KEYS)
    def machine_writes(self, text: str, key: str | None) -> None:
        status = self.ticket.status
        self.do("machine_wrote", text, by=MALLORY, key=key and f"auto:{key}")
        assert self.ticket.status is status

    @rule(hard=st.booleans())
    def bounce(self, hard: bool) -> None:
        assert self.do("bounced", "550", by=DESK, hard=hard)

    @rule(seq=st.integers(1, 30), by=ANYONE)
    def undo(self, seq: int, by: Actor) -> None:
        if self.do("take_back", seq, by=by):
            assert seq not in [event.seq for event in self.ticket.counted]
            assert self.ticket.counted[-1].status is self.ticket.status
            assert not self.do("take_back", seq, by=by), "what was taken back is taken back once"

    @rule(text=TEXTS)
    def stranger_claims(self, text: str) -> None:
        before = self.picture()[2:]
        assert self.do("quarantine", text, by=MALLORY, reason="not a participant")
        assert self.picture()[2:] == before, "quarantined mail changes nothing"
        assert Audience.CUSTOMER not in {d.audience for d in self.ticket.history[-1].deliveries}

    @rule(seq=st.integers(1, 30), by=ANYONE)
    def accept(self, seq: int, by: Actor) -> None:
        self.do("accept", seq, by=by)

    @rule(
        by=ANYONE,
        minutes=st.sampled_from([None, 0, 60, 600]),
        purpose=st.sampled_from(Purpose),
        days=st.integers(0, 2),
    )
    def ask_for_money(self, by: Actor, minutes: int | None, purpose: Purpose, days: int) -> None:
        until = self.now + timedelta(days=days)
        proposal = Proposal(
            purpose=purpose, scope="A till", minutes=minutes, rate=Decimal(125), until=until.date(),
            expires_at=until, to=ANNA.key, approvers=frozenset({ANNA.key}),
        )  # fmt: skip
        self.do("propose", proposal, by=by)

    @rule(by=ANYONE, number=st.integers(1, 3), answer=st.sampled_from(["approve", "decline"]))
    def answer(self, by: Actor, number: int, answer: str) -> None:
        known = [each.ended for each in self.ticket.budget.rounds][:number]
        if self.do(answer, number, by=by, evidence={"via": "mail"}):
            assert by in (ANNA, SANNE, TOM, LEA)
            assert known[-1] is None, "of two answers the first one counts"
            assert not self.do(answer, number, by=by, evidence={"via": "mail"})

    @rule(by=ANYONE, minutes=st.sampled_from([30, 600]), billable=st.booleans(), emergency=st.booleans())
    def work(self, by: Actor, minutes: int, billable: bool, emergency: bool) -> None:
        done = Work(
            minutes=minutes, on=self.now.date(), begins=self.now, billable=billable, emergency=emergency
        )  # fmt: skip
        before = self.ticket.budget
        if self.do("log_time", done, "Wiring", rate=Decimal(125), by=by):
            assert by.is_staff
            is_wish = self.ticket.priority is Priority.IMPROVEMENT
            assert not (billable and emergency) or before.consent
            assert not (billable and not emergency and is_wish) or before.approved_minutes

    @rule(by=ANYONE)
    def take_back(self, by: Actor) -> None:
        self.do("withdraw", by=by)

    @rule(seq=st.integers(1, 30), fate=st.sampled_from(["sent", "failed", "doubtful"]))
    def mail_ends(self, seq: int, fate: str) -> None:
        if seq > len(self.ticket.history):
            return
        if fate == "sent":
            self.do("mailed", seq, recipients=[ANNA.key], by=DESK)
        else:
            self.do("mail_failed", seq, "550", certain=fate == "failed", by=DESK)

    @rule(level=st.sampled_from([50, 75, 100]), cycle=st.integers(1, 2), superseded=st.booleans())
    def promise_slips(self, level: int, cycle: int, superseded: bool) -> None:
        if superseded:
            self.do("supersede", "recovery", level, cycle=cycle, by=DESK)
        else:
            self.do("warn", "recovery", level, cycle=cycle, by=DESK, due=self.now)

    @precondition(lambda self: self.ticket.status is Status.WAITING_FOR_CUSTOMER)
    @rule()
    def reminder(self) -> None:
        asked = max(event.seq for event in self.ticket.history if event.kind is Kind.ASKED)
        self.do("remind", by=DESK, asked=asked)
        assert not self.do("remind", by=DESK, asked=asked)

    @invariant()
    def history_is_gapless_and_replays_to_the_ticket(self) -> None:
        history = self.ticket.history
        assert [event.seq for event in history] == list(range(1, self.ticket.version + 1))
        last = history[-1]
        assert (last.status, last.priority) == (self.ticket.status, self.ticket.priority)
        assert last.at == self.ticket.changed_at
        owners = [e.by.key if e.kind is Kind.TAKEN else e.detail["owner"]
                  for e in history if e.kind in {Kind.TAKEN, Kind.ASSIGNED}]  # fmt: skip
        assert self.ticket.owner == (owners[-1] if owners else None)
        priorities = [event.priority for event in history if event.kind is Kind.PRIORITISED]
        assert self.ticket.priority is (priorities[-1] if priorities else Priority.MEDIUM)

    @invariant()
    def statuses_follow_the_table(self) -> None:
        statuses = [event.status for event in self.ticket.history if event.kind is not Kind.WITHDRAWN]
        taken_back = len(statuses) < self.ticket.version
        assert statuses[0] is Status.WAITING_FOR_SUPPORT
        for before, after in pairwise(statuses):
            assert after is before or after in TRANSITIONS[before] or taken_back

    @invariant()
    def closed_is_the_end(self) -> None:
        kinds = [event.kind for event in self.ticket.history]
        if Kind.CLOSED in kinds:
            assert set(kinds[kinds.index(Kind.CLOSED) + 1 :]) <= ALLOWED_AFTER_CLOSED
            assert self.ticket.status is Status.CLOSED

    @invariant()
    def nobody_waits_for_a_customer_who_was_not_asked(self) -> None:
        before = Status.WAITING_FOR_SUPPORT
        for event in self.ticket.counted:
            if event.status is Status.WAITING_FOR_CUSTOMER and before is not event.status:
                assert event.kind is Kind.ASKED
                assert Audience.CUSTOMER in {d.audience for d in event.deliveries}
            before = event.status
        failed = {
            e.detail["of"] for e in self.ticket.history if e.kind is Kind.MAIL_FAILED and e.detail["certain"]
        }
        asked = [event.seq for event in self.ticket.counted if event.kind is Kind.ASKED]
        if self.ticket.status is Status.WAITING_FOR_CUSTOMER:
            assert asked[-1] not in failed

    @invariant()
    def only_those_who_may_have_acted(self) -> None:
        for event in self.ticket.history:
            if event.kind is Kind.CLOSED:
                assert event.by in {LEA, DESK}
            if event.kind in {
                Kind.TAKEN,
                Kind.ASSIGNED,
                Kind.REPLIED,
                Kind.ASKED,
                Kind.CANCELLED,
                Kind.ACCEPTED,
            }:
                assert event.by.is_staff

    @invariant()
    def no_key_is_used_twice(self) -> None:
        keys = [event.key for event in self.ticket.history if event.key is not None]
        assert len(set(keys)) == len(keys)


TestAnyCourse = AnyCourse.TestCase
TestAnyCourse.settings = settings(max_examples=examples(50), stateful_step_count=30, deadline=None)
