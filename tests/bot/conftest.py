"""A desk among people, in the strict Slack of the sandbox, without a socket."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from desk.ticket import Ticket
from sandbox.installed import Installed
from sandbox.server import Sandbox
from sla.calendar import Calendar
from sla.clock import attention, due
from sla.hours import BusinessHours
from sla.policy import Policy
from store.database import Database
from terminal.setup import MANIFEST
from tests.bot.desk_at_work import Desk, a_ticket
from tests.bot.strict_slack import Slack
from tests.week import moment


@pytest.fixture(scope="session")
def installed() -> Installed:
    """The app of our manifest, read once: YAML takes its time."""
    return Installed.of(MANIFEST)


@pytest.fixture
def slack(installed: Installed, leaving: Executor) -> Iterator[Slack]:
    """Slack with the app of our manifest on a Monday at 10:00; what it refuses fails the test."""
    sandbox = Sandbox(app=installed, at=moment("mon 10:00"), stands_still=True)
    sandbox.start()
    try:
        slack = Slack(sandbox)
        yield slack
        slack.line.rest()
        assert slack.refused() == []
    finally:
        leaving.submit(sandbox.stop)


@pytest.fixture
def outsiders(slack: Slack) -> None:
    """In the support channel, and not of the desk: being there is not enough."""
    slack.hire("Gil", "single_channel_guest")
    slack.hire("Odd", "elsewhere")
    slack.hire("Robot", "bot")
    slack.hire("Gone")
    slack.deactivate("Gone")


@pytest.fixture(scope="session")
def hours() -> BusinessHours:
    """Monday to Friday 09:00-17:00 in Amsterdam, without Dutch holidays."""
    return BusinessHours(Calendar())


@pytest.fixture
def one_engine(tmp_path: Path, sqlite_template: Path) -> str:
    """A database for what has nothing to do with databases: trying it on one engine is enough."""
    file = tmp_path / "helpdesk.sqlite3"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def desk(database_url: str, slack: Slack, hours: BusinessHours) -> Iterator[Desk]:
    """The desk, on SQLite and on PostgreSQL."""
    policy = Policy(hours=hours)
    database = Database(
        database_url,
        attention=lambda ticket: attention(ticket, policy),
        due=lambda ticket: due(ticket, policy),
    )
    yield Desk(database, slack, hours)
    slack.line.rest()
    database.close()


@pytest.fixture
def at() -> Callable[[str], datetime]:
    return moment


@pytest.fixture
def ticket_of() -> Callable[..., Ticket]:
    """Build a ticket without keeping it; its number is 42."""

    def build(*args: Any, **facts: Any) -> Ticket:
        ticket = a_ticket(*args, **facts)
        ticket.number = 42
        return ticket

    return build
