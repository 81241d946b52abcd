"""What the measurements of taking in mail share: when the mails come, and the desk that takes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from mail.house import House
from sla.calendar import Calendar
from sla.hours import BusinessHours
from sla.keeping import database_of
from sla.policy import Policy
from store.database import Database

MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
APART = timedelta(seconds=4)
"""Between two mails, so that strangers come no faster than the desk tells of them one by one."""


def a_house() -> House:
    """The desk as the intake knows it: one address, and new tickets compared with those of a week."""
    return House(
        addresses=frozenset({"help@desk.example"}), loop_mark="help@desk.example", secret="s",
        alike_within=timedelta(days=7),
    )  # fmt: skip


@contextmanager
def a_database(url: str) -> Iterator[Database]:
    """The desk's database there, with promises by the usual hours."""
    db = database_of(url, Policy(hours=BusinessHours(Calendar())))
    yield db
    db.close()
