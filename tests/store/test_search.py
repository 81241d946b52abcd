"""Finding tickets by what was said on them, the same on both engines."""

from collections.abc import Callable
from datetime import date
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from desk.actor import Actor
from desk.folding import words_of
from desk.priority import Priority
from desk.query import parse
from desk.ticket import Ticket
from store import schema, search, tables, tickets
from store.database import Database
from tests import hostile
from tests.whole import examples

SEEKER = search.Seeker("U0SANNE", ZoneInfo("Europe/Amsterdam"))
FRIDAY = date(2026, 12, 4)


@pytest.fixture
def an_open(db, at):
    """Open a ticket; its number."""

    def build(subject="Blank page", text="It is blank.", by="anna@bakery.example", **facts):
        name = facts.pop("name", "Anna de Boer")
        opened = Ticket.open(
            by=Actor.customer(by, name),
            at=facts.pop("at", at("mon 09:00")),
            subject=subject,
            text=text,
            **facts,
        )
        with db.change() as session:
            return tickets.add(session, opened).number

    return build


def change(db: Database, number: int, deed: Callable[[Ticket], object]) -> None:
    with db.change() as session:
        deed(tickets.get(session, number))


def found(db: Database, line: str, **more: int) -> list[int]:
    with db.read() as session:
        query = parse(line, today=FRIDAY)
        page = search.find(session, query, SEEKER, **({"limit": 10} | more))
        return [ticket.number for ticket in page.tickets]


def test_a_ticket_is_found_by_subject_mail_reply_note_and_customer(db, an_open, at, anna, sanne):
    number, _other = an_open("Printer jam", "The café is waiting."), an_open("Nothing", "of that")
    change(db, number, lambda ticket: ticket.customer_wrote("And now smoke!", by=anna, at=at("mon 10:00")))
    change(db, number, lambda ticket: ticket.reply("Unplug it", by=sanne, at=at("mon 11:00")))
    change(db, number, lambda ticket: ticket.note("Supplier knows", by=sanne, at=at("mon 12:00")))
    for line in ("printer", "CAFE", "cafés", "smok", "unplug", "supplier"):
        assert found(db, line) == ([] if line == "cafés" else [number]), line
    assert found(db, "printer smoke unplug supplier anna bakery") == [number]
    assert found(db, '"unplug it"') == [number]
    assert found(db, '"it unplug"') == []
    assert found(db, "printer -smoke") == []


def test_filters_narrow_what_is_found(db, an_open, at, sanne):
    taken = an_open("Printer", name="André Boer", priority=Priority.HIGH)
    free = an_open("Printer", by="bob@mill.example", name="Bob", at=at("wed 09:00"))
    change(db, taken, lambda ticket: ticket.take(by=sanne, at=at("tue 09:00")))
    for line, expected in {
        "printer": [free, taken],
        "status:open": [free, taken],
        "status:in-progress": [taken],
        "-status:in-progress": [free],
        "priority:high": [taken],
        "from:andre": [taken],
        "from:@mill.example": [free],
        "from:printer": [],
        "owner:me": [taken],
        "-owner:me": [free],
        "owner:nobody": [free],
        "owner:sann": [taken],
        "owner:tom": [],
        "before:2026-12-01": [taken],
        "after:2026-12-01": [free],
        "printer from:bob status:new after:tuesday": [free],
        "": [free, taken],
    }.items():
        assert found(db, line) == expected, line


def test_pages_are_the_newest_first_and_know_how_many_there_are(db, an_open):
    numbers = [an_open() for _ in range(5)]
    with db.read() as session:
        query = parse("blank", today=FRIDAY)
        first, last = (search.find(session, query, SEEKER, limit=2, skip=skip) for skip in (0, 4))
    assert ([ticket.number for ticket in first.tickets], first.total) == (numbers[:-3:-1], 5)
    assert ([ticket.number for ticket in last.tickets], last.total) == (numbers[:1], 5)
    assert found(db, "blank", skip=6) == []


def test_what_lets_somebody_in_is_not_found(db, an_open, at, anna):
    number = an_open("Your code ••••", "123456 secret", detail={"sensitive": "a code"})
    change(
        db,
        number,
        lambda ticket: ticket.customer_wrote("link", by=anna, at=at("mon 10:00"), sensitive="a link"),
    )
    assert (found(db, "your code"), found(db, "123456"), found(db, "link")) == ([number], [], [])


def test_a_note_that_is_edited_or_erased_is_found_by_what_it_says_now(db, an_open, at, sanne):
    number = an_open()
    change(db, number, lambda ticket: ticket.note("Password swordfish", by=sanne, at=at("mon 10:00")))
    with db.change() as session:
        search.replace(session, number, 2, "Nothing to see")
    assert (found(db, "swordfish"), found(db, "see")) == ([], [number])
    with db.change() as session:
        search.replace(session, number, 2, "")
    assert found(db, "see") == []
    with db.change() as session:
        search.reindex(session, [tickets.get(session, number)])
    assert found(db, "swordfish blank") == [number]
    with db.change() as session:
        search.drop(session, number)
    assert found(db, "blank") == []


def test_an_erased_ticket_leaves_nothing_in_the_index(db, an_open):
    number = an_open()
    with db.change() as session:
        session.execute(delete(tables.tickets).where(tables.tickets.c.number == number))
    with db.read() as session:
        assert session.execute(select(tables.texts)).all() == []
    assert found(db, "blank") == []


def test_what_is_rolled_back_is_not_found(db, an_open, at, sanne):
    number = an_open()

    def fails(ticket):
        ticket.note("swordfish", by=sanne, at=at("mon 10:00"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change(db, number, fails)
    assert found(db, "swordfish") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(60))
@given(line=st.text() | st.from_regex(r"(-?[a-z]{0,9}:?[\"']?[*^()&|!<>:\\\x00 ]{0,5}){1,6}"))
def test_nothing_that_is_typed_upsets_an_engine(db, line):
    assert found(db, line) == []


def batter(db, seed, count):
    """Hostile words in every place of a query and of every filter: no engine minds."""
    with db.read() as session:
        for words in hostile.words(seed, count):
            for line in (words, f'"{words}"', f"owner:{words} -{words}", f"client:{words} from:{words}"):
                search.find(session, parse(line, today=FRIDAY), SEEKER, limit=10)


def test_no_words_are_a_statement(db):
    batter(db, seed=1, count=12)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_twenty_thousand_queries_are_queries(db):
    batter(db, seed=2, count=5000)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(40))
@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), cut=st.integers(1, 9))
def test_whatever_was_written_is_found_by_any_of_its_words_and_by_all_of_them(db, an_open, text, cut):
    words = words_of(text)
    number = an_open("", text)
    for word in words[:5]:
        assert number in found(db, f'"{word}"')
        assert number in found(db, word[:cut])
    if words:
        assert number in found(db, f'"{" ".join(words)}"')


def test_a_long_mail_is_indexed_whole(db, an_open):
    text = " ".join(f"w{each}" for each in range(5_000)) + " x" * 9_000 + " theend " + "y" * 5_000
    assert 50_000 < len(text) < 55_000
    number = an_open("", text)
    assert found(db, "w4999 theend") == [number]
    assert found(db, "y" * 4_000) == [number]


def test_tickets_of_an_older_version_are_found_after_the_upgrade(empty_url, at, anna, sanne):
    db = Database(empty_url)
    with db.change() as session:
        config = Config()
        config.set_main_option("script_location", str(schema.__file__).replace("schema.py", "migrations"))
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")
    numbers = []
    with db.change() as session:
        for text, detail in (("The café waits", {}), ("123456", {"sensitive": "a code"})):
            ticket = Ticket.open(by=anna, at=at("mon 09:00"), subject="Oven", text=text, detail=detail)
            numbers.append(tickets.add(session, ticket).number)
            ticket.note("Supplier", by=sanne, at=at("mon 10:00"))
    with db.read() as session:
        kept = session.execute(select(tables.texts).order_by("id")).all()
    with db.change() as session:
        session.execute(delete(tables.texts))
        import_module("store.migrations.versions.0007_search").fill(
            session.connection(), tables.texts, db.is_sqlite
        )
    with db.read() as session:
        filled = session.execute(select(tables.texts).order_by("id")).all()
    assert filled == kept
    assert found(db, "cafe supplier oven from:anna") == numbers[:1]
    db.close()
