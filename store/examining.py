"""A look at the database and the disk below it: how long a commit takes, its clock, who may read it."""

import stat
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import median

from desk.finding import Finding, Health
from store import drift, probe, room
from store.database import Database, Unavailable

_PART = "database"
_TRIES = 5
_SLOW = 0.05
"""Seconds for a commit above which people notice: a click is one, and so is each mail."""


def examine(db: Database, *, clock: Callable[[], datetime], within: float = 3.0) -> Iterator[Finding]:
    """What can be said of one that has this version's schema.  It writes when it tried, nothing else."""
    try:
        yield _speed(db, clock(), within)
        yield from _clock(db, clock)
    except Unavailable as problem:
        mend = "see who holds it, whether its disk is full, and whether its user may write"
        yield Finding(_PART, f"it cannot be written: {problem}", Health.AWAY, mend)
    yield from _disk(db)


def _speed(db: Database, now: datetime, within: float) -> Finding:
    seconds = median(_taken(db, now, within) for _ in range(_TRIES))
    said = f"a commit takes {1000 * seconds:.1f} ms, the disk included"
    if seconds > _SLOW:
        mend = "a faster disk, or a nearer server: each click waits for one"
        return Finding(_PART, said, Health.NOTE, mend)
    return Finding(_PART, said)


def _taken(db: Database, now: datetime, within: float) -> float:
    begun = time.monotonic()
    probe.write(db, at=now, within=within)
    return time.monotonic() - begun


def _clock(db: Database, clock: Callable[[], datetime]) -> Iterator[Finding]:
    ahead = drift.measure(db, clock)
    if ahead is None:
        return
    if abs(ahead) > drift.MOST:
        mend = (
            "set both clocks (NTP): promises are kept by them, and no replica is ready whose clock is wrong"
        )
        yield Finding(_PART, drift.told(ahead), Health.MEND, mend)
    else:
        yield Finding(_PART, drift.told(ahead))


def _disk(db: Database) -> Iterator[Finding]:
    free, name = room.free_bytes(db), db.engine.url.database
    if free is None or not name:
        return
    said = f"{free / 1e9:.1f} GB are free where it lies"
    problem = room.problem(db)
    yield Finding(_PART, said, Health.AWAY if problem else Health.OK, "make room" if problem else "")
    mode = Path(name).stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        said = f"others on this machine may get at the file ({stat.filemode(mode)})"
        yield Finding(_PART, said, Health.NOTE, f"chmod 600 {name}, and start the desk with umask 077")
