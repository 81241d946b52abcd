"""The commands of privacy, as an operator types them."""

import json
from collections.abc import Callable

from click.testing import Result

from desk.actor import Actor
from store import erasing, scrubbing, tickets
from store.database import Database
from store.erasing import Deed
from tests.terminal.conftest import MONDAY_NOON

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
