"""What follows from each outcome of an outside call: never lost, never blindly repeated."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from desk.actor import Actor
from desk.delivery import Audience, Delivery, DeliveryState
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from desk.event import Kind
from desk.ticket import Ticket
from store import outbox, tables, tickets
from store.courier import Courier
from store.database import Database, Session, Unavailable

At = Callable[[str], datetime]
ATicket = Callable[..., int]
AtOnce = Callable[..., list[object]]
S = DeliveryState

Answer = str | Exception | None


class Clock(Protocol):
    now: datetime

    def __call__(self) -> datetime: ...

    def on(self, **more: float) -> None: ...


class Post:
    """The world outside: answers what it was told to answer, and remembers every call."""

    patience = outbox.Patience(
        first=timedelta(minutes=5), longest=timedelta(minutes=60), give_up=timedelta(days=5)
    )

    def __init__(self, *answers: Answer, seen: Sequence[Answer] = ()) -> None:
        self.answers = list(answers)
        self.looks = list(seen)
        self.sent: list[int] = []
        self.looked: list[datetime] = []
        self.kept: list[tuple[int, str]] = []
        self.given_up: list[tuple[int, str, bool]] = []
        self.before_keeping: Callable[[], None] = lambda: None
        self.during: Callable[[], None] = lambda: None

    def send(self, delivery: Delivery) -> str:
        self.sent.append(delivery.id)
        self.during()
        answer = self.answers.pop(0) if self.answers else "<1@desk>"
        if isinstance(answer, Exception):
            raise answer
        return answer or ""

    def prove(self, delivery: Delivery) -> str | None:
        self.looked.append(delivery.not_before)
        answer = self.looks.pop(0) if self.looks else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        assert delivery.seq is not None
        ticket = tickets.get(session, delivery.ticket_number)
        self.before_keeping()
        ticket.mailed(delivery.seq, recipients=[ticket.customer], by=Actor.system("mail"), at=at)
        self.kept.append((delivery.id, reference))

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        assert delivery.seq is not None
        ticket = tickets.get(session, delivery.ticket_number)
        ticket.mail_failed(delivery.seq, reason, certain=certain, by=Actor.system("mail"), at=at)
        self.given_up.append((delivery.id, reason, certain))


@pytest.fixture
def carry(db: Database, clock: Clock) -> Callable[[Post], Courier]:
    def build(post: Post) -> Courier:
        return Courier(db, {Audience.CUSTOMER: post}, clock=clock)

    return build


Carry = Callable[[Post], Courier]


def row(db: Database) -> Delivery:
    """The only delivery that is owed to a customer."""
    with db.read() as session:
        (only,) = outbox.find(session, tables.outbox.c.audience == Audience.CUSTOMER)
        return only


def ticket_of(db: Database, number: int) -> Ticket:
    with db.read() as session:
        return tickets.get(session, number)


def test_what_arrived_is_done_and_its_consequence_kept_with_it(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    number = a_ticket(confirm=True)
    post = Post("<7@desk>")
    assert carry(post).deliver_due() == 1
    kept = row(db)
    assert (kept.state, kept.reference, kept.lease_until, kept.last_error) == (S.DONE, "<7@desk>", None, "")
    last = ticket_of(db, number).history[-1]
    assert (last.kind, last.at) == (Kind.SENT, clock.now)
    assert carry(post).deliver_due() == 0
    assert len(post.sent) == 1


def test_a_temporary_failure_is_tried_again_later_and_later(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    a_ticket(confirm=True)
    post = Post(*[DeliveryFailed("451 greylisted", permanent=False)] * 3)
    courier = carry(post)
    for minutes in (5, 10, 20):
        courier.deliver_due()
        assert (row(db).state, row(db).last_error) == (S.READY, "451 greylisted")
        assert row(db).not_before == clock.now + timedelta(minutes=minutes)
        clock.on(minutes=minutes, seconds=-1)
        assert courier.deliver_due() == 0
        clock.on(seconds=1)
    courier.deliver_due()
    assert row(db).state is S.DONE
    assert (row(db).attempts, len(post.sent)) == (4, 4)


def test_a_failure_that_names_its_wait_is_obeyed(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    a_ticket(confirm=True)
    carry(Post(DeliveryFailed("421", permanent=False, wait=timedelta(seconds=90)))).deliver_due()
    assert row(db).not_before == clock.now + timedelta(seconds=90)


def test_a_permanent_failure_is_given_up_visibly(db: Database, a_ticket: ATicket, carry: Carry) -> None:
    number = a_ticket(confirm=True)
    post = Post(DeliveryFailed("550 no such user", permanent=True))
    carry(post).deliver_due()
    assert row(db).state is S.DEAD
    assert [(reason, certain) for _, reason, certain in post.given_up] == [("550 no such user", True)]
    assert ticket_of(db, number).history[-1].kind is Kind.MAIL_FAILED


def test_patience_ends(db: Database, a_ticket: ATicket, carry: Carry, clock: Clock) -> None:
    a_ticket(confirm=True)
    post = Post(*[DeliveryFailed("451", permanent=False)] * 2)
    courier = carry(post)
    courier.deliver_due()
    clock.on(days=5)
    courier.deliver_due()
    assert row(db).state is S.DEAD
    assert post.given_up[0][1:] == ("451", True)


def test_a_closed_road_stops_everything_on_it_and_burns_no_attempts(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    for _ in range(3):
        a_ticket(confirm=True)
    held = DeliveryHeld("token_revoked", wait=timedelta(minutes=1))
    post = Post(held, held)
    courier = carry(post)
    assert courier.deliver_due() == 1
    assert courier.closed_because == "token_revoked"
    assert courier.deliver_due() == 0
    clock.on(days=6)
    assert courier.deliver_due() == 1
    clock.on(minutes=1)
    post.answers = [DeliveryFailed("451", permanent=False)]
    assert courier.deliver_due() == 3
    assert courier.closed_because == ""
    with db.read() as session:
        rows = outbox.find(session, tables.outbox.c.audience == Audience.CUSTOMER)
    assert sorted(each.state for each in rows) == [S.DONE, S.DONE, S.READY]
    assert {each.attempts for each in rows} == {1}
    assert post.given_up == []


def test_a_road_on_which_nothing_waits_any_more_is_not_called_closed(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    a_ticket(confirm=True)
    courier = carry(Post(DeliveryHeld("Slack answers 503", wait=timedelta(minutes=1))))
    courier.deliver_due()
    clock.on(minutes=1)
    Courier(db, {Audience.CUSTOMER: Post()}, clock=clock).deliver_due()  # another process is quicker
    courier.deliver_due()
    assert (courier.closed_because, courier.closed_since) == ("", None)


def test_a_road_that_names_no_wait_is_not_tried_in_a_circle(a_ticket: ATicket, carry: Carry) -> None:
    a_ticket(confirm=True)
    post = Post(*[DeliveryHeld("429", wait=timedelta(0))] * 10)
    assert carry(post).deliver_due() == 1


def test_a_delivery_in_doubt_is_looked_for_three_times_and_only_then_sent_again(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    a_ticket(confirm=True)
    post = Post(DeliveryUncertain("no answer"))
    courier = carry(post)
    courier.deliver_due()
    for seconds in (5, 25, 90):
        assert row(db).state is S.UNCERTAIN
        clock.on(seconds=seconds - 1)
        assert courier.deliver_due() == 0
        clock.on(seconds=1)
        assert len(post.sent) == 1
        courier.deliver_due()
    assert len(post.looked) == 3
    assert len(post.sent) == 2
    assert (row(db).state, row(db).attempts) == (S.DONE, 2)


def test_a_delivery_in_doubt_that_is_found_is_not_sent_again(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    a_ticket(confirm=True)
    post = Post(DeliveryUncertain("no answer"), seen=[None, "<7@desk>"])
    courier = carry(post)
    for _ in range(3):
        courier.deliver_due()
        clock.on(seconds=25)
    assert (row(db).state, row(db).reference) == (S.DONE, "<7@desk>")
    assert len(post.sent) == 1
    assert [reference for _, reference in post.kept] == ["<7@desk>"]


def test_a_delivery_that_nobody_can_prove_waits_for_a_person(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    number = a_ticket(confirm=True)
    post = Post(DeliveryUncertain("lost after the dot"), seen=[DeliveryUncertain("no journal")])
    courier = carry(post)
    courier.deliver_due()
    clock.on(seconds=5)
    courier.deliver_due()
    clock.on(days=9)
    assert courier.deliver_due() == 0
    assert row(db).state is S.DOUBTFUL
    assert [given_up[1:] for given_up in post.given_up] == [("no journal", False)]
    assert ticket_of(db, number).history[-1].detail["certain"] is False
    assert len(post.sent) == 1


def test_a_look_that_is_not_possible_now_does_not_count(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    a_ticket(confirm=True)
    held = DeliveryHeld("429", wait=timedelta(seconds=30))
    post = Post(DeliveryUncertain("no answer"), seen=[held, "<7@desk>"])
    courier = carry(post)
    courier.deliver_due()
    clock.on(seconds=5)
    courier.deliver_due()
    assert (row(db).state, row(db).looked) == (S.UNCERTAIN, 0)
    clock.on(seconds=30)
    courier.deliver_due()
    assert (row(db).state, len(post.sent)) == (S.DONE, 1)


def test_a_delivery_that_may_be_repeated_without_harm_is_repeated(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    a_ticket(confirm=True)
    harmless = DeliveryFailed("an update", permanent=False, wait=timedelta(0))
    post = Post(DeliveryUncertain("no answer"), seen=[harmless])
    courier = carry(post)
    courier.deliver_due()
    clock.on(seconds=5)
    courier.deliver_due()
    assert (row(db).state, len(post.sent)) == (S.DONE, 2)


def test_a_fault_while_sending_is_proved_before_it_is_repeated_and_stops_no_other(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    a_ticket(confirm=True)
    a_ticket(confirm=True)
    post = Post(KeyError("oops"), seen=["<7@desk>"])
    courier = carry(post)
    assert courier.deliver_due() == 2
    with db.read() as session:
        assert outbox.counts(session)[Audience.CUSTOMER, S.UNCERTAIN] == 1
    clock.on(seconds=5)
    courier.deliver_due()
    assert (len(post.sent), len(post.looked)) == (2, 1)
    with db.read() as session:
        assert (Audience.CUSTOMER, S.UNCERTAIN) not in outbox.counts(session)


def test_an_agent_at_the_same_ticket_does_not_make_a_sent_mail_doubtful(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock, sanne: Actor
) -> None:
    # On SQLite the change waits its turn; on PostgreSQL it comes in between, and the outcome is kept again.
    number = a_ticket(confirm=True)
    post = Post("<7@desk>")

    def interfere() -> None:
        post.before_keeping = lambda: None
        if not db.is_sqlite:
            with db.change() as session:
                tickets.get(session, number).take(by=sanne, at=clock.now)

    post.before_keeping = interfere
    assert carry(post).deliver_due() >= 1
    with db.read() as session:
        row = tables.outbox.c
        first = outbox.find(session, row.audience == Audience.CUSTOMER, row.seq == 1)
        assert [each.state for each in first] == [S.DONE]
    kinds = [event.kind for event in ticket_of(db, number).history]
    assert kinds.count(Kind.SENT) == len(post.sent)


def test_an_outcome_that_the_database_could_not_take_is_kept_in_mind(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    number = a_ticket(confirm=True)
    post = Post("<7@desk>")
    courier = carry(post)
    sent_at = clock.now

    def outage() -> None:
        post.before_keeping = lambda: None
        raise Unavailable("the database cannot: gone")

    post.before_keeping = outage
    with pytest.raises(Unavailable):
        courier.deliver_due()
    assert row(db).state is S.SENDING
    clock.on(minutes=10)
    courier.deliver_due()
    assert (row(db).state, len(post.sent), len(post.looked)) == (S.DONE, 1, 0)
    assert ticket_of(db, number).history[-1].at == sent_at


def test_a_fault_in_keeping_an_outcome_stops_no_other_and_is_proved_later(
    db: Database, a_ticket: ATicket, carry: Carry, clock: Clock
) -> None:
    a_ticket(confirm=True)
    a_ticket(confirm=True)
    post = Post(seen=["<1@desk>"])
    courier = carry(post)

    def fault() -> None:
        post.before_keeping = lambda: None
        raise KeyError("oops")

    post.before_keeping = fault
    assert courier.deliver_due() == 2
    with db.read() as session:
        assert outbox.counts(session)[Audience.CUSTOMER, S.SENDING] == 1
    clock.on(seconds=61)
    courier.deliver_due()
    assert (len(post.sent), len(post.looked)) == (2, 1)


def test_a_process_that_slept_over_its_claim_calls_nobody(db: Database, a_ticket: ATicket, at: At) -> None:
    a_ticket(confirm=True)
    moments = iter([at("mon 10:00"), at("mon 10:00") + timedelta(seconds=45)])
    last = at("mon 10:01")
    post = Post()
    Courier(db, {Audience.CUSTOMER: post}, clock=lambda: next(moments, last)).deliver_due()
    assert post.sent == []
    assert (row(db).state, row(db).attempts, row(db).first_try_at) == (S.READY, 0, None)
    Courier(db, {Audience.CUSTOMER: post}, clock=lambda: last).deliver_due()
    assert row(db).state is S.DONE


def test_a_process_that_slept_while_its_clock_was_set_back_calls_nobody(
    db: Database, a_ticket: ATicket, at: At
) -> None:
    a_ticket(confirm=True)
    moments, ticks = iter([at("mon 10:00")]), iter([100.0])
    back, post = at("mon 09:00"), Post()
    sleeper = Courier(
        db, {Audience.CUSTOMER: post},
        clock=lambda: next(moments, back), monotonic=lambda: next(ticks, 190.0),
    )  # fmt: skip
    sleeper.deliver_due()
    assert post.sent == []
    assert row(db).state is S.READY


def test_a_process_that_slept_during_its_call_does_not_undo_what_another_found(
    db: Database, a_ticket: ATicket, clock: Clock
) -> None:
    number = a_ticket(confirm=True)
    other = Post(seen=["<7@desk>"])
    sleeper = Post(DeliveryFailed("timed out", permanent=True))

    def sleep() -> None:
        clock.on(seconds=61)
        Courier(db, {Audience.CUSTOMER: other}, clock=clock).deliver_due()

    sleeper.during = sleep
    Courier(db, {Audience.CUSTOMER: sleeper}, clock=clock).deliver_due()
    assert (row(db).state, row(db).reference) == (S.DONE, "<7@desk>")
    assert sleeper.given_up == []
    assert Kind.MAIL_FAILED not in {event.kind for event in ticket_of(db, number).history}


def test_two_couriers_never_send_one_delivery_twice(
    db: Database, at: At, clock: Clock, anna: Actor, at_once: AtOnce
) -> None:
    with db.change() as session:
        for n in range(100):
            opened = Ticket.open(by=anna, at=at("mon 09:00"), subject=str(n), text="T")
            opened.reply("Hello", by=Actor.agent("U1", "A"), at=at("mon 09:01"))
            tickets.add(session, opened)
    post, ready = Post(), threading.Barrier(2, timeout=20)
    lock = threading.Lock()
    seen: list[int] = []

    def note(delivery: Delivery) -> str:
        with lock:
            seen.append(delivery.id)
        return "<1@desk>"

    post.send = note  # type: ignore[method-assign]

    def work() -> int:
        ready.wait()
        return Courier(db, {Audience.CUSTOMER: post}, clock=clock).deliver_due()

    taken = at_once(work, work)
    assert all(isinstance(each, int) for each in taken), taken
    # A courier stops when the other holds the only delivery that is due: one more round takes the rest.
    Courier(db, {Audience.CUSTOMER: post}, clock=clock).deliver_due()
    assert max(Counter(seen).values()) == 1
    assert len(seen) == 200
    with db.read() as session:
        assert Audience.CUSTOMER not in {audience for audience, _ in outbox.counts(session)}
