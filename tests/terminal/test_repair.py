"""`helpdesk repair`: an operator has what people deleted in Slack posted again."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from click.testing import Result

from sandbox.installed import Installed
from sandbox.server import Sandbox
from store import cards
from store.cards import Place
from store.database import Database
from terminal.setup import MANIFEST

Typed = Callable[..., Result]
MINUTE = "2026-11-30 11:00+00:00"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A workspace."""
    sandbox = Sandbox(app=Installed.of(MANIFEST))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def repair(typed: Typed, sandbox: Sandbox) -> Typed:
    """Types the command beside that workspace."""
    there = {"SLACK_BOT_TOKEN": sandbox.bot_token, "SLACK_API_URL": sandbox.api_url}
    return lambda *words: typed("repair", *words, **there)


@pytest.fixture
def gone(opened: Callable[..., int], db: Database) -> int:
    """A ticket whose card nobody finds where it was."""
    number = opened()
    with db.change() as session:
        cards.keep(session, number, Place("C0SUPPORT", "1.000001"), at=datetime.fromisoformat(MINUTE))
    return number


def place(db: Database, number: int) -> Place | None:
    with db.read() as session:
        return cards.place_of(session, number)


def test_a_look_says_what_is_missing_and_changes_nothing(repair: Typed, gone: int, db: Database) -> None:
    said = repair("--all", "--dry-run")
    assert said.exit_code == 0, said.output
    assert f"HD-{gone}: its card is gone\n" in said.output
    assert said.output.endswith("Looked at 1 tickets; missing: 1 cards, 0 lines of threads.\n")
    assert place(db, gone) is not None


def test_what_is_missing_is_owed_again(repair: Typed, gone: int, db: Database) -> None:
    said = repair(gone, "--json")
    assert said.exit_code == 0, said.output
    assert json.loads(said.output) == {"ticket": gone, "card": True, "lines": 0}
    assert place(db, gone) is None
    assert "owed again: 0 cards" in repair(gone).output


def test_one_ticket_or_all_must_be_named(repair: Typed, gone: int) -> None:
    assert repair().exit_code == repair(gone, "--all").exit_code == 2
    assert repair(gone + 1).exit_code == 1


def test_slack_that_does_not_answer_is_said(typed: Typed, gone: int) -> None:
    said = typed("repair", gone, SLACK_API_URL="http://127.0.0.1:9/api/")
    assert said.exit_code == 75
    assert "Slack cannot be reached" in said.output
