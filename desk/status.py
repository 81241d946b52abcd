"""The six statuses, and which may follow which."""

from enum import StrEnum


class Status(StrEnum):
    """Where a ticket stands, in the words of the published helpdesk page."""

    WAITING_FOR_SUPPORT = "waiting_for_support"
    IN_PROGRESS = "in_progress"
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    CLOSED = "closed"

    @property
    def words(self) -> str:
        """The status as people read it: "Waiting for support"."""
        return self.value.replace("_", " ").capitalize()


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.WAITING_FOR_SUPPORT: frozenset(
        {Status.IN_PROGRESS, Status.WAITING_FOR_CUSTOMER, Status.RESOLVED, Status.CANCELLED}
    ),
    Status.IN_PROGRESS: frozenset({Status.WAITING_FOR_CUSTOMER, Status.RESOLVED, Status.CANCELLED}),
    Status.WAITING_FOR_CUSTOMER: frozenset(
        {Status.WAITING_FOR_SUPPORT, Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED}
    ),
    Status.RESOLVED: frozenset({Status.WAITING_FOR_SUPPORT, Status.WAITING_FOR_CUSTOMER, Status.CLOSED}),
    Status.CANCELLED: frozenset({Status.WAITING_FOR_SUPPORT, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}
"""Which status may follow which.  The card's buttons are drawn from it."""

RUNNING = frozenset({Status.WAITING_FOR_SUPPORT, Status.IN_PROGRESS})
"""The recovery clock runs in these."""

OPEN = RUNNING | {Status.WAITING_FOR_CUSTOMER}
"""Somebody still has to do something."""
