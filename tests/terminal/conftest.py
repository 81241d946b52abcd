"""Commands as people type them, beside a desk's database."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import helpdesk
from desk.actor import Actor
from desk.priority import Priority
from desk.ticket import Ticket
from store import tickets
from store.database import Database
from terminal.call import Call

NEEDED = {
    "SLACK_BOT_TOKEN": "xoxb-1-bot-secret-9876",
    "SLACK_APP_TOKEN": "xapp-1-app-secret-5432",
    "HELPDESK_SLACK__SUPPORT_CHANNEL": "C0SUPPORT",
    "HELPDESK_SLACK__LEADS_CHANNEL": "C0LEADS",
}
MONDAY_NOON = datetime(2026, 11, 30, 11, tzinfo=UTC)


@click.group()
@click.option("--config", "config_path", type=click.Path(path_type=Path))
@click.pass_context
def at_noon(context: click.Context, config_path: Path | None) -> None:
    """The front door with a clock that stands still."""
    context.obj = Call(config_path, lambda: MONDAY_NOON)


for command in helpdesk.main.commands.values():
    at_noon.add_command(command)


@pytest.fixture
def typed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Types a command on Monday 30 November 2026 at 12:00, with settings that know the database."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object, **more: str) -> Result:
        environ = NEEDED | {"DATABASE_URL": database_url} | more
        return CliRunner(env=environ).invoke(at_noon, [str(word) for word in words])

    return run


@pytest.fixture
def opened(db: Database) -> Callable[..., int]:
    """Opens a ticket; its number."""

    def keep(
        landed: str = "2026-11-27 15:30+00:00", *, priority: Priority = Priority.URGENT, sender: str = "anna"
    ) -> int:
        anna = Actor.customer(f"{sender}@bakery.example", "Anna")
        at = datetime.fromisoformat(landed)
        ticket = Ticket.open(by=anna, at=at, subject="Blank\x1b[31m page", text="x", priority=priority)
        with db.change() as session:
            return tickets.add(session, ticket).number

    return keep
