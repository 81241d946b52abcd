"""One storm: people at work, processes killed, the world failing; then calm, and the verdict."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from tests.near import Near
from tests.storm import timing
from tests.storm.killer import Killer
from tests.storm.people import Agents, Customers
from tests.storm.replicas import Replica
from tests.storm.restarts import Gone, Restarts
from tests.storm.scene import Scene, scene
from tests.storm.sizes import Size
from tests.storm.timing import Timing
from tests.storm.weather import Weather
from tests.storm.work import work
from tests.storm.wrong_clocks import WrongClocks


@dataclass(frozen=True)
class Outcome:
    """What a storm came to.  wrongs: every promise that was broken, in words; times: how long it took until
    mails were tickets, in words; slowest: seconds for 99 of 100 of them."""

    wrongs: list[str]
    kills: int
    naps: int
    closures: int
    steps: int
    restarts: int
    faults: int
    seconds: float
    told: dict[str, int]
    times: list[str]
    slowest: float


class Befalling(Protocol):
    """Something that goes on in a thread of its own while people work."""

    def run(self) -> None:
        """Until it is done with it, or told that it is over."""

    def end(self) -> None:
        """It is over."""


def storm(url: str, folder: Path, size: Size, *, seed: int, gone: Gone | None = None) -> Outcome:
    """Raise one over an empty database, and say what came of it.

    gone: what ends the server of that database for a while."""
    began, dice = time.monotonic(), random.Random(seed)
    with scene(url, folder, size.replicas, dice) as here:
        weather = Weather(Near(here.world), _own(dice), here.clocks.at_work, size.closures)
        killers = _killers(here, size, dice)
        wrong_clocks = WrongClocks(here.clocks, _own(dice), size.steps)
        restarts = [Restarts(gone, _own(dice), size.restarts, size.every)] if gone else []
        watch = Timing(here.db, lambda: here.clocks.ahead)
        here.customers.offered, here.customers.taken = watch.offered.note, watch.taken.note
        share = (lambda: sum(each.share for each in killers) / len(killers)) if size.paced else _all
        _rage(
            until=[*killers, *restarts, wrong_clocks], meanwhile=[weather, watch],
            people=lambda: work(here, size, share),
        )  # fmt: skip
        verdict = here.verdict()
        watch.look()
        wrongs, unread = verdict.wrongs(), len(verdict.unread)
    offered = watch.seconds(watch.offered)
    return Outcome(
        wrongs,
        kills=sum(each.kills for each in killers),
        naps=sum(each.naps_taken for each in killers),
        closures=weather.closed,
        steps=wrong_clocks.done,
        restarts=sum(each.done for each in restarts),
        faults=weather.spoiled,
        seconds=time.monotonic() - began,
        told=tally(here.customers, here.agents) | {"machines": here.machines.mailed, "unread": unread},
        times=[*timing.told(watch)],
        slowest=timing.percentile(offered, 0.99),
    )


def _own(dice: random.Random) -> random.Random:
    return random.Random(dice.random())


def _all() -> float:
    return 1.0


def _killers(here: Scene, size: Size, all_dice: random.Random) -> list[Killer]:
    """One for all processes, or one for each of them."""
    victims = [[each] for each in here.replicas] if size.each_dies else [here.replicas]
    kills, clocks = -(-size.kills // len(victims)), here.clocks

    def turn(seconds: float) -> None:
        clocks.turn(timedelta(seconds=seconds))

    def killer(those: Sequence[Replica]) -> Killer:
        dice = _own(all_dice)
        return Killer(those, here.replicas, dice, kills, size.pause, clocks.at_work, turn, size.naps)

    return [killer(those) for those in victims]


def _rage(*, until: Sequence[Befalling], meanwhile: Sequence[Befalling], people: Callable[[], None]) -> None:
    """Until the work is done and all of those are; what went wrong in a thread is raised here."""
    with ThreadPoolExecutor(len(until) + len(meanwhile) + 1) as threads:
        failing = [threads.submit(each.run) for each in meanwhile]
        under_way = [threads.submit(each.run) for each in until] + [threads.submit(people)]
        try:
            for done in as_completed(under_way):
                done.result()
        finally:
            for each in [*meanwhile, *until]:
                each.end()
        for done in failing:
            done.result()


def tally(customers: Customers, agents: Agents) -> dict[str, int]:
    """What people were told was taken."""
    return {
        "mails": len(customers.mailed) + len(customers.answered),
        "clicks": len(agents.taken),
        "replies": len(agents.replied),
        "replies unsure": len(agents.unsure),
    }
