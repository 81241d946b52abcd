"""A wall clock, a list of open minutes and what is promised: all that the second desk knows of time."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST, DAYS = date(2026, 10, 1), 1200
HOUR, WORKING_DAY = 3600, 8 * 3600


@dataclass(frozen=True)
class Wall:
    """Open in the same stretches, in hours, from Monday to Friday; closed on some dates."""

    stretches: tuple[tuple[int, int], ...] = ((9, 17),)
    closed: frozenset[date] = frozenset()

    def seconds(self, a: int, b: int) -> int:
        """How long it is open from a to b."""
        open_minutes = minutes(self)
        found = open_minutes[bisect_left(open_minutes, a // 60) : bisect_left(open_minutes, -(-b // 60))]
        if b <= a or not found:
            return 0
        return len(found) * 60 - max(0, a - found[0] * 60) - max(0, found[-1] * 60 + 60 - b)

    def used_up(self, a: int, span: int) -> int:
        """When it has been open for that many seconds since a."""
        open_minutes = minutes(self)
        n = bisect_left(open_minutes, a // 60)
        span += max(0, a - open_minutes[n] * 60)
        whole, rest = divmod(span, 60)
        return open_minutes[n + whole] * 60 + rest if rest else open_minutes[n + whole - 1] * 60 + 60

    def opening(self, a: int) -> int:
        """When it is open next, from a on."""
        open_minutes = minutes(self)
        return max(a, open_minutes[bisect_left(open_minutes, a // 60)] * 60)

    def speaks(self, now: int) -> bool:
        """Whether it is open, or closed less than five minutes ago."""
        return self.opening(now) == now or self.seconds(now - 300, now) > 0


@lru_cache
def minutes(wall: Wall) -> list[int]:
    """Every open minute, counted since 1970; nobody moves clocks during office hours."""
    found: list[int] = []
    for day in (FIRST + n * timedelta(days=1) for n in range(DAYS)):
        if day.weekday() < 5 and day not in wall.closed:
            for opens, closes in wall.stretches:
                begins = datetime(day.year, day.month, day.day, opens, tzinfo=AMSTERDAM).timestamp()
                found.extend(range(int(begins) // 60, int(begins) // 60 + (closes - opens) * 60))
    return found


@dataclass(frozen=True)
class Promises:
    """What is promised, in hours per priority, to one customer or to everybody."""

    wall: Wall = Wall()
    response: tuple[tuple[str, int], ...] = (("urgent", 8), ("high", 8), ("medium", 16), ("low", 16))
    recovery: tuple[tuple[str, int], ...] = (("urgent", 8), ("high", 16), ("medium", 40), ("low", 112))
    levels: tuple[int, ...] = (50, 75, 100)
    silence: int = 72 * HOUR
    reminder: int = 48 * HOUR
    close_after: int = 7 * 24 * HOUR
    taken_counts: bool = False

    def target(self, goal: str, priority: str) -> int | None:
        hours = dict(self.recovery if goal == "recovery" else self.response).get(priority)
        return hours * HOUR if hours else None
