"""What a process takes of its machine, as Linux tells it, and whether it takes more and more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from os import listdir, sysconf
from pathlib import Path
from statistics import linear_regression, median

MB = 1024 * 1024
_PROC = Path("/proc")


@dataclass(frozen=True)
class Taken:
    """By one process: resident memory in MB, open files, threads, seconds of the processor up to now."""

    memory: float
    files: int
    threads: int
    processor: float


def taken_by(pid: int) -> Taken:
    """Raises OSError where the process is gone, or the system is not Linux."""
    home = _PROC / str(pid)
    pages = int((home / "statm").read_text().split()[1])
    user, system = (home / "stat").read_text().rpartition(")")[2].split()[11:13]
    return Taken(
        memory=pages * sysconf("SC_PAGE_SIZE") / MB,
        files=len(listdir(home / "fd")),
        threads=len(listdir(home / "task")),
        processor=(int(user) + int(system)) / sysconf("SC_CLK_TCK"),
    )


def children_of(pid: int) -> list[int]:
    """The processes that one started, be it from any thread."""
    return [child for task in (_PROC / str(pid) / "task").iterdir() for child in _started_by(task)]


def _started_by(task: Path) -> list[int]:
    try:
        return [int(child) for child in (task / "children").read_text().split()]
    except OSError:
        return []  # the thread ended meanwhile


def a_minute(moments: Sequence[float], values: Sequence[float]) -> float:
    """By how much something grew in a minute, by least squares.  moments: in seconds."""
    return 60 * linear_regression(moments, values).slope if len(set(moments)) > 1 else 0.0


def strays(values: Sequence[float]) -> float:
    """How far the one that is farthest lies from the middle."""
    middle = median(values)
    return max(abs(each - middle) for each in values)


def rates(moments: Sequence[float], counted: Sequence[float]) -> list[float]:
    """How fast a count rose between one moment and the next, a second."""
    both = pairwise(zip(moments, counted, strict=True))
    return [(more - less) / (later - soon) for (soon, less), (later, more) in both]
