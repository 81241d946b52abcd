"""What everybody does in the storm: customers write, machines too, and agents work what has come already."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from tests.near import Near
from tests.storm.clockwork import Patience
from tests.storm.people import Agents
from tests.storm.scene import Scene
from tests.storm.sizes import Size

Act = Callable[[int], object]


def work(here: Scene, size: Size, share: Callable[[], float]) -> None:
    """All of it.  share: how much of what customers have to write they may have written by now.

    Nobody acts on another's ticket."""
    taken = range(size.takes)
    replied = range(size.takes, size.takes + size.replies)
    answered = range(size.mails - size.answers, size.mails)
    assert answered.start >= replied.stop
    clicks = [*((here.agents.take, n) for n in taken), *((here.agents.reply, n) for n in replied)]
    with ThreadPoolExecutor(size.writers + 2) as threads:
        under_way = [
            threads.submit(_write, here, size, answered, place, share) for place in range(size.writers)
        ]
        under_way.append(threads.submit(_run_machines, here, size))
        under_way.append(threads.submit(_click, here.agents, clicks))
        for each in as_completed(under_way):
            each.result()


def _write(here: Scene, size: Size, answered: range, place: int, share: Callable[[], float]) -> None:
    """The share of one of the writers."""
    for n in range(place, size.mails, size.writers):
        while n > (size.mails + 20) * share():
            time.sleep(0.05)
        here.customers.write(n)
    visitor = Near(here.world)
    for n in answered[place :: size.writers]:
        here.customers.answer(n, visitor)


def _run_machines(here: Scene, size: Size) -> None:
    """What one of them answers must have been written before."""
    for n in range(size.machines):
        patience = Patience(here.clocks.moves)
        while n not in here.customers.mailed:
            patience.spend(f"customer {n} has not written yet")
        here.machines.write(n)


def _click(agents: Agents, clicks: Sequence[tuple[Act, int]]) -> None:
    """In turn; those whose card is not there yet wait, and hold up no other."""
    left, patience, missed = deque(clicks), Patience(agents.moves, every=0.2), 0
    while left:
        act, n = left.popleft()
        if agents.sees(n):
            act(n)
            missed = 0
            continue
        left.append((act, n))
        missed += 1
        if missed >= min(len(left), _LOOKED_AT):
            patience.spend(f"customer {n} has no card")
            missed = 0


_LOOKED_AT = 10
"""Cards that are looked for before she waits a moment."""
