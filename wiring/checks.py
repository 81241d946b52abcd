"""What must work while the desk runs, each with the words for when it does not."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.looks import Check
from bot.people import People, SlackSilent
from bot.shut import Shut
from bot.socket import Socket
from mail.mailbox import Mailbox
from sla.scheduler import Scheduler
from store import room, schema
from store.courier import Courier
from store.database import Database, Unavailable
from store.drift import Drift
from store.probe import Probe

BEATS = ("intake", "slack", "mail", "sweep")
"""Jobs without which the desk keeps no promise."""

_SILENT = 120
"""Seconds after which a pulse that never beats is dead; some job ends every second."""

_HELD = 120
"""Seconds after which a transaction that keeps all others from writing will not end by itself."""

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
    drift: Drift | None = None,
) -> dict[str, Check]:
    """Every check by its name; each answers None, or what is wrong."""
    probe = Probe(db)
    checks: dict[str, Check] = {
        "database": lambda: _database(db, probe, machine()),
        "disk": lambda: room.problem(db),
        "scheduler": lambda: _beats(scheduler, couriers, machine()),
        "slack": lambda: _slack(people, socket),
        "outbox": lambda: _roads(couriers, shut),
    }
    if drift:
        checks["clock"] = drift.problem
    if mailboxes:
        checks["mailbox"] = lambda: problems_of(mailboxes) or None
    return checks


def problems_of(mailboxes: Sequence[Mailbox]) -> str:
    """What is wrong with reading; which mailbox is meant is said where there are several."""
    troubled = [mailbox for mailbox in mailboxes if mailbox.problem]
    if len(mailboxes) == 1:
        return "".join(mailbox.problem for mailbox in troubled)
    return "; ".join(f"{mailbox.name}: {mailbox.problem}" for mailbox in troubled)


def _database(db: Database, probe: Probe, now: datetime) -> str | None:
    try:
        if not schema.is_current(db):
            return "the schema is not this version's"
        probe.look(at=now)
        return None
    except Unavailable as problem:
        return str(problem)


def _beats(scheduler: Scheduler, couriers: Mapping[str, Courier], now: datetime) -> str | None:
    late = [name for name in BEATS if _is_late(scheduler, name, now) and _rests(couriers.get(name), now)]
    return f"no good beat for a minute: {', '.join(late)}" if late else None


def _is_late(scheduler: Scheduler, name: str, now: datetime) -> bool:
    last = scheduler.last_good(name)
    return last is None or now - last > timedelta(minutes=1)


def _rests(courier: Courier | None, now: datetime) -> bool:
    """Whether it is not just busy with a long queue."""
    return courier is None or courier.turned_at is None or now - courier.turned_at > timedelta(minutes=1)


def alive_of(db: Database, scheduler: Scheduler) -> dict[str, Check]:
    """What only a new start mends.  Slack, mail servers or a database that is away are none of it."""
    return {"pulse": lambda: _pulse(scheduler), "writer": lambda: _writer(db)}


def _pulse(scheduler: Scheduler) -> str | None:
    silent = scheduler.silent_for
    return f"no job has ended for {silent:.0f} seconds" if silent > _SILENT else None


def _writer(db: Database) -> str | None:
    held = db.held_for
    return f"one transaction has kept others from writing for {held:.0f} seconds" if held > _HELD else None


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
