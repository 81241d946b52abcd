"""A restored desk tells nobody anything before it has been compared with the world: none of its jobs does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from types import FunctionType, MethodType
from typing import Any

import pytest
from slack_sdk import WebClient

import config
import helpdesk
from desk.actor import Actor
from desk.ticket import Ticket
from mail.smtp import Server
from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from sla.scheduler import Job
from store import aftermath, inbox, reports, tickets
from store.database import Database
from store.inbox import Arrival
from terminal.demo import demo_settings
from tests.journeys.conftest import world_with_mailboxes
from tests.mailboxes import mailbox_alone
from wiring import whole
from wiring.parts import Parts

ANNA, BOSS, LENA = "anna@bakery.example", "boss@bakery.example", "lena@desk.example"
RAW = b"From: bob@bakery.example\r\nTo: help@desk.example\r\nSubject: Printer\r\n\r\nIt hums.\r\n"

GO_ON = {
    "comparing": "it looks, and lets the others go on",
    "channels": "it only looks who reads them",
    "threads": "it only reads them, and what it finds is owed",
    "wipe": "what was erased goes, whatever else waits",
    "outages": "an alarm about this moment",
    "audit": "it says that the desk is alive to whoever watches it, and no word of a ticket",
    "socket": "Slack calls the desk by it",
}
"""What does not wait although it can reach somebody, and why."""

EVERYTHING = {
    "HELPDESK_WATCH__CANARY": "true",
    "HELPDESK_WATCH__MAIL_TO": json.dumps([LENA]),
    "HELPDESK_DIGEST__WEEKLY": "true",
    "HELPDESK_AUDIT__ANCHOR_IN_SLACK": "true",
    "HELPDESK_SLACK__SECONDS_BETWEEN_MESSAGES": "0",
    "HELPDESK_DESK__UNDO_SECONDS": "0",
    "HELPDESK_CONTRACTS": json.dumps([{"name": "Bakery", "domains": ["bakery.example"], "report_to": BOSS}]),
}


class Clock:
    """The desk's clock, set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 27, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with world_with_mailboxes() as world:
        yield world


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parts(world: Sandbox, database_url: str, clock: Clock) -> Iterator[Parts]:
    """A desk with every part that there is."""
    settings = demo_settings(world, database_url) | mailbox_alone(world) | EVERYTHING
    parts = whole.build(config.load(None, settings), clock=clock, machine=helpdesk.now)
    yield parts
    parts.stop()


def built_of(thing: object, seen: set[int]) -> Iterator[object]:
    """That and all that it holds on to, as far as it is the house's own."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    yield thing
    for each in _held_by(thing):
        yield from built_of(each, seen)


def _held_by(thing: Any) -> Iterator[object]:
    match thing:
        case FunctionType():
            yield from (cell.cell_contents for cell in thing.__closure__ or ())
        case MethodType():
            yield from (thing.__self__, thing.__func__)
        case partial():
            yield from (thing.func, *thing.args, *thing.keywords.values())
        case dict():
            yield from thing.values()
        case list() | tuple() | set() | frozenset():
            yield from thing
        case WebClient() | Server() | Database():  # which wakes them all
            return
        case _ if type(thing).__module__.partition(".")[0] in ("bot", "mail", "sla", "store", "wiring"):
            names = (*getattr(thing, "__dict__", ()), *getattr(type(thing), "__slots__", ()))
            yield from (getattr(thing, name) for name in names if hasattr(thing, name))


def reaches_out(job: Job) -> bool:
    """Whether it holds a client of Slack's, or knows a server that mails leave through."""
    return any(isinstance(each, WebClient | Server) for each in built_of(job.run, set()))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_job_that_can_reach_somebody_waits_or_is_known_to_go_on(parts: Parts) -> None:
    can = {job.name for job in parts.scheduler.jobs if reaches_out(job)}
    held = {job.name for job in parts.scheduler.jobs if whole.is_held(job)}
    assert {"slack", "mail", "files", "canary", "digest", "week", "anchor", "report mails"} <= can & held
    assert can - held == set(GO_ON)


def test_nothing_leaves_a_restored_desk_until_it_is_compared(
    parts: Parts, world: Sandbox, clock: Clock
) -> None:
    # given a desk that owes a card and a mail, has a mail that nobody read, and was put back from a copy
    visitor, anna = Visitor(world.url), Actor.customer(ANNA, "Anna")
    with parts.db.change() as session:
        tickets.add(session, Ticket.open(by=anna, at=clock(), subject="Oven", text="Cold.", client="Bakery"))
        inbox.keep(session, Arrival(source="test", raw=RAW, at=clock()))
        aftermath.begin(session, taken_at=clock(), at=clock())

    # when every job has its turn, as a month, a day and a week are over
    for day, hour in ((1, 9), (1, 17), (7, 9)):
        clock.now = datetime(2026, 12, day, hour, tzinfo=UTC)
        run_all(parts)

    # then nobody has heard of anything, no mail was read, and no month written
    assert said(visitor) == []
    assert [visitor.inbox(who) for who in (ANNA, BOSS, LENA, world.desk_address)] == [[], [], [], []]
    with parts.db.read() as session:
        assert inbox.waiting(session) == 1
        assert reports.of(session, "Bakery", "2026-11") is None

    # and when it was compared, they hear
    with parts.db.change() as session:
        aftermath.release(session, at=clock())
    for _ in range(3):
        clock.now += timedelta(minutes=1)
        run_all(parts)
    assert any("Oven" in words for words in said(visitor))
    assert any("The week of" in words for words in said(visitor))
    assert visitor.inbox(world.desk_address), "the mail of the desk to itself"


def run_all(parts: Parts) -> None:
    for job in parts.scheduler.jobs:
        if job.name != "socket":
            job.run()


def said(visitor: Visitor) -> list[str]:
    """All that stands anywhere in Slack."""
    return [each["text"] for place in visitor.state("channels")["channels"] for each in place["messages"]]
