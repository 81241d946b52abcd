"""What the leads see on App Home: what stands where, what came and went, which promises were kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import blocks
from bot.blocks import Block
from bot.words import MARKS
from desk.event import Kind
from desk.priority import Priority
from desk.status import OPEN, Status
from sla.policy import Goal
from sla.walltime import midnight_of
from store import figures
from store.database import Session
from store.figures import Kept

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Overview:
    """The figures.  standing: open tickets by status and priority; opened, resolved: tickets of the last
    seven days; breaches, answered, recovered: promises of this month."""

    standing: Mapping[tuple[Status, Priority], int]
    opened: int
    resolved: int
    breaches: int
    answered: Kept
    recovered: Kept


def read(session: Session, zone: ZoneInfo, *, now: datetime) -> Overview:
    """Count.  The month is that of the desk's wall clock."""
    month = midnight_of(now.astimezone(zone).date().replace(day=1), zone)
    return Overview(
        standing=figures.standing(session),
        opened=figures.happened(session, Kind.OPENED, since=now - _WEEK),
        resolved=figures.happened(session, Kind.RESOLVED, since=now - _WEEK),
        breaches=figures.breaches(session, since=month),
        answered=figures.answered(session, Goal.FIRST_RESPONSE, since=month),
        recovered=figures.recovered(session, Goal.RECOVERY, since=month),
    )


def draw(overview: Overview) -> list[Block]:
    """Draw the figures in words."""
    now = [
        (f"{MARKS[status]} {status.words}", _standing(overview, status))
        for status in Status
        if status in OPEN
    ]
    now.append(("Last 7 days", f"{overview.opened} came in, {overview.resolved} resolved"))
    month = [
        ("First response in time", _rate(overview.answered, "Nothing answered yet")),
        ("Recovery in time", _rate(overview.recovered, "Nothing resolved yet")),
        ("Promises broken", str(overview.breaches) if overview.breaches else "None"),
    ]
    return [
        blocks.header("The whole desk"),
        blocks.fields(now),
        blocks.section("*This month*"),
        blocks.fields(month),
    ]


def _standing(overview: Overview, status: Status) -> str:
    counts = {level: overview.standing.get((status, level), 0) for level in Priority}
    total = sum(counts.values())
    parts = [f"{count} {level.words.lower()}" for level, count in counts.items() if count]
    return f"{total}: {', '.join(parts)}" if total else "None"


def _rate(kept: Kept, nothing: str) -> str:
    """Never rounded up to a whole that it is not."""
    if not kept.decided:
        return nothing
    return f"{100 * kept.kept // kept.decided} %: {kept.kept} of {kept.decided}"
