"""Mails and cards are found again by what mail and Slack call them."""

from collections.abc import Callable
from datetime import datetime

import pytest

from desk.actor import Actor
from desk.delivery import Audience
from desk.status import Status
from desk.ticket import Ticket
from store import cards, emails, inbox, outbox, shelves, tickets
from store.cards import Place
from store.database import Database
from store.emails import Direction, Email

At = Callable[[str], datetime]
ATicket = Callable[..., int]
Keep = Callable[..., Email]


@pytest.fixture
def keep(db: Database, at: At) -> Keep:
    def do(ticket: int, message_id: str, direction: Direction = Direction.IN, **facts: object) -> Email:
        mail = Email(
            ticket=ticket, direction=direction, message_id=message_id, address="anna@bakery.example",
            subject="Oven", body="It is blank.", at=at("mon 09:00"), **facts,  # type: ignore[arg-type]
        )  # fmt: skip
        with db.change() as session:
            emails.keep(session, mail)
        return mail

    return do


def owner_of(db: Database, *message_ids: str) -> tuple[int, Direction] | None:
    with db.read() as session:
        return emails.owner_of(session, message_ids)


def test_a_mail_belongs_to_the_ticket_of_the_newest_message_it_answers(
    db: Database, a_ticket: ATicket, keep: Keep
) -> None:
    old, new = a_ticket(), a_ticket()
    keep(old, "<1@desk>", Direction.OUT)
    keep(new, "<2@bakery>")
    assert owner_of(db, "<2@bakery>", "<1@desk>") == (new, Direction.IN)
    assert owner_of(db, "<unknown@x>", "<1@desk>", "<2@bakery>") == (old, Direction.OUT)
    assert owner_of(db, "<unknown@x>") is None
    assert owner_of(db) is None


def test_an_empty_message_id_joins_no_ticket(db: Database, a_ticket: ATicket, keep: Keep) -> None:
    keep(a_ticket(), "")
    assert owner_of(db, "") is None


def test_a_mail_that_borrows_our_message_id_does_not_draw_replies_away(
    db: Database, a_ticket: ATicket, keep: Keep
) -> None:
    ours, theirs = a_ticket(), a_ticket()
    keep(ours, "<1@desk>", Direction.OUT)
    keep(theirs, "<1@desk>", Direction.IN)
    assert owner_of(db, "<1@desk>") == (ours, Direction.OUT)


def test_of_customers_mails_under_one_name_the_first_draws_the_replies(
    db: Database, a_ticket: ATicket, keep: Keep
) -> None:
    first, later = a_ticket(), a_ticket()
    keep(first, "<1@bakery>")
    keep(later, "<1@bakery>")
    assert owner_of(db, "<1@bakery>") == (first, Direction.IN)
    keep(later, "<1@bakery>", Direction.OUT)
    assert owner_of(db, "<1@bakery>") == (later, Direction.OUT)


def test_the_mails_of_a_ticket_come_in_their_order(
    db: Database, a_ticket: ATicket, keep: Keep, at: At
) -> None:
    number, other = a_ticket(), a_ticket()
    with db.change() as session:
        came_as = inbox.keep(session, inbox.Arrival(source="smtp", raw=b"raw", at=at("mon 09:00")))
    first = keep(number, "<1@bakery>", inbox=came_as)
    keep(other, "<2@bakery>")
    second = keep(number, "<3@desk>", Direction.OUT, raw=b"From: desk\r\n\r\n")
    with db.read() as session:
        assert emails.of_ticket(session, number) == [first, second]


def test_a_delivery_keeps_the_bytes_it_sends(db: Database, a_ticket: ATicket, keep: Keep, at: At) -> None:
    number = a_ticket(confirm=True)
    with db.change() as session:
        delivery = outbox.claim(
            session, (Audience.CUSTOMER,), now=at("mon 10:00"), lease=at("mon 11:00") - at("mon 10:00")
        )
    assert delivery is not None
    with db.read() as session:
        assert emails.of_delivery(session, delivery.id) is None
    worded = keep(number, "<1@desk>", Direction.OUT, delivery=delivery.id, raw=b"From: desk\r\n\r\n")
    with db.read() as session:
        assert emails.of_delivery(session, delivery.id) == worded


def test_a_card_is_found_by_its_ticket_and_by_its_place(db: Database, a_ticket: ATicket, at: At) -> None:
    number, place = a_ticket(), Place("C0SUPPORT", "1000.1")
    with db.change() as session:
        assert cards.place_of(session, number) is None
        cards.keep(session, number, place, at=at("mon 09:01"))
    with db.read() as session:
        assert cards.place_of(session, number) == place
        assert cards.ticket_at(session, place) == number
        assert cards.ticket_at(session, Place("C0OTHER", "1000.1")) is None


def test_a_card_that_was_posted_anew_stands_in_one_place(db: Database, a_ticket: ATicket, at: At) -> None:
    number, before, after = a_ticket(), Place("C0", "1000.1"), Place("C0", "1000.2")
    with db.change() as session:
        cards.keep(session, number, before, at=at("mon 09:01"))
        cards.keep(session, number, after, at=at("mon 09:02"))
    with db.change() as session:
        assert cards.place_of(session, number) == after
        assert cards.ticket_at(session, before) is None
        cards.forget(session, number)
        assert cards.place_of(session, number) is None


def test_lists_of_tickets_show_what_their_names_say(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor, lea: Actor
) -> None:
    mine, nobodys, ended, finished = a_ticket(), a_ticket(), a_ticket(), a_ticket()
    with db.change() as session:
        tickets.get(session, mine).take(by=sanne, at=at("mon 10:00"))
        tickets.get(session, ended).take(by=sanne, at=at("mon 10:00"))
        tickets.get(session, ended).resolve(by=sanne, at=at("mon 10:01"))
        tickets.get(session, finished).cancel("Not a request.", by=sanne, at=at("mon 10:01"))
        tickets.get(session, finished).close(by=lea, at=at("mon 10:02"))
    with db.read() as session:
        assert [each.number for each in shelves.of_owner(session, "U0SANNE", limit=9).tickets] == [mine]
        assert [each.number for each in shelves.unassigned(session, limit=9).tickets] == [nobodys]
        assert [each.number for each in tickets.open_after(session, 0, limit=9)] == [mine, nobodys, ended]
        assert tickets.count(session) == {
            Status.IN_PROGRESS: 1, Status.WAITING_FOR_SUPPORT: 1, Status.RESOLVED: 1, Status.CLOSED: 1,
        }  # fmt: skip


def test_the_second_reply_to_a_closed_ticket_finds_the_ticket_of_the_first(
    db: Database, a_ticket: ATicket, at: At, anna: Actor
) -> None:
    old = a_ticket()
    with db.change() as session:
        follow_up = Ticket.open(by=anna, at=at("tue 09:00"), subject="S", text="T", follows=old)
        number = tickets.add(session, follow_up).number
    with db.read() as session:
        found = tickets.following(session, old, anna.key, since=at("tue 08:00"))
        assert found is not None
        assert found.number == number
        assert tickets.following(session, old, anna.key, since=at("tue 10:00")) is None
        assert tickets.following(session, old, "tom@x.example", since=at("tue 08:00")) is None
        assert tickets.following(session, number, anna.key, since=at("tue 08:00")) is None
