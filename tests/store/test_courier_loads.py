"""A courier that claims and settles several at once: each delivery keeps its own fate."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event

from desk.actor import Actor
from desk.delivery import Audience, Delivery, DeliveryState
from desk.errors import Conflict, DeliveryFailed, DeliveryHeld, DeliveryUncertain
from store import outbox, tables, tickets
from store.courier import Courier
from store.database import Unavailable

S = DeliveryState
LEASE = timedelta(seconds=60)


class Wall:
    """A place outside where cards hang: remembers what was put up, and answers what it was told to answer."""

    patience = outbox.Patience(timedelta(seconds=2), timedelta(minutes=5), timedelta(days=30))

    def __init__(self, **answers: Exception | str) -> None:
        self.answers = {int(place.removeprefix("at_")): answer for place, answer in answers.items()}
        self.calls: list[int] = []
        self.hangs: Counter[int] = Counter()
        self.looked: list[int] = []
        self.after_call: Callable[[], None] = lambda: None
        self.before_keeping: Callable[[Delivery], None] = lambda delivery: None

    def send(self, delivery: Delivery) -> str:
        self.calls.append(delivery.ticket_number)
        answer = self.answers.pop(len(self.calls), "")
        if isinstance(answer, (DeliveryFailed, DeliveryHeld)):
            raise answer
        self.hangs[delivery.ticket_number] += not delivery.reference
        self.after_call()
        if isinstance(answer, Exception):
            raise answer
        return f"ts{delivery.ticket_number}"

    def prove(self, delivery: Delivery) -> str | None:
        self.looked.append(delivery.ticket_number)
        if delivery.reference:
            raise DeliveryFailed("drawing it again does no harm", permanent=False, wait=timedelta(0))
        return f"ts{delivery.ticket_number}" if self.hangs[delivery.ticket_number] else None

    def arrived(self, session, delivery: Delivery, reference: str, *, at: object) -> None:
        self.before_keeping(delivery)

    def gave_up(self, session, delivery: Delivery, reason: str, *, certain: bool, at: object) -> None:
        """Nobody is told."""


class Killed(BaseException):
    """The process died here."""


def courier(db, wall, clock, together=10) -> Courier:
    return Courier(db, {Audience.CARD: wall}, clock=clock, lease=LEASE, together=together)


def cards(db) -> list[Delivery]:
    row = tables.outbox.c
    with db.read() as session:
        return outbox.find(session, row.audience == Audience.CARD)


def states(db) -> list[DeliveryState]:
    return [each.state for each in cards(db)]


@pytest.fixture
def owed(db, clock, a_ticket) -> Callable[[int], list[int]]:
    """Tickets whose card hangs there and is stale."""

    def build(count: int) -> list[int]:
        numbers = [a_ticket() for _ in range(count)]
        courier(db, Wall(), clock).deliver_due()
        for number in numbers:
            with db.change() as session:
                tickets.get(session, number).note("Hm.", by=Actor.agent("U1", "A"), at=clock.now)
        return numbers

    return build


def test_what_is_due_is_claimed_in_one_transaction_and_settled_in_another(db, clock, owed) -> None:
    numbers, wall, commits = owed(5), Wall(), list[object]()
    event.listen(db.engine, "commit", commits.append)
    assert courier(db, wall, clock).deliver_due() == 5
    assert wall.calls == numbers
    assert [each.reference for each in cards(db)] == [f"ts{number}" for number in numbers]
    assert set(states(db)) == {S.DONE}
    assert len(commits) == 2


def test_of_several_the_one_that_fails_fails_alone(db, clock, owed) -> None:
    owed(4)
    wall = Wall(at_2=DeliveryFailed("5xx", permanent=False), at_3=DeliveryFailed("unfit", permanent=True))
    assert courier(db, wall, clock).deliver_due() == 4
    assert states(db) == [S.DONE, S.READY, S.DEAD, S.DONE]
    assert [each.attempts for each in cards(db)] == [1] * 4
    assert cards(db)[1].not_before == clock.now + timedelta(seconds=2)


def test_of_several_the_uncertain_one_is_looked_for_alone(db, clock, owed) -> None:
    numbers, wall = owed(3), Wall(at_2=DeliveryUncertain("no answer"))
    carrying = courier(db, wall, clock)
    carrying.deliver_due()
    assert states(db) == [S.DONE, S.UNCERTAIN, S.DONE]
    clock.on(seconds=5)
    carrying.deliver_due()
    assert wall.looked == [numbers[1]]
    assert (set(states(db)), wall.calls) == ({S.DONE}, [*numbers, numbers[1]])


def test_a_road_that_closes_half_way_burns_no_attempts_of_the_rest(db, clock, owed) -> None:
    numbers = owed(4)
    wall = Wall(at_2=DeliveryHeld("429", wait=timedelta(seconds=30)))
    carrying = courier(db, wall, clock)
    assert carrying.deliver_due() == 2
    assert wall.calls == numbers[:2]
    assert states(db) == [S.DONE, S.READY, S.READY, S.READY]
    assert [(each.attempts, each.first_try_at) for each in cards(db)[1:]] == [(0, None)] * 3
    clock.on(seconds=30)
    assert carrying.deliver_due() == 3
    assert wall.calls == [*numbers[:2], *numbers[1:]]


def test_calls_that_take_long_leave_the_rest_to_what_is_more_urgent(db, clock, owed) -> None:
    numbers, wall = owed(5), Wall()
    wall.after_call = lambda: clock.on(seconds=0.6)
    carrying = courier(db, wall, clock)
    commits: list[object] = []
    event.listen(db.engine, "commit", commits.append)
    assert carrying.deliver_due() == 5
    assert wall.calls == numbers
    assert len(commits) == 4  # claimed five, then two and two, and nothing any more
    assert [each.attempts for each in cards(db)] == [1] * 5


@pytest.mark.parametrize("calls", [0, 1, 4])
def test_a_process_killed_after_its_claim_or_between_two_calls_leaves_no_card_out_and_none_twice(
    db, clock, owed, a_ticket, calls
) -> None:
    numbers, new, wall = owed(3), a_ticket(), Wall()

    def die() -> None:
        if len(wall.calls) == calls:
            raise Killed

    wall.after_call = die
    if calls:
        with pytest.raises(Killed):
            courier(db, wall, clock).deliver_due()
    else:
        with db.change() as session:
            outbox.claim_some(session, (Audience.CARD,), now=clock.now, lease=LEASE, most=10)
    assert states(db) == [S.SENDING] * 4
    wall.after_call = lambda: None
    heir = courier(db, wall, clock)
    clock.on(seconds=59)
    assert heir.deliver_due() == 0
    clock.on(seconds=1)
    heir.deliver_due()
    assert set(states(db)[:3]) == {S.DONE}  # they are drawn again at once
    for seconds in (25, 90):
        clock.on(seconds=seconds)
        heir.deliver_due()
    assert sorted(set(wall.looked)) == [*numbers, new]
    assert (states(db)[3], +wall.hangs) == (S.DONE, Counter([new]))


def test_a_process_killed_while_it_settles_leads_to_a_look_and_to_no_second_message(
    db, clock, owed, a_ticket
) -> None:
    numbers, new, wall = owed(3), a_ticket(), Wall()

    def die(delivery: Delivery) -> None:
        if delivery.ticket_number == numbers[1]:
            raise Killed

    wall.before_keeping = die
    with pytest.raises(Killed):
        courier(db, wall, clock).deliver_due()
    assert states(db) == [S.SENDING] * 4  # all of it or nothing
    wall.before_keeping = lambda delivery: None
    clock.on(seconds=60)
    courier(db, wall, clock).deliver_due()
    assert sorted(wall.looked) == [*numbers, new]
    assert (set(states(db)), +wall.hangs) == ({S.DONE}, Counter([new]))


def test_of_what_must_not_be_repeated_a_load_has_one_and_it_goes_first(db, clock, owed, a_ticket) -> None:
    owed(2)
    new, wall = [a_ticket(), a_ticket()], Wall()

    def die() -> None:
        raise Killed

    wall.after_call = die
    with pytest.raises(Killed):
        courier(db, wall, clock).deliver_due()
    assert (wall.calls, states(db)) == (new[:1], [S.SENDING] * 3 + [S.READY])
    wall.after_call = lambda: None
    courier(db, wall, clock).deliver_due()
    assert (wall.calls, states(db)[3]) == (new, S.DONE)


def test_a_fault_in_keeping_one_outcome_takes_no_other_with_it(db, clock, owed) -> None:
    numbers, wall = owed(3), Wall()

    def fault(delivery: Delivery) -> None:
        if delivery.ticket_number == numbers[1]:
            raise KeyError("oops")

    wall.before_keeping = fault
    assert courier(db, wall, clock).deliver_due() == 3
    assert states(db) == [S.DONE, S.SENDING, S.DONE]
    wall.before_keeping = lambda delivery: None
    clock.on(seconds=60)
    courier(db, wall, clock).deliver_due()
    assert (wall.looked, wall.calls) == ([numbers[1]], [*numbers, numbers[1]])


def test_a_conflict_over_one_ticket_is_settled_with_the_next_look_at_it(db, clock, owed) -> None:
    numbers, wall = owed(3), Wall()
    conflicts = iter([True])

    def interfere(delivery: Delivery) -> None:
        if delivery.ticket_number == numbers[1] and next(conflicts, False):
            raise Conflict("somebody else changed it")

    wall.before_keeping = interfere
    assert courier(db, wall, clock).deliver_due() == 3
    assert (states(db), wall.calls) == ([S.DONE] * 3, numbers)


def test_outcomes_that_the_database_could_not_take_are_all_kept_in_mind(db, clock, owed) -> None:
    numbers, wall = owed(3), Wall()
    outages = iter([True])

    def outage(delivery: Delivery) -> None:
        if next(outages, False):
            raise Unavailable("the database cannot: gone")

    wall.before_keeping = outage
    carrying = courier(db, wall, clock)
    with pytest.raises(Unavailable):
        carrying.deliver_due()
    assert states(db) == [S.SENDING] * 3
    clock.on(minutes=10)
    assert carrying.deliver_due() == 0
    assert (states(db), wall.calls, wall.looked) == ([S.DONE] * 3, numbers, [])


def test_a_fence_that_was_overtaken_settles_none_of_the_load(db, clock, owed) -> None:
    numbers, sleeper, other = owed(2), Wall(at_2=DeliveryFailed("timed out", permanent=True)), Wall()

    def sleep() -> None:
        sleeper.after_call = lambda: None
        clock.on(seconds=61)
        courier(db, other, clock).deliver_due()

    sleeper.after_call = sleep
    courier(db, sleeper, clock).deliver_due()
    assert (other.looked, other.calls, sleeper.calls) == (numbers, numbers, numbers[:1])
    assert [(each.state, each.fence) for each in cards(db)] == [(S.DONE, 4)] * 2


def test_a_courier_that_slept_over_its_claim_gives_the_whole_load_back(db, at, owed) -> None:
    owed(3)
    moments = iter([at("mon 10:00"), at("mon 10:00") + timedelta(seconds=45)])
    wall, last = Wall(), at("mon 10:01")
    assert courier(db, wall, lambda: next(moments, last)).deliver_due() == 0
    assert (wall.calls, states(db)) == ([], [S.READY] * 3)
    assert [(each.attempts, each.first_try_at) for each in cards(db)] == [(0, None)] * 3


def test_of_one_ticket_only_the_first_is_in_a_load_and_the_next_follows_in_order(db, clock, a_ticket) -> None:
    number, other = a_ticket(), a_ticket()
    with db.change() as session:
        for text in ("one", "two"):
            tickets.get(session, number).reply(text, by=Actor.agent("U1", "A"), at=clock.now)
        tickets.get(session, other).reply("elsewhere", by=Actor.agent("U1", "A"), at=clock.now)
    wall = Wall(at_1=DeliveryFailed("later", permanent=False))
    mails = Courier(db, {Audience.CUSTOMER: wall}, clock=clock, together=10)
    assert mails.deliver_due() == 2
    assert sorted(wall.calls) == [number, other]
    clock.on(seconds=2)
    assert mails.deliver_due() == 2
    assert wall.calls[2:] == [number, number]


def test_a_card_that_became_stale_within_its_load_is_drawn_again(db, clock, owed) -> None:
    numbers, wall = owed(2), Wall()

    def change() -> None:
        wall.after_call = lambda: None
        with db.change() as session:
            tickets.get(session, numbers[0]).note("Hm.", by=Actor.agent("U1", "A"), at=clock.now)

    wall.after_call = change
    assert courier(db, wall, clock).deliver_due() == 3
    assert Counter(wall.calls) == Counter([*numbers, numbers[0]])
    assert set(states(db)) == {S.DONE}


def test_two_couriers_with_loads_never_send_one_delivery_twice(db, clock, owed, a_ticket, at_once) -> None:
    numbers = [*owed(30), *(a_ticket() for _ in range(10))]
    walls, ready = [Wall(), Wall()], threading.Barrier(2, timeout=20)

    def work(wall: Wall) -> Callable[[], int]:
        def begin() -> int:
            ready.wait()
            return courier(db, wall, clock, together=7).deliver_due()

        return begin

    taken = at_once(*map(work, walls))
    assert all(isinstance(each, int) for each in taken), taken
    courier(db, walls[0], clock).deliver_due()  # what the other held when the first looked
    assert Counter(walls[0].calls + walls[1].calls) == Counter(numbers)
    assert set(states(db)) == {S.DONE}


def test_while_calls_go_out_nothing_of_the_database_is_held_and_no_ticket_is_loaded_twice(db, clock, owed):
    owed(3)
    lent, loaded = [], []

    class Reading(Wall):
        def send(self, delivery: Delivery) -> str:
            for _ in range(2):
                with db.read() as session:
                    loaded.append(tickets.get(session, delivery.ticket_number))
            lent.append(db.engine.pool.checkedout())
            return super().send(delivery)

    assert courier(db, Reading(), clock).deliver_due() == 3
    assert lent == [0, 0, 0]
    assert len({id(ticket) for ticket in loaded}) == 3
