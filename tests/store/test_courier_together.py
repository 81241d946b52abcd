"""Several deliveries in one call: each keeps its own fate, its own proof and its own turn."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

import pytest

from desk.actor import Actor
from desk.delivery import Audience, Delivery, DeliveryState
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryPutOff, DeliveryUncertain
from store import outbox, tables, tickets
from store.courier import Courier
from store.database import Database, Session

S = DeliveryState
SWEEP = Actor.system("sweep")


class Clock(Protocol):
    now: object

    def __call__(self): ...

    def on(self, **more: float) -> None: ...


class Board:
    """A notice board outside: takes several at once, and answers what it was told to answer."""

    patience = outbox.Patience(timedelta(seconds=2), timedelta(minutes=5), timedelta(days=30))
    most = 3

    def __init__(self, *answers: Exception | str, seen: Sequence[str | None] = ()) -> None:
        self.answers, self.seen = list(answers), list(seen)
        self.posted: list[list[int]] = []
        self.redrawn: list[int] = []
        self.later: dict[int, DeliveryPutOff] = {}

    def send_all(self, deliveries: Sequence[Delivery]) -> Mapping[int, str | DeliveryPutOff]:
        self.posted.append([each.ticket_number for each in deliveries])
        answer = self.answers.pop(0) if self.answers else f"ts{len(self.posted)}"
        if isinstance(answer, Exception):
            raise answer
        return {each.id: self.later.pop(each.ticket_number, answer) for each in deliveries}

    def send(self, delivery: Delivery) -> str:
        self.redrawn.append(delivery.ticket_number)
        return delivery.reference

    def prove(self, delivery: Delivery) -> str | None:
        return self.seen.pop(0) if self.seen else None

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: object) -> None:
        """Nothing follows from it."""

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: object
    ) -> None:
        """Nobody is told."""


@pytest.fixture
def warned(db: Database, clock: Clock, a_ticket: Callable[..., int]) -> Callable[[int], list[int]]:
    """Tickets whose promise broke at this moment."""

    def build(count: int) -> list[int]:
        numbers = [a_ticket() for _ in range(count)]
        for number in numbers:
            warn(db, number, clock)
        clock.on(seconds=6)
        return numbers

    return build


def warn(db: Database, number: int, clock: Clock, goal: str = "recovery") -> None:
    with db.change() as session:
        tickets.get(session, number).warn(goal, 100, cycle=1, by=SWEEP, at=clock.now, due=clock.now)


def rows(db: Database) -> list[Delivery]:
    """What the leads are owed, in order."""
    row = tables.outbox.c
    with db.read() as session:
        return outbox.find(session, row.audience == Audience.LEADS)


def carry(db: Database, board: Board, clock: Clock) -> Courier:
    return Courier(db, {Audience.LEADS: board}, clock=clock)


def test_as_many_as_may_go_together_go_in_one_call(db, warned, clock) -> None:
    numbers, board = warned(5), Board()
    assert carry(db, board, clock).deliver_due() == 5
    assert board.posted == [numbers[:3], numbers[3:]]
    assert [each.reference for each in rows(db)] == ["ts1"] * 3 + ["ts2"] * 2
    assert {each.state for each in rows(db)} == {S.DONE}


def test_two_promises_of_one_ticket_go_together_in_order(db, warned, clock) -> None:
    [number] = warned(1)
    warn(db, number, clock, "first_response")
    clock.on(seconds=6)
    board = Board()
    carry(db, board, clock).deliver_due()
    assert board.posted == [[number, number]]


def test_what_follows_a_few_seconds_later_still_joins(db, a_ticket, clock) -> None:
    first, second = a_ticket(), a_ticket()
    board = Board()
    courier = carry(db, board, clock)
    warn(db, first, clock)
    assert courier.deliver_due() == 0
    clock.on(seconds=4)
    warn(db, second, clock)
    clock.on(seconds=5)
    courier.deliver_due()
    assert board.posted == [[first, second]]


@pytest.mark.parametrize("failure", ["failed", "held", "uncertain"])
def test_a_call_that_fails_fails_for_each_of_them(db, warned, clock, failure) -> None:
    warned(2)
    errors = {
        "failed": DeliveryFailed("no", permanent=False),
        "held": DeliveryHeld("closed", wait=timedelta(seconds=9)),
        "uncertain": DeliveryUncertain("lost"),
    }
    carry(db, Board(errors[failure]), clock).deliver_due()
    wanted = S.UNCERTAIN if failure == "uncertain" else S.READY
    assert [each.state for each in rows(db)] == [wanted] * 2
    assert [each.attempts for each in rows(db)] == [0 if failure == "held" else 1] * 2


def test_each_is_proved_by_itself(db, warned, clock) -> None:
    warned(3)
    board = Board(DeliveryUncertain("lost"), seen=["ts7", "ts7", None])
    courier = carry(db, board, clock)
    courier.deliver_due()
    clock.on(seconds=6)
    courier.deliver_due()
    assert [(each.state, each.reference) for each in rows(db)] == [
        (S.DONE, "ts7"), (S.DONE, "ts7"), (S.UNCERTAIN, ""),
    ]  # fmt: skip


def test_what_a_killed_process_was_sending_is_proved_before_it_is_sent_again(db, warned, clock) -> None:
    numbers = warned(2)
    with db.change() as session:
        first = outbox.claim(session, (Audience.LEADS,), now=clock.now, lease=timedelta(seconds=60))
        assert first is not None
        outbox.claim(session, (Audience.LEADS,), now=clock.now, lease=timedelta(seconds=60), beside=[first])
    board = Board(seen=["ts1", "ts1"])
    courier = carry(db, board, clock)
    assert courier.deliver_due() == 0
    clock.on(seconds=61)
    courier.deliver_due()
    assert board.posted == []
    assert [(each.ticket_number, each.state) for each in rows(db)] == [(n, S.DONE) for n in numbers]


def test_what_is_put_off_waits_alone_and_is_new_then(db, warned, clock) -> None:
    first, second = warned(2)
    board, opening = Board(), clock.now + timedelta(hours=14)
    board.later[first] = DeliveryPutOff("closed", until=opening)
    courier = carry(db, board, clock)
    courier.deliver_due()
    waiting, done = rows(db)
    assert (waiting.state, waiting.attempts, waiting.not_before) == (S.READY, 0, opening)
    assert waiting.first_try_at is None
    assert done.state is S.DONE
    warn(db, first, clock, "first_response")  # what is owed after it need not wait
    clock.on(seconds=6)
    courier.deliver_due()
    assert board.posted[1:] == [[first]]
    clock.on(hours=14)
    courier.deliver_due()
    assert board.posted[2:] == [[first]]
    assert {each.state for each in rows(db)} == {S.DONE}
    assert second in board.posted[0]


def test_a_message_that_is_stale_is_drawn_anew_and_not_posted(db, warned, clock) -> None:
    numbers, board = warned(2), Board()
    courier = carry(db, board, clock)
    courier.deliver_due()
    with db.change() as session:
        seq = tickets.get(session, numbers[0]).version
        outbox.owe_again(session, numbers[0], [seq], at=clock.now)
    courier.deliver_due()
    assert (board.redrawn, len(board.posted)) == ([numbers[0]], 1)
    with db.read() as session:
        together = outbox.together(session, rows(db)[0])
    assert [each.ticket_number for each in together] == numbers


def test_what_became_stale_while_it_was_sent_is_drawn_again(db, warned, clock) -> None:
    [number] = warned(1)
    with db.change() as session:
        claimed = outbox.claim(session, (Audience.LEADS,), now=clock.now, lease=timedelta(seconds=60))
    with db.change() as session:
        outbox.owe_again(session, number, [tickets.get(session, number).version], at=clock.now)
    with db.change() as session:
        assert outbox.arrived(session, claimed, "ts1")
    assert rows(db)[0].state is S.READY


def test_what_was_never_posted_is_not_drawn_anew(db, warned, clock) -> None:
    [number] = warned(1)
    carry(db, Board(""), clock).deliver_due()
    with db.change() as session:
        outbox.owe_again(session, number, [tickets.get(session, number).version], at=clock.now)
    assert rows(db)[0].state is S.DONE
