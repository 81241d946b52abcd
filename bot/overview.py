"""What the leads see on App Home: what stands where, what came and went, which promises were kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot import bars, blocks
from bot.bars import Bar
from bot.blocks import Block
from bot.words import MARKS, short_day
from desk.breach import BREACH, BreachReason, reason_of
from desk.event import Event, Kind, level_key
from desk.priority import Priority
from desk.reach import EVERYTHING, Reach
from desk.satisfaction import Opinion, opinion_in, ratings_of
from desk.status import OPEN, Status
from sla.hours import BusinessHours
from sla.policy import Goal
from sla.walltime import midnight_of
from store import figures, tickets
from store.database import Session
from store.figures import Kept

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_DAYS = 10
"""Working days whose load is drawn."""


@dataclass(frozen=True)
class Overview:
    """The figures.  standing: open tickets by status and priority; opened, resolved: tickets of the last
    seven days; reasons, answered, recovered: promises of this month, None where nobody said why one was
    broken; helped: customers who answered this month, and those who said that it was good; load: new tickets
    of each working day, the newest last."""

    standing: Mapping[tuple[Status, Priority], int]
    opened: int
    resolved: int
    reasons: Mapping[BreachReason | None, int]
    answered: Kept
    recovered: Kept
    helped: Kept
    load: Mapping[date, int]


def read(session: Session, hours: BusinessHours, *, now: datetime, reach: Reach = EVERYTHING) -> Overview:
    """Count.  The month is that of the desk's wall clock.  reach: the desks of whoever reads."""
    zone = hours.calendar.zone
    month = midnight_of(now.astimezone(zone).date().replace(day=1), zone)
    return Overview(
        standing=figures.standing(session, reach=reach),
        opened=figures.happened(session, Kind.OPENED, since=now - _WEEK, reach=reach),
        resolved=figures.happened(session, Kind.RESOLVED, since=now - _WEEK, reach=reach),
        reasons=_reasons(session, month, reach),
        answered=figures.answered(session, Goal.FIRST_RESPONSE, since=month, reach=reach),
        recovered=figures.recovered(session, Goal.RECOVERY, since=month, reach=reach),
        helped=_helped(session, month, reach),
        load=_load(session, hours, now, reach),
    )


def draw(overview: Overview, title: str = "") -> list[Block]:
    """Draw the figures in words and bars.  title: whose they are, where not the whole desk's."""
    now = [
        (f"{MARKS[status]} {status.words}", _standing(overview, status))
        for status in Status
        if status in OPEN
    ]
    now.append(("Last 7 days", f"{overview.opened} came in, {overview.resolved} resolved"))
    month = [
        _rate("First response", overview.answered, "Nothing answered yet"),
        _rate("Recovery", overview.recovered, "Nothing resolved yet"),
    ]
    if overview.helped.decided:
        month.append(_rate("Helped well", overview.helped, ""))
    most = max(overview.load.values(), default=0) or 1
    load = [Bar(short_day(day), count / most, str(count)) for day, count in overview.load.items()]
    return [
        blocks.header(title or "The whole desk"),
        blocks.fields(now),
        blocks.section(
            "*In time this month*" if len(month) < 3 else "*In time, and helped well, this month*"
        ),
        bars.draw(month),
        blocks.section(f"*Promises broken*\n{_broken(overview.reasons)}"),
        blocks.section("*New tickets a working day*"),
        bars.draw(load),
    ]


def working_days(hours: BusinessHours, *, until: date, count: int) -> list[date]:
    """The last days up to that one on which the desk is open, in order."""
    found: list[date] = []
    day = until
    while len(found) < count and until - day < _LONGEST_PAUSE:
        if _worked_on(day, hours) == day:
            found.append(day)
        day -= _DAY
    return found[::-1]


_LONGEST_PAUSE = timedelta(days=60)


def _load(session: Session, hours: BusinessHours, now: datetime, reach: Reach) -> dict[date, int]:
    """What comes on a closed day is the next working day's; today may be one."""
    zone = hours.calendar.zone
    today = now.astimezone(zone).date()
    days = working_days(hours, until=today, count=_DAYS)
    since = midnight_of(days[0] if days else today, zone)
    counted = Counter(
        _worked_on(at.astimezone(zone).date(), hours)
        for at in figures.came(session, since=since, reach=reach)
    )
    return {day: counted[day] for day in days or [today]}


def _worked_on(day: date, hours: BusinessHours) -> date:
    zone = hours.calendar.zone
    return hours.next_opening(midnight_of(day, zone)).astimezone(zone).date()


def _reasons(session: Session, since: datetime, reach: Reach) -> dict[BreachReason | None, int]:
    broken = tickets.some(session, figures.broken(session, since=since, reach=reach))
    said = Counter(
        reason_of(ticket, event)
        for ticket in broken
        for event in ticket.history
        if event.at >= since and _begins_breach(event)
    )
    return dict(said.most_common())


def _helped(session: Session, since: datetime, reach: Reach) -> Kept:
    asked = tickets.some(session, figures.rated(session, since=since, reach=reach))
    said = [event for ticket in asked for event in ratings_of(ticket.history) if event.at >= since]
    return Kept(sum(opinion_in(event) is Opinion.GOOD for event in said), len(said))


def _begins_breach(event: Event) -> bool:
    """The first of the warnings about it, told or overtaken: a promise is broken once."""
    if event.kind not in (Kind.WARNED, Kind.SUPERSEDED):
        return False
    return event.key == level_key(event.detail["goal"], event.detail["cycle"], BREACH)


def _broken(reasons: Mapping[BreachReason | None, int]) -> str:
    parts = (
        f"{reason.words.lower() if reason else 'no reason given'} {count}"
        for reason, count in reasons.items()
    )
    return f"{sum(reasons.values())}: {', '.join(parts)}" if reasons else "None"


def _standing(overview: Overview, status: Status) -> str:
    counts = {level: overview.standing.get((status, level), 0) for level in Priority}
    total = sum(counts.values())
    parts = [f"{count} {level.words.lower()}" for level, count in counts.items() if count]
    return f"{total}: {', '.join(parts)}" if total else "None"


def _rate(label: str, kept: Kept, nothing: str) -> Bar:
    """Never rounded up to a whole that it is not."""
    if not kept.decided:
        return Bar(label, 0, nothing)
    percent = 100 * kept.kept // kept.decided
    return Bar(label, kept.kept / kept.decided, f"{percent} %: {kept.kept} of {kept.decided}")
