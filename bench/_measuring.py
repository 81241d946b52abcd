"""What every measurement needs: the machine it ran on, and rates as medians of rounds."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import process_time


@dataclass(frozen=True)
class Rate:
    """Operations per second in each of some rounds."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.rounds)

    def __str__(self) -> str:
        """12,345 (12,001-12,600)."""
        return f"{self.median:,.0f} ({min(self.rounds):,.0f}-{max(self.rounds):,.0f})"

    def as_json(self) -> dict[str, float]:
        return {
            "median": round(self.median, 1),
            "low": round(min(self.rounds), 1),
            "high": round(max(self.rounds), 1),
        }


def rate(work: Callable[[], object], operations: int, *, at_least: float = 0.0) -> float:
    """Operations per second of processor time, of work done once and then again until so many have passed.

    Processor time, for whoever else uses the machine should not count; the work must use one thread only."""
    done, begin = 0, process_time()
    while True:
        work()
        done += operations
        passed = process_time() - begin
        if passed >= at_least:
            return done / passed


def machine() -> dict[str, object]:
    """Where and when a measurement ran."""
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "date": datetime.now(UTC).date().isoformat(),
    }


def machine_line() -> str:
    """2 cores, Linux x86_64, CPython 3.11.7, 2026-11-26."""
    facts = machine()
    return f"{facts['cores']} cores, {facts['system']}, {facts['python']}, {facts['date']}"
