"""How large a storm is, and the storms that there are."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Size:
    """answers: of customers; machines: mails that nobody wrote; replies: of agents; pause: seconds between
    the start of work and a kill; naps: how often a process is put to sleep for longer than a lease; closures:
    how often the token is revoked or the channel archived; steps: how often clocks are set wrong; restarts:
    how often the database is ended hard, and every: seconds between two of those; writers: customers who
    write at the same time; each_dies: every process is killed by somebody of its own; paced: customers do not
    write all before the kills and naps are over."""

    mails: int
    answers: int
    takes: int
    replies: int
    kills: int
    machines: int = 0
    replicas: int = 1
    pause: tuple[float, float] = (1.0, 3.0)
    naps: int = 0
    closures: int = 0
    steps: int = 0
    restarts: int = 0
    every: tuple[float, float] = (4.0, 8.0)
    writers: int = 1
    each_dies: bool = False
    paced: bool = False

    def with_replicas(self, many: int) -> "Size":
        return replace(self, replicas=many)


REDUCED = Size(mails=100, answers=10, machines=9, takes=20, replies=20, kills=10, pause=(0.1, 0.6))

CLOCKS = replace(REDUCED, mails=150, kills=8, steps=24)
"""The same, while clocks are set wrong."""


def whole(replicas: int) -> Size:
    """The storm that has to be passed before a release: A2, A3 and A26; as many new tickets as it takes that
    nobody acts on another's."""
    return Size(
        mails=900, answers=300, machines=100, takes=400, replies=200, kills=60, replicas=replicas, naps=10,
        closures=2, writers=2,
    )  # fmt: skip


def great(mails: int, replicas: int) -> Size:
    """A4, where 5,000 mails are the size that is asked for: the rest in proportion to them."""
    return Size(
        mails=mails * 3 // 5, answers=mails * 3 // 10, machines=mails // 10,
        takes=mails // 10, replies=mails // 20,
        kills=max(mails // 25, replicas), replicas=replicas, pause=(2.0, 10.0),
        restarts=max(mails // 200, 1), every=(12.0, 28.0), writers=6, each_dies=True, paced=True,
    )  # fmt: skip


def napping(naps: int, replicas: int) -> Size:
    """A5: nobody is killed, but put to sleep over the end of what it has claimed."""
    return Size(
        mails=3 * naps, answers=naps // 2, takes=naps, replies=naps, kills=0, naps=naps, replicas=replicas,
        pause=(0.1, 0.6), writers=2, paced=True,
    )  # fmt: skip
