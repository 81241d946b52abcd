"""`helpdesk fsck`: an operator, or a watching program, learns whether all is well."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text

from store import chain, schema
from store.database import Database
from store.invariants import INVARIANTS

pytestmark = pytest.mark.both_engines

Typed = Callable[..., Result]


def test_a_sound_desk_is_well(typed: Typed, opened: Callable[..., int], db: Database) -> None:
    opened()
    scheduled(db)

    said = typed("fsck")
    assert said.exit_code == 0, said.output
    assert said.output.count("ok   ") == len(INVARIANTS) + 2
    assert said.output.endswith("\nAll is well.\n")


def test_what_is_wrong_is_named(typed: Typed, opened: Callable[..., int], db: Database) -> None:
    number = opened()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE tickets SET version = 3"))

    said = typed("fsck")
    assert said.exit_code == 1
    assert "NOT  gapless" in said.output
    assert f"\n       ticket {number} is at version 3 and has 1 events\n" in said.output

    verdicts = [json.loads(line) for line in typed("fsck", "--json").output.splitlines()]
    broken = {each["invariant"]: each["places"] for each in verdicts if each["broken"]}
    assert broken["looked-after"] == [
        f"ticket {number} has something ahead of it, and no sweep will look at it"
    ]
    assert broken["gapless"] == [f"ticket {number} is at version 3 and has 1 events"]


def test_what_somebody_changed_behind_the_desk_is_found(
    typed: Typed, opened: Callable[..., int], db: Database
) -> None:
    number = opened()
    with db.change() as session:
        chain.grow(session)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE events SET text = 'It works'"))

    said = typed("fsck")
    assert said.exit_code == 1
    assert "NOT  unbroken" in said.output
    assert f"event 1 of ticket {number} was changed" in said.output


def test_without_a_database_it_says_so(typed: Typed) -> None:
    assert typed("fsck", DATABASE_URL="sqlite:///nothing.db").exit_code == 78


def scheduled(db: Database) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE tickets SET attention_at = opened_at"))


@pytest.mark.parametrize("whole", [True, False])
def test_a_damaged_file_is_said_to_be_damaged(typed: Typed, tmp_path: Path, *, whole: bool) -> None:
    # given a file that is none of SQLite's, or one of which pages were overwritten
    file = tmp_path / "damaged.sqlite3"
    url = f"sqlite:///{file}"
    if whole:
        file.write_text("no database " * 400)
    else:
        damaged = Database(url)
        schema.upgrade(damaged)
        damaged.close()
        content = file.read_bytes()
        file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))

    said = typed("fsck", DATABASE_URL=url)
    assert said.exit_code == 1
    assert "NOT  sound" in said.output
    assert "restore a copy" in said.output
    assert json.loads(typed("fsck", "--json", DATABASE_URL=url).stdout.splitlines()[-1])["broken"] == 1
