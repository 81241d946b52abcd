"""What became of a promise, written down when its clock ended, so that no later calendar judges it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from desk.event import Event
from sla.policy import Goal

_WRITTEN = "verdicts"
"""Where an event that ends clocks keeps what became of them, by goal."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A clock as it stood when it ended.  due: None where it was paused or ended before its target was
    used up."""

    cycle: int
    target: timedelta
    spent: timedelta
    due: datetime | None

    @classmethod
    def read(cls, event: Event, goal: Goal) -> Self | None:
        """What the event says became of that goal, if it ended it."""
        written = event.detail.get(_WRITTEN, {}).get(goal)
        if written is None:
            return None
        due = written["due"]
        return cls(
            cycle=written["cycle"],
            target=timedelta(seconds=written["target"]),
            spent=timedelta(seconds=written["spent"]),
            due=datetime.fromisoformat(due) if due else None,
        )

    def write(self, event: Event, goal: Goal) -> None:
        """Keep it with the event, which must not have been saved before."""
        event.detail.setdefault(_WRITTEN, {})[str(goal)] = {
            "cycle": self.cycle,
            "target": self.target.total_seconds(),
            "spent": self.spent.total_seconds(),
            "due": self.due.isoformat() if self.due else None,
        }
