"""Who is erased is one person; nobody else is touched, whatever they are called."""

from collections.abc import Callable
from datetime import datetime

import pytest

from desk.actor import Actor
from desk.breach import BreachReason
from desk.erasing import ERASED, Person, bare, names
from desk.event import Kind
from desk.ticket import Ticket
from store import erasing, inbox, tickets
from store.database import Database
from store.erasing import Deed
from store.inbox import Arrival

ANNA = "anna@bakery.example"
OTHERS = (
    "joanna@bakery.example",
    "jo.anna@bakery.example",
    "anna@bakery.example.org",
    "anna@bakery.example-2.org",
)
RAW = b"From: Jo <%s>\nSubject: Oven\n\nIt is cold. Write to %s.\n"


@pytest.fixture
def opened(db: Database, at: Callable[[str], datetime]) -> Callable[[str], int]:
    """Opens a ticket of that address, with the raw mail that it came as."""

    def build(address: str) -> int:
        who, when = Actor.customer(address, "Jo"), at("mon 09:00")
        raw = RAW.replace(b"%s", address.encode())
        with db.change() as session:
            kept = inbox.keep(session, Arrival(source="test", raw=raw, at=when, envelope={"sender": address}))
            assert kept is not None
            ticket = Ticket.open(
                by=who, at=when, subject="Oven", text=f"Write to {address}.", detail={"inbox": kept}
            )
            number = tickets.add(session, ticket).number
            inbox.dealt_with(session, kept, inbox.State.DONE, ticket=number)
        return number

    return build


@pytest.mark.parametrize("what", ["forget", "delete"])
def test_whose_address_holds_the_erased_one_keeps_every_word(
    db: Database, opened: Callable[[str], int], at: Callable[[str], datetime], what: str
) -> None:
    numbers = [opened(address) for address in OTHERS]
    opened(ANNA)
    with db.read() as session:
        found = erasing.find(session, ANNA)
        assert not found.others
    list(erasing.erase(db, found, Deed(what, Actor.operator("olga"), at("mon 10:00"))))

    with db.read() as session:
        assert not erasing.find(session, ANNA).is_anything
        for number, address in zip(numbers, OTHERS, strict=True):
            first = tickets.get(session, number).history[0]
            assert (first.by.key, first.text) == (address, f"Write to {address}.")
            assert inbox.raw_of(session, first.detail["inbox"]) == RAW.replace(b"%s", address.encode())


@pytest.mark.parametrize(
    "text",
    [
        "<anna@bakery.example>", "mailto:anna@bakery.example?subject=x", "ANNA@Bakery.example.",
        "_anna@bakery.example_", "Write to anna@bakery.example.Thanks", "to=20anna@bakery.example=20now",
        "https://a.example/?to=%3Canna@bakery.example", "- anna@bakery.example-", "of 'anna@bakery.example'",
    ],
)  # fmt: skip
def test_an_address_is_found_whatever_stands_around_it(text: str) -> None:
    person = Person(ANNA, (), "erased-1")
    assert names({"a": ["x", text]}, ANNA)
    assert not names(person.taken_out_of(text), "bakery.example")
    assert ERASED in person.taken_out_of(text)


@pytest.mark.parametrize("name", ["2026", "recovery", "other", "U0ALICE"])
def test_a_customer_called_like_a_word_of_the_desks_own_leaves_its_history_readable(name: str) -> None:
    facts = {"goal": "recovery", "due": "2026-11-27T10:00:00+00:00", "level": 100, "cycle": 1}
    row = {
        "kind": Kind.WARNED,
        "by_role": "agent",
        "by_key": "U0ALICE",
        "by_name": "Al",
        "text": "",
        "detail": facts,
    }
    person = Person(ANNA, (name,), "erased-1")
    assert bare(row, person)["detail"] == facts
    assert bare(row, person)["by_key"] == "U0ALICE"
    said = row | {"kind": Kind.BREACH_EXPLAINED, "detail": facts | {"reason": BreachReason.OTHER.value}}
    assert bare(said, person)["detail"]["reason"] == "other"
