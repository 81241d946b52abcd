"""The commands of privacy, as an operator types them."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import Result
from sqlalchemy import event

from desk.actor import Actor
from desk.delivery import Audience, Delivery
from desk.event import Kind
from store import erasing, outbox, receipts, scrubbing, tickets
from store.database import Database, Unavailable
from store.erasing import Deed
from store.traces import StillUnderWay
from tests.terminal.conftest import MONDAY_NOON

pytestmark = pytest.mark.both_engines

Typed = Callable[..., Result]


def test_a_person_is_exported_looked_at_and_forgotten(
    typed: Typed, opened: Callable[..., int], db: Database
) -> None:
    number, other = opened(), opened(sender="bob")
    held = json.loads(typed("export", "person", "anna@bakery.example").stdout)
    assert [ticket["number"] for ticket in held["tickets"]] == [number]
    assert f"Their own tickets: HD-{number}" in typed("erase", "anna@bakery.example").stdout
    with db.read() as session:
        assert tickets.get(session, number).customer == "anna@bakery.example"  # it only said so
    done = typed("erase", "anna@bakery.example", "--forget", "--yes")
    assert done.exit_code == 0, done.output
    assert "1 tickets" in done.stdout
    with db.read() as session:
        assert tickets.get(session, number).is_forgotten
        assert not tickets.get(session, other).is_forgotten
    assert typed("erase", "anna@bakery.example").exit_code == 1
    assert "forget" in typed("audit", "receipts").stdout
    assert typed("audit", "verify").exit_code == 0
    assert typed("retention", "show").exit_code == 0


def test_an_erasure_that_ended_before_the_file_was_rewritten_is_ended_by_typing_it_again(
    typed: Typed, opened: Callable[..., int], db: Database
) -> None:
    opened()
    with db.read() as session:
        found = erasing.find(session, "anna@bakery.example")
    list(erasing.erase(db, found, Deed("forget", Actor.operator("olga"), MONDAY_NOON)))
    assert is_owed(db)

    assert typed("erase", "anna@bakery.example").exit_code == 1  # it only says what would go
    again = typed("erase", "anna@bakery.example", "--forget", "--yes")
    assert again.exit_code == 0, again.output
    assert "cut short" in again.stdout
    assert not is_owed(db)
    assert typed("erase", "anna@bakery.example", "--forget", "--yes").exit_code == 1


def test_an_erasure_that_had_to_wait_does_no_ticket_a_second_time(
    opened: Callable[..., int], db: Database
) -> None:
    # given two tickets of hers, something of the second of which is just being sent
    first, second = opened(), opened()
    deed = Deed("forget", Actor.operator("olga"), MONDAY_NOON)
    with db.read() as session:
        found = erasing.find(session, "anna@bakery.example")
    done, under_way = claimed(db), claimed(db)
    with db.change() as session:
        assert outbox.arrived(session, done, "<1@desk>")
    with pytest.raises(StillUnderWay, match=f"ticket {second}"):
        list(erasing.erase(db, found, deed))

    # when it has left, and the erasure is tried again
    with db.change() as session:
        assert outbox.arrived(session, under_way, "<2@desk>")
    list(erasing.erase(db, found, deed))

    # then each ticket was forgotten once, as one person
    with db.read() as session:
        both = [tickets.get(session, number) for number in (first, second)]
        receipt = receipts.of(session, deed.name)
    assert [len([each for each in one.history if each.kind is Kind.ERASED]) for one in both] == [1, 1]
    assert both[0].customer == both[1].customer == found.person.alias
    assert receipt
    assert receipt.counts["tickets"] == 2


def claimed(db: Database) -> Delivery:
    """The next mail to a customer, on its way."""
    with db.change() as session:
        mail = outbox.claim(session, (Audience.CUSTOMER,), now=MONDAY_NOON, lease=timedelta(minutes=1))
    assert mail
    return mail


def is_owed(db: Database) -> bool:
    """Whether the file may still hold what was erased."""
    with db.read() as session:
        return scrubbing.is_owed(session)


def test_what_is_exported_is_for_its_owner_alone(typed, opened, tmp_path):
    opened()
    out, elsewhere = tmp_path / "anna", tmp_path / "elsewhere"
    out.mkdir(mode=0o755)
    (out / "held.json").symlink_to(elsewhere)
    assert typed("export", "person", "anna@bakery.example", "--out", out).exit_code == 0
    assert not elsewhere.exists()
    assert {oct(file.lstat().st_mode & 0o777) for file in out.iterdir()} == {"0o600"}


def test_what_cannot_be_rewritten_now_is_owed_and_said(opened: Callable[..., int], db: Database) -> None:
    # given somebody who was just erased, and another who keeps everybody from writing
    opened()
    with db.read() as session:
        found = erasing.find(session, "anna@bakery.example")
    list(erasing.erase(db, found, Deed("forget", Actor.operator("olga"), MONDAY_NOON)))
    with db.engine.execution_options(helpdesk_writes=True).connect() as other:
        other.exec_driver_sql("SELECT 1" if db.is_sqlite else "LOCK TABLE files")
        if db.is_sqlite:
            event.listen(db.engine, "checkout", lambda raw, *_: raw.execute("PRAGMA busy_timeout=50"))

        with pytest.raises(Unavailable):
            scrubbing.scrub(db, within=0.1)
    assert is_owed(db)
    assert scrubbing.scrub(db) == ""
    assert not is_owed(db)


@pytest.mark.parametrize(
    "text", ["", "bakery.example", "anna", "anna@", "@bakery.example", "e", "a b@x.example"]
)
@pytest.mark.parametrize("command", [("erase",), ("export", "person")])
def test_a_part_of_an_address_is_refused(
    typed: Typed, opened: Callable[..., int], command: tuple[str, ...], text: str
) -> None:
    opened()
    said = typed(*command, text, *(["--forget", "--yes"] if command == ("erase",) else []))
    assert said.exit_code == 2
    assert "is no mail address" in said.output
