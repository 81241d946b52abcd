"""Figures about the desk, in the words of Prometheus."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from desk.delivery import Audience, DeliveryState
from desk.status import Status
from store import inbox, outbox, tickets
from store.database import Database, Unavailable

_FRESH = timedelta(seconds=15)
"""How long a count is shown again: whoever scrapes often must not load the database."""


class DeskFigures(Collector):
    """Counts tickets and deliveries in the database when asked, at most every 15 seconds."""

    def __init__(self, db: Database, *, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock
        self._until: datetime | None = None
        self._known: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        now = self._clock()
        if self._until is None or not now < self._until <= now + _FRESH:
            self._known, self._until = self._count(now), now + _FRESH
        yield from self._known

    def _count(self, now: datetime) -> list[Metric]:
        up = GaugeMetricFamily("helpdesk_database_up", "Whether the database answers")
        try:
            counted = self._counted(now)
        except Unavailable:
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, *counted]

    def _counted(self, now: datetime) -> list[Metric]:
        standing = GaugeMetricFamily("helpdesk_tickets", "Tickets by status", labels=["status"])
        owed = GaugeMetricFamily(
            "helpdesk_outbox", "Deliveries that have not arrived", labels=["audience", "state"]
        )
        age = GaugeMetricFamily("helpdesk_outbox_oldest_age_seconds", "Age of the most overdue delivery")
        unread = GaugeMetricFamily("helpdesk_inbox_waiting", "Mails nobody has read yet")
        with self._db.read() as session:
            by_status, by_state = tickets.count(session), outbox.counts(session)
            oldest = outbox.oldest_due(session, now=now)
            unread.add_metric([], inbox.waiting(session))
        for status in Status:
            standing.add_metric([status], by_status.get(status, 0))
        for audience in Audience:
            for state in DeliveryState:
                if state is not DeliveryState.DONE:
                    owed.add_metric([audience, state], by_state.get((audience, state), 0))
        age.add_metric([], (now - oldest).total_seconds() if oldest else 0)
        return [standing, owed, age, unread]


def registry(db: Database, *, clock: Callable[[], datetime]) -> CollectorRegistry:
    """A registry with the desk's figures in it; others may add theirs."""
    registry = CollectorRegistry()
    registry.register(DeskFigures(db, clock=clock))
    return registry
