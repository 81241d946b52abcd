"""What must work while the desk runs, each with the words for when it does not."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.people import People, SlackSilent
from bot.shut import Shut
from bot.socket import Socket
from bot.web import Check
from mail.mailbox import Mailbox
from sla.scheduler import Scheduler
from store import probe, schema
from store.courier import Courier
from store.database import Database, Unavailable

_BEATS = ("intake", "slack", "mail", "sweep")
_VITAL = ("slack", "mail")
"""Files that wait are told of on App Home; no supervisor should end a desk that works without them."""


def checks_of(
    db: Database,
    scheduler: Scheduler,
    couriers: Mapping[str, Courier],
    socket: Socket | None,
    mailboxes: Sequence[Mailbox],
    people: People,
    machine: Callable[[], datetime],
    shut: Shut | None = None,
) -> dict[str, Check]:
    """Every check by its name; each answers None, or what is wrong."""
    checks: dict[str, Check] = {
        "database": lambda: _database(db, machine()),
        "scheduler": lambda: _beats(scheduler, machine()),
        "slack": lambda: _slack(people, socket),
        "outbox": lambda: _roads(couriers, shut),
    }
    if mailboxes:
        checks["mailbox"] = lambda: problems_of(mailboxes) or None
    return checks


def problems_of(mailboxes: Sequence[Mailbox]) -> str:
    """What is wrong with reading; which mailbox is meant is said where there are several."""
    troubled = [mailbox for mailbox in mailboxes if mailbox.problem]
    if len(mailboxes) == 1:
        return "".join(mailbox.problem for mailbox in troubled)
    return "; ".join(f"{mailbox.name}: {mailbox.problem}" for mailbox in troubled)


def _database(db: Database, now: datetime) -> str | None:
    try:
        if not schema.is_current(db):
            return "the schema is not this version's"
        probe.write(db, at=now)
        return None
    except Unavailable as problem:
        return str(problem)


def _beats(scheduler: Scheduler, now: datetime) -> str | None:
    late = [name for name in _BEATS if _is_late(scheduler, name, now)]
    return f"no good beat for a minute: {', '.join(late)}" if late else None


def _is_late(scheduler: Scheduler, name: str, now: datetime) -> bool:
    last = scheduler.last_good(name)
    return last is None or now - last > timedelta(minutes=1)


def _slack(people: People, socket: Socket | None) -> str | None:
    try:
        people.home()
    except SlackSilent as problem:
        return str(problem)
    return None if socket is None or socket.connected else "no Socket Mode connection"


def _roads(couriers: Mapping[str, Courier], shut: Shut | None) -> str | None:
    closed = [f"{name}: {couriers[name].closed_because}" for name in _VITAL if couriers[name].closed_because]
    closed += [problem] if shut and (problem := shut.problem()) else []
    return "; ".join(closed) or None
