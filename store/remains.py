"""What still stands in Slack of what was erased: owed until it is gone there too.

Drawing a message anew and deleting a file may be done twice: there is nothing to claim or to prove."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, update

from store import tables
from store.cards import Place
from store.session import Session

_row = tables.remains.c
_LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class Remnant:
    """Either a message, or a file by Slack's name of it."""

    id: int
    place: Place | None
    slack_file: str | None
    attempts: int


def owe_messages(session: Session, places: Iterable[Place], *, at: datetime) -> int:
    """These messages are to say that what they told is erased; how many they are."""
    return _owe(session, [{"channel": place.channel, "ts": place.ts} for place in set(places)], at)


def owe_files(session: Session, slack_files: Iterable[str], *, at: datetime) -> int:
    """These files are to go; how many they are."""
    return _owe(session, [{"slack_file": name} for name in set(slack_files)], at)


def due(session: Session, *, now: datetime, most: int) -> list[Remnant]:
    """What is to be done now."""
    query = select(_row.id, _row.channel, _row.ts, _row.slack_file, _row.attempts)
    found = session.execute(query.where(_row.not_before <= now).order_by(_row.id).limit(most))
    return [
        Remnant(row.id, Place(row.channel, row.ts) if row.ts else None, row.slack_file, row.attempts)
        for row in found
    ]


def gone(session: Session, remnants: Sequence[Remnant]) -> None:
    """These stand in Slack no more."""
    session.execute(delete(tables.remains).where(_row.id.in_([each.id for each in remnants])))


def put_off(session: Session, remnant: Remnant, reason: str, *, now: datetime) -> None:
    """It still stands there: tried again, later each time, for as long as it takes."""
    wait = min(timedelta(seconds=5) * (1 << min(remnant.attempts, 12)), _LONGEST)
    values = {"attempts": remnant.attempts + 1, "not_before": now + wait, "last_error": reason[:500]}
    session.execute(update(tables.remains).where(_row.id == remnant.id).values(values))


def count(session: Session) -> int:
    """How much still stands there."""
    return session.execute(select(func.count()).select_from(tables.remains)).scalar_one()


def keep_overview(session: Session, place: Place, first: int, last: int, *, at: datetime) -> None:
    """Remember a message that names tickets of those numbers, so that it can be redrawn after an erasure."""
    its = (tables.overviews.c.channel == place.channel, tables.overviews.c.ts == place.ts)
    session.execute(delete(tables.overviews).where(*its))
    values = {"channel": place.channel, "ts": place.ts, "at": at, "first": first, "last": last}
    session.execute(insert(tables.overviews).values(values))


def overviews_of(session: Session, numbers: Sequence[int]) -> list[Place]:
    """The messages that may name one of these tickets."""
    row = tables.overviews.c
    names = or_(*((row.first <= number) & (row.last >= number) for number in numbers))
    found = session.execute(select(row.channel, row.ts).where(names)) if numbers else ()
    return [Place(channel, ts) for channel, ts in found]


def _owe(session: Session, new: list[dict[str, str]], at: datetime) -> int:
    owed = {
        "attempts": 0,
        "not_before": at,
        "last_error": "",
        "channel": None,
        "ts": None,
        "slack_file": None,
    }
    if new:
        session.execute(insert(tables.remains), [owed | each for each in new])
    return len(new)
