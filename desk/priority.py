"""The five priorities of the published helpdesk page."""

from enum import StrEnum


class Priority(StrEnum):
    """How soon a ticket is promised.  An improvement is outside the contract and has no clocks."""

    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    IMPROVEMENT = "improvement"

    @property
    def words(self) -> str:
        """The priority as people read it: "Urgent"."""
        return self.value.capitalize()
