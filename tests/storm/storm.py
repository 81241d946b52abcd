"""One storm: people at work, processes killed, the world failing; then calm, and the verdict."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import helpdesk
from config import load
from sandbox.installed import Installed
from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from store import inbox, outbox
from store.database import Database
from terminal.demo import demo_settings
from terminal.setup import MANIFEST
from tests.sound import assert_sound
from tests.storm.people import Agents, Customers
from tests.storm.replicas import PATIENCE, Killer, Replica
from tests.storm.verdict import ASKED, Verdict
from tests.storm.weather import Weather
from wiring import whole


@dataclass(frozen=True)
class Size:
    """How large a storm is.  answers: of customers; replies: of agents; pause: seconds between two kills."""

    mails: int
    answers: int
    takes: int
    replies: int
    kills: int
    replicas: int = 1
    pause: tuple[float, float] = (1.0, 3.0)


@dataclass(frozen=True)
class Outcome:
    """What a storm came to.  wrongs: every promise that was broken, in words."""

    wrongs: list[str]
    kills: int
    faults: int
    seconds: float


def storm(url: str, folder: Path, size: Size, *, seed: int) -> Outcome:
    """Raise one over an empty database, and say what came of it."""
    began, dice = time.monotonic(), random.Random(seed)
    with Sandbox(app=Installed.of(MANIFEST), limits="none", retry_delays=(0.1, 1.0, 3.0)) as world:
        settings = demo_settings(world, url) | {
            "HELPDESK_SLACK__SECONDS_BETWEEN_MESSAGES": "0",
            "HELPDESK_DESK__UNDO_SECONDS": "0",
            "HELPDESK_MAIL__LIMITS__OF_STRANGERS": "1000",
        }
        replicas = [Replica(settings, folder / f"desk{n}.log") for n in range(size.replicas)]
        at_work = lambda: world.parts.journal.length  # noqa: E731
        weather = Weather(Visitor(world.url), random.Random(dice.random()), at_work)
        killer = Killer(replicas, random.Random(dice.random()), size.kills, size.pause, at_work)
        customers = Customers(replicas, world.desk_address, random.Random(dice.random()))
        agents = Agents(Visitor(world.url))
        try:
            for replica in replicas:
                replica.start()
            _rage(weather, killer, lambda: _work(customers, agents, size, Visitor(world.url)))
        finally:
            for replica in replicas:
                replica.kill()
        with _calm(settings, Visitor(world.url)) as db:
            wrongs = Verdict(world, db, customers, agents).wrongs()
    assert_sound(url)
    return Outcome(wrongs, killer.kills, weather.spoiled, time.monotonic() - began)


def _rage(weather: Weather, killer: Killer, work: Callable[[], None]) -> None:
    """Until the work is done and all kills are; what went wrong in a thread is raised here."""
    with ThreadPoolExecutor(3) as threads:
        failing = threads.submit(weather.run)
        under_way = [threads.submit(killer.run), threads.submit(work)]
        try:
            for each in as_completed(under_way):
                each.result()
        finally:
            weather.calm_down()
        failing.result()


def _work(customers: Customers, agents: Agents, size: Size, visitor: Visitor) -> None:
    """Customers write while agents work what has come already; nobody acts on another's ticket."""
    taken = range(size.takes)
    replied = range(size.takes, size.takes + size.replies)
    answered = range(size.mails - size.answers, size.mails)
    assert answered.start >= replied.stop

    def write() -> None:
        for n in range(size.mails):
            customers.write(n)
        for n in answered:
            customers.answer(n, visitor)

    def click() -> None:
        for n in taken:
            agents.take(n)
        for n in replied:
            agents.reply(n)

    with ThreadPoolExecutor(2) as threads:
        for each in as_completed([threads.submit(write), threads.submit(click)]):
            each.result()


@contextmanager
def _calm(settings: dict[str, str], visitor: Visitor) -> Iterator[Database]:
    """The desk in this process, on a clock that runs ahead: every lease ends, and all is tried."""
    ahead = timedelta(minutes=10)
    parts = whole.build(load(None, settings), clock=lambda: helpdesk.now() + ahead, machine=helpdesk.now)
    parts.start()

    def is_quiet() -> bool:
        nonlocal ahead
        if unread(parts.db):  # while one is being read, its lease must not run out
            return False
        ahead += timedelta(seconds=10)
        return owes_nothing(parts.db)

    try:
        visitor.wait_until(is_quiet, seconds=PATIENCE)
        yield parts.db
    finally:
        parts.stop()


def unread(db: Database) -> int:
    with db.read() as session:
        return inbox.waiting(session)


def owes_nothing(db: Database) -> bool:
    """Whether every delivery arrived, or is one that a person is asked about."""
    with db.read() as session:
        return not {state for _, state in outbox.counts(session)} - ASKED
