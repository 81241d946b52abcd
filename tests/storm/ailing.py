"""People go on working while one thing after another befalls the database; then calm, and the verdict."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.storm.clockwork import Patience
from tests.storm.replicas import Replica
from tests.storm.scene import Scene, marked, scene
from tests.storm.troubles import Trouble

MAILS, POSTED = 12, 3
"""That come in while one thing befalls it; of them those that come into the mailbox, once it has begun."""

_BEFORE, _LOOK = 5, 0.5
"""Steps of the desk before a trouble begins; seconds between two looks at whether it lives."""


@dataclass(frozen=True)
class Course:
    """How one trouble went.  red, green: seconds until the last process said that it is not ready, from the
    beginning, and that it is, from the end; taken: what people were told is taken in between, and messages
    that were marked as read; lived: whether every process said all the time that it lives."""

    name: str
    red: float | None
    green: float
    taken: int
    lived: bool


Tell = Callable[[Course], None]


def befall(
    url: str,
    folder: Path,
    troubles: Sequence[Trouble],
    tell: Tell,
    *,
    replicas: int,
    seed: int,
    seconds: float | None = None,
) -> list[str]:
    """Let them befall an empty database, one after the other, and tell how each went.

    seconds: that each lasts, instead of its own.  Every promise that was broken, in words."""
    with scene(url, folder, replicas, random.Random(seed), imap=True) as here:
        for place, each in enumerate(troubles):
            tell(_one(here, each, MAILS * place, seconds or each.lasts))
        posted = POSTED * len(troubles)
        here.clocks.wait_until(lambda: marked(here.world) == posted, "the mailbox is read")
        return here.verdict().wrongs()


def _one(here: Scene, trouble: Trouble, first: int, seconds: float) -> Course:
    """The clocks stand while it lasts; what it left in doubt is waited for quickly."""
    here.clocks.held = True
    with ThreadPoolExecutor(1) as threads:
        work = threads.submit(_work, here, first)
        begun = here.clocks.moves()
        _wait(here, lambda: here.clocks.moves() > begun + _BEFORE, "the desk begins to work")
        began = time.monotonic()
        with trouble.begins([each.process_id for each in here.replicas if each.process_id]):
            red = _until_ready(here, False, began, trouble.name) if trouble.strict else None
            taken = _taken(here)
            for n in range(first + MAILS - POSTED, first + MAILS):
                here.customers.post(n, here.agents.visitor)
            lived = _live(here, seconds)
            taken = _taken(here) - taken
        green = _until_ready(here, True, time.monotonic(), trouble.name)
        here.clocks.held = False
        work.result()
    return Course(trouble.name, red, green, taken, lived)


def _work(here: Scene, first: int) -> None:
    def write() -> None:
        for n in range(first, first + MAILS - POSTED):
            here.customers.write(n)

    def click() -> None:
        here.agents.take(first)
        here.agents.reply(first + 1)
        here.agents.take(first + 2)

    with ThreadPoolExecutor(2) as threads:
        for each in as_completed([threads.submit(write), threads.submit(click)]):
            each.result()


def _live(here: Scene, seconds: float) -> bool:
    """Whether every process says so for that long."""
    until, lived = time.monotonic() + seconds, True
    while time.monotonic() < until:
        lived = all(each.answers() for each in here.replicas) and lived
        time.sleep(_LOOK)
    return lived


def _until_ready(here: Scene, expected: bool, since: float, name: str) -> float:
    """Seconds since then, until every process says so."""

    def say() -> bool:
        with ThreadPoolExecutor(len(here.replicas)) as threads:
            said = [*threads.map(Replica.wrongs, here.replicas)]
        return all(wrongs is not None and ("database" not in wrongs) is expected for wrongs in said)

    _wait(here, say, f"{name}: every process is {'' if expected else 'not '}ready")
    return time.monotonic() - since


def _taken(here: Scene) -> int:
    people = here.customers.handed_in, here.agents.taken, here.agents.replied
    return sum(map(len, people)) + marked(here.world)


def _wait(here: Scene, look: Callable[[], bool], what: str) -> None:
    patience = Patience(here.clocks.moves)
    while not look():
        patience.spend(what)
