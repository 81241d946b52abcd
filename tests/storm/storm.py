"""One storm: people at work, processes killed, the world failing; then calm, and the verdict."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sandbox.visitor import Visitor
from tests.storm.killer import Killer
from tests.storm.people import Agents, Customers
from tests.storm.scene import scene
from tests.storm.weather import Weather


@dataclass(frozen=True)
class Size:
    """How large a storm is.  answers: of customers; replies: of agents; pause: seconds between two
    kills; naps: how often a process is put to sleep for longer than a lease; closures: how often the token is
    revoked or the channel archived."""

    mails: int
    answers: int
    takes: int
    replies: int
    kills: int
    replicas: int = 1
    pause: tuple[float, float] = (1.0, 3.0)
    naps: int = 0
    closures: int = 0

    def with_replicas(self, many: int) -> "Size":
        return replace(self, replicas=many)


REDUCED = Size(mails=100, answers=10, takes=20, replies=20, kills=10, pause=(0.1, 0.6))


def whole(replicas: int) -> Size:
    """The storm that has to be passed before a release."""
    return Size(
        mails=600, answers=200, takes=250, replies=150, kills=60, replicas=replicas, naps=10, closures=2
    )


@dataclass(frozen=True)
class Outcome:
    """What a storm came to.  wrongs: every promise that was broken, in words."""

    wrongs: list[str]
    kills: int
    naps: int
    closures: int
    faults: int
    seconds: float
    told: dict[str, int]


def storm(url: str, folder: Path, size: Size, *, seed: int) -> Outcome:
    """Raise one over an empty database, and say what came of it."""
    began, dice = time.monotonic(), random.Random(seed)
    with scene(url, folder, size.replicas, dice) as here:
        at_work, visitor = here.clocks.at_work, Visitor(here.world.url)
        weather = Weather(visitor, random.Random(dice.random()), at_work, size.closures)
        killer = Killer(
            here.replicas, random.Random(dice.random()), size.kills, size.pause, at_work,
            lambda seconds: here.clocks.turn(timedelta(seconds=seconds)), size.naps,
        )  # fmt: skip
        _rage(weather, killer, lambda: _work(here.customers, here.agents, size, visitor))
        verdict = here.verdict()
        wrongs, unread = verdict.wrongs(), len(verdict.unread)
    seconds = time.monotonic() - began
    return Outcome(
        wrongs, killer.kills, killer.naps_taken, weather.closed, weather.spoiled, seconds,
        tally(here.customers, here.agents) | {"unread": unread},
    )  # fmt: skip


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
            killer.end()
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


def tally(customers: Customers, agents: Agents) -> dict[str, int]:
    """What people were told was taken."""
    return {
        "mails": len(customers.mailed) + len(customers.answered),
        "clicks": len(agents.taken),
        "replies": len(agents.replied),
        "replies unsure": len(agents.unsure),
    }
