"""Figures about the desk, for Prometheus: what stands in the database, and what this process counts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Info, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from desk.delivery import Audience, DeliveryState
from desk.priority import Priority
from desk.status import OPEN
from store import inbox, mailboxes, meters, outbox, quarantine, room, tickets, unsent
from store.database import Database, Session, Unavailable
from store.outbox import Standing
from store.turns import PENDING

_FRESH = timedelta(seconds=15)
"""How long a count is shown again: whoever scrapes often must not load the database."""

_POISON = 3
"""Attempts after which a mail that is on no ticket needs somebody."""

_UNDONE = [state for state in DeliveryState if state is not DeliveryState.DONE]

Moments = Callable[[], Mapping[str, datetime]]
Owed = Mapping[tuple[Audience, DeliveryState], Standing]


@dataclass(frozen=True)
class Pulse:
    """What this process alone knows.  ticks: when each of the jobs that matter last ended well; connections:
    to Slack that are alive, None where Slack calls us; canary: what is known of it, by name; drift: how far
    this machine's clock is ahead of the database server's, None where nobody can tell."""

    ticks: Moments = dict
    connections: Callable[[], int | None] = lambda: None
    canary: Callable[[Session], Mapping[str, float]] = lambda session: {}
    drift: Callable[[], timedelta | None] = lambda: None


@dataclass(eq=False)
class DeskFigures(Collector):
    """Asks the database when it is asked, at most every 15 seconds; the rest is as of this moment."""

    db: Database
    clock: Callable[[], datetime]
    pulse: Pulse = Pulse()
    _until: datetime | None = field(default=None, init=False)
    _known: list[Metric] = field(default_factory=list, init=False)

    def collect(self) -> Iterator[Metric]:
        now = self.clock()
        if self._until is None or not now < self._until <= now + _FRESH:
            self._known, self._until = self._count(now), now + _FRESH
        yield from self._known
        yield from self._of_process()

    def _count(self, now: datetime) -> list[Metric]:
        try:
            with self.db.read() as session:
                return [_single("db_up", 1), *_counted(session, now), *self._of_canary(session)]
        except Unavailable:
            return [_single("db_up", 0)]

    def _of_canary(self, session: Session) -> Iterator[Metric]:
        for name, value in self.pulse.canary(session).items():
            yield _single(name, value)

    def _of_process(self) -> Iterator[Metric]:
        ticks = GaugeMetricFamily("scheduler_last_tick_timestamp", _WORDS["ticks"], labels=["job"])
        for job, at in self.pulse.ticks().items():
            ticks.add_metric([job], at.timestamp())
        yield ticks
        drift = self.pulse.drift()
        known = {
            "clock_drift_seconds": None if drift is None else drift.total_seconds(),
            "slack_ws_connections": self.pulse.connections(),
            "wal_bytes": room.wal_bytes(self.db),
            "db_free_bytes": room.free_bytes(self.db),
        }
        yield from (_single(name, value) for name, value in known.items() if value is not None)


_WORDS = {
    "ticks": "When each job last ended well",
    "db_up": "Whether the database answers",
    "intake_last_sync_timestamp": "Up to when every mailbox has been read completely",
    "reports_unknown": "Months for clients of which nobody can tell yet, or any more, whether they arrived",
    "reports_dead": "Months for clients that were let go and did not arrive",
    "reports_oldest_age_seconds": "For how long the month that waits longest has been let go and not left",
    "inbound_waiting": "Mails nobody has read yet",
    "inbound_poison": "Mails that were tried three times and are on no ticket",
    "quarantine_open": "Held mails that nobody has decided about",
    "outbox_unknown": "Deliveries of which nobody can tell yet, or any more, whether they arrived",
    "outbox_dead": "Deliveries that are given up",
    "unsent_thread_replies": "Mails with the words of agents that are due and have not left",
    "clock_drift_seconds": "For how long this machine's clock is ahead of the database server's",
    "slack_ws_connections": "Live connections of this process to Slack",
    "wal_bytes": "Of the write-ahead log of SQLite",
    "db_free_bytes": "On the disk where the file of SQLite lies",
    "canary_last_home_timestamp": "When the newest canary mail that came home was sent",
    "canary_seconds": "For the way of the canary mail that came home last",
    "canary_late": "Whether a canary mail is late",
}


def _single(name: str, value: float) -> Metric:
    return GaugeMetricFamily(name, _WORDS[name], value=value)


def _counted(session: Session, now: datetime) -> Iterator[Metric]:
    owed = outbox.standing(session)
    yield from _tickets(session)
    yield from _outbox(owed, now)
    in_doubt = (DeliveryState.UNCERTAIN, DeliveryState.DOUBTFUL)
    yield _single("outbox_unknown", _many(owed, *in_doubt))
    yield _single("outbox_dead", _many(owed, DeliveryState.DEAD))
    yield from _reports(session, now)
    yield _single("unsent_thread_replies", outbox.unsent_words(session, now=now))
    yield _single("inbound_waiting", inbox.waiting(session))
    yield _single("inbound_poison", inbox.stuck(session, attempts=_POISON))
    yield _single("quarantine_open", quarantine.count(session))
    synced = mailboxes.last_sync(session)
    if synced is not None:
        yield _single("intake_last_sync_timestamp", synced.timestamp())


def _reports(session: Session, now: datetime) -> Iterator[Metric]:
    months = unsent.standing(session)
    yield _single("reports_unknown", months.in_doubt)
    yield _single("reports_dead", months.given_up)
    yield _single("reports_oldest_age_seconds", (now - (months.since or now)).total_seconds())


def _tickets(session: Session) -> Iterator[Metric]:
    standing = GaugeMetricFamily("tickets_open", "Open tickets", labels=["status", "priority"])
    counted = tickets.count_open(session)
    for status in sorted(OPEN):
        for priority in Priority:
            standing.add_metric([status, priority], counted.get((status, priority), 0))
    yield standing


def _many(owed: Owed, *states: DeliveryState) -> int:
    return sum(found.many for (_, state), found in owed.items() if state in states)


def _outbox(owed: Owed, now: datetime) -> Iterator[Metric]:
    depth = GaugeMetricFamily("outbox_depth", "Deliveries that have not arrived", labels=["kind", "state"])
    age = GaugeMetricFamily(
        "outbox_oldest_age_seconds", "Age of the delivery that waits longest", labels=["kind"]
    )
    for kind in Audience:
        known = {state: owed[kind, state] for state in _UNDONE if (kind, state) in owed}
        oldest = min((known[state].since for state in PENDING if state in known), default=now)
        age.add_metric([kind], max(now - oldest, timedelta()).total_seconds())
        for state in _UNDONE:
            depth.add_metric([kind, state], known[state].many if state in known else 0)
    yield from (depth, age)


def registry(db: Database, *, clock: Callable[[], datetime], pulse: Pulse | None = None) -> CollectorRegistry:
    """A registry with all of it."""
    registry = CollectorRegistry()
    registry.register(DeskFigures(db, clock, pulse or Pulse()))
    for meter in meters.ALL:
        registry.register(meter)
    ProcessCollector(registry=registry)
    Info("build", "Which version this is", registry=registry).info(
        {"version": version("slack-mail-helpdesk")}
    )
    return registry
