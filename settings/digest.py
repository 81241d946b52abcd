"""[digest]: what each agent reads before the day ends, and leads when a week is over."""

from datetime import time
from typing import Annotated

from pydantic import Field

from settings.section import Section


class Digest(Section):
    on: bool = Field(
        default=True,
        description="Whether each agent gets, by direct message, what runs out before the next noon",
    )
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        default="16:30", description="When, on working days"
    )
    weekly: bool = Field(
        default=True,
        description="Whether the leads get, in their channel, the week in figures on the first working day"
        " of the next",
    )

    @property
    def moment(self) -> time:
        """The time of day."""
        return time.fromisoformat(self.at)
