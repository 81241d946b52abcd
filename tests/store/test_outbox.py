"""What is owed is claimed once, in order, and settled only by whoever holds it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from desk.actor import Actor
from desk.delivery import Audience, Delivery, DeliveryState
from store import cards, outbox, tables, tickets
from store.database import Database

At = Callable[[str], datetime]
ATicket = Callable[..., int]
S = DeliveryState

EVERYONE = tuple(Audience)
LEASE = timedelta(seconds=60)


def claim(db: Database, now: datetime, *audiences: Audience) -> Delivery | None:
    with db.change() as session:
        return outbox.claim(session, audiences or EVERYONE, now=now, lease=LEASE)


def take_one(db: Database, now: datetime, *audiences: Audience) -> Delivery:
    claimed = claim(db, now, *audiences)
    assert claimed is not None
    return claimed


def done(db: Database, delivery: Delivery, reference: str = "") -> bool:
    with db.change() as session:
        return outbox.arrived(session, delivery, reference)


def row_of(db: Database, delivery: Delivery) -> Delivery:
    with db.read() as session:
        return outbox.find(session, tables.outbox.c.id == delivery.id)[0]


def cards_owed(db: Database, number: int) -> list[Delivery]:
    with db.read() as session:
        row = tables.outbox.c
        return outbox.find(session, row.ticket == number, row.audience == Audience.CARD)


@pytest.fixture
def note(db: Database, at: At, sanne: Actor) -> Callable[[int], None]:
    """Change a ticket in a way that owes nothing but its card."""

    def keep(number: int) -> None:
        with db.change() as session:
            tickets.get(session, number).note("Hm.", by=sanne, at=at("mon 09:30"))

    return keep


@pytest.fixture
def take(db: Database, at: At, sanne: Actor) -> Callable[[int], None]:
    """Change a ticket in a way that owes agents and customer the news."""

    def do(number: int) -> None:
        with db.change() as session:
            tickets.get(session, number).take(by=sanne, at=at("mon 09:30"))

    return do


def test_a_claim_is_marked_before_anyone_is_called(db: Database, a_ticket: ATicket, at: At) -> None:
    a_ticket()
    now = at("mon 10:00")
    claimed = take_one(db, now)
    kept = row_of(db, claimed)
    assert (kept.state, kept.attempts, kept.fence) == (S.SENDING, 1, 1)
    assert (kept.lease_until, kept.first_try_at) == (now + LEASE, now)
    assert len(kept.token) == 32
    assert claim(db, now) is None


def test_nothing_is_claimed_before_its_time(db: Database, a_ticket: ATicket, at: At) -> None:
    a_ticket()
    assert claim(db, at("mon 08:59")) is None
    assert claim(db, at("mon 09:00")) is not None


def test_fifty_changes_owe_one_card(
    db: Database, a_ticket: ATicket, note: Callable[[int], None], at: At
) -> None:
    number = a_ticket()
    for _ in range(50):
        note(number)
    [card] = cards_owed(db, number)
    assert (card.state, card.revision, card.seq) == (S.READY, 51, None)
    assert done(db, take_one(db, at("mon 10:00")))
    assert claim(db, at("mon 10:00")) is None


def test_several_events_in_one_change_make_the_card_stale_once(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    number = a_ticket()
    with db.change() as session:
        for text in "abc":
            tickets.get(session, number).note(text, by=sanne, at=at("mon 09:30"))
            session.flush()
    assert [card.revision for card in cards_owed(db, number)] == [2]


def test_a_card_that_became_stale_while_it_was_drawn_is_drawn_again(
    db: Database, a_ticket: ATicket, note: Callable[[int], None], at: At
) -> None:
    number = a_ticket()
    drawing = take_one(db, at("mon 10:00"))
    note(number)
    assert row_of(db, drawing).state is S.SENDING
    assert done(db, drawing, "1000.1")
    kept = row_of(db, drawing)
    assert (kept.state, kept.attempts, kept.first_try_at) == (S.READY, 0, None)
    again = take_one(db, at("mon 10:00"))
    assert again.revision == 2
    assert done(db, again)
    assert row_of(db, again).state is S.DONE


@pytest.mark.parametrize("certain", [True, False])
def test_a_card_that_was_given_up_is_owed_again_at_the_next_change(
    certain: bool, db: Database, a_ticket: ATicket, note: Callable[[int], None], at: At
) -> None:
    number = a_ticket()
    card = take_one(db, at("mon 10:00"))
    with db.change() as session:
        assert outbox.give_up(session, card, "invalid_blocks", certain=certain)
    note(number)
    kept = row_of(db, card)
    assert (kept.state, kept.attempts, kept.first_try_at) == (S.READY, 0, None)


def test_a_change_does_not_shorten_a_cards_back_off(
    db: Database, a_ticket: ATicket, note: Callable[[int], None], at: At
) -> None:
    number = a_ticket()
    card = take_one(db, at("mon 10:00"))
    with db.change() as session:
        assert outbox.put_back(session, card, "5xx", until=at("mon 10:05"))
    note(number)
    assert claim(db, at("mon 10:04")) is None
    assert take_one(db, at("mon 10:05")).attempts == 2


def test_a_thread_waits_for_its_card(
    db: Database, a_ticket: ATicket, take: Callable[[int], None], at: At
) -> None:
    number = a_ticket()
    take(number)
    assert claim(db, at("mon 10:00"), Audience.AGENTS) is None
    with db.change() as session:
        cards.keep(session, number, cards.Place("C0", "1.1"), at=at("mon 10:00"))
    assert take_one(db, at("mon 10:00"), Audience.AGENTS).seq == 2


def test_a_customer_does_not_wait_for_a_card(
    db: Database, a_ticket: ATicket, take: Callable[[int], None], at: At
) -> None:
    take(a_ticket())
    assert take_one(db, at("mon 10:00"), Audience.CUSTOMER).seq == 2


def test_news_of_one_ticket_goes_in_order_to_each_audience(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    number = a_ticket(posted=True)
    other = a_ticket(posted=True)
    with db.change() as session:
        ticket = tickets.get(session, number)
        for text in ("one", "two", "three"):
            ticket.reply(text, by=sanne, at=at("mon 09:30"))
        tickets.get(session, other).reply("elsewhere", by=sanne, at=at("mon 09:40"))
    now = at("mon 10:00")
    first = take_one(db, now, Audience.CUSTOMER)
    elsewhere = take_one(db, now, Audience.CUSTOMER)
    assert (first.ticket_number, first.seq) == (number, 2)
    assert elsewhere.ticket_number == other
    assert claim(db, now, Audience.CUSTOMER) is None
    assert done(db, elsewhere)
    with db.change() as session:
        outbox.put_back(session, first, "451", until=at("mon 10:30"))
    assert claim(db, at("mon 10:29"), Audience.CUSTOMER) is None
    retried = take_one(db, at("mon 10:30"), Audience.CUSTOMER)
    assert retried.seq == 2
    assert done(db, retried)
    assert take_one(db, at("mon 10:30"), Audience.CUSTOMER).seq == 3


@pytest.mark.parametrize("certain", [True, False])
def test_what_was_given_up_does_not_stand_in_the_way(
    certain: bool, db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    number = a_ticket()
    with db.change() as session:
        ticket = tickets.get(session, number)
        ticket.reply("one", by=sanne, at=at("mon 09:30"))
        ticket.reply("two", by=sanne, at=at("mon 09:31"))
    with db.change() as session:
        claimed = outbox.claim(session, (Audience.CUSTOMER,), now=at("mon 10:00"), lease=LEASE)
        assert claimed is not None
    with db.change() as session:
        assert outbox.give_up(session, claimed, "550", certain=certain)
    assert take_one(db, at("mon 10:00"), Audience.CUSTOMER).seq == 3


def test_leads_are_told_before_all_others(db: Database, a_ticket: ATicket, at: At) -> None:
    for _ in range(3):
        a_ticket(confirm=True)
    number = a_ticket(posted=True)
    with db.change() as session:
        tickets.get(session, number).warn(
            "recovery", 75, cycle=1, by=Actor.system("sweep"), at=at("mon 09:50"), due=at("mon 12:00")
        )
    assert take_one(db, at("mon 10:00")).audience is Audience.LEADS


def test_what_a_dead_process_was_sending_is_in_doubt_when_its_lease_is_over(
    db: Database, a_ticket: ATicket, at: At
) -> None:
    a_ticket()
    died_over = take_one(db, at("mon 10:00"))
    assert claim(db, at("mon 10:00") + LEASE - timedelta(seconds=1)) is None
    taken_up = take_one(db, at("mon 10:00") + LEASE)
    assert (taken_up.id, taken_up.state, taken_up.looked) == (died_over.id, S.UNCERTAIN, 0)
    assert (taken_up.attempts, taken_up.first_try_at) == (1, at("mon 10:00"))


def test_who_looks_for_a_delivery_and_dies_leaves_it_to_the_next(
    db: Database, a_ticket: ATicket, at: At
) -> None:
    a_ticket()
    take_one(db, at("mon 10:00"))
    take_one(db, at("mon 10:01"))
    assert claim(db, at("mon 10:01") + LEASE / 2) is None
    assert take_one(db, at("mon 10:01") + LEASE).state is S.UNCERTAIN


def test_a_process_that_comes_back_late_can_settle_nothing(db: Database, a_ticket: ATicket, at: At) -> None:
    a_ticket()
    late = take_one(db, at("mon 10:00"))
    current = take_one(db, at("mon 10:02"))
    before = row_of(db, current)
    with db.change() as session:
        assert not outbox.arrived(session, late, "1000.1")
        assert not outbox.put_back(session, late, "late", until=at("mon 10:02"))
        assert not outbox.set_aside(session, late, "late", until=at("mon 10:02"))
        assert not outbox.doubt(session, late, "late", looked=0, until=at("mon 10:02"))
        assert not outbox.give_up(session, late, "late", certain=True)
    kept = row_of(db, current)
    assert (kept.state, kept.fence, kept.reference) == (before.state, before.fence, "")
    assert done(db, current, "1000.2")
    assert row_of(db, current).reference == "1000.2"


def test_what_is_owed_and_what_was_given_up_are_counted(db: Database, a_ticket: ATicket, at: At) -> None:
    for _ in range(3):
        a_ticket(confirm=True)
    done(db, take_one(db, at("mon 10:00"), Audience.CARD))
    dead = take_one(db, at("mon 10:00"), Audience.CUSTOMER)
    with db.change() as session:
        outbox.give_up(session, dead, "550", certain=True)
    with db.read() as session:
        assert outbox.counts(session) == {
            (Audience.CARD, S.READY): 2,
            (Audience.CUSTOMER, S.READY): 2,
            (Audience.CUSTOMER, S.DEAD): 1,
        }


def test_the_longest_waiting_delivery_says_since_when(db: Database, a_ticket: ATicket, at: At) -> None:
    with db.read() as session:
        assert outbox.oldest_due(session, now=at("mon 10:00")) is None
    a_ticket()
    with db.read() as session:
        assert outbox.oldest_due(session, now=at("mon 08:00")) is None
        assert outbox.oldest_due(session, now=at("mon 10:00")) == at("mon 09:00")
    done(db, take_one(db, at("mon 10:00")))
    with db.read() as session:
        assert outbox.oldest_due(session, now=at("mon 10:00")) is None


def test_patience_doubles_up_to_its_longest() -> None:
    patience = outbox.Patience(
        first=timedelta(minutes=5), longest=timedelta(minutes=66), give_up=timedelta(days=5)
    )
    waits = [patience.wait(attempts) / timedelta(minutes=1) for attempts in (1, 2, 3, 4, 5, 500)]
    assert waits == [5, 10, 20, 40, 66, 66]
