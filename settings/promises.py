"""The tables of helpdesk.toml that promise: hours until an answer, until a solution, and of silence."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from settings.section import Section
from settings.values import Allowed, Unfit, Whole


class FirstResponse(Section):
    urgent: Allowed = Field(
        default=8, description="Working hours within which a human answers an urgent ticket"
    )
    high: Allowed = Field(default=8, description="The same for high")
    medium: Allowed = Field(default=16, description="The same for medium")
    low: Allowed = Field(default=16, description="The same for low")


class Recovery(Section):
    urgent: Allowed = Field(default=8, description="Working hours within which an urgent ticket is solved")
    high: Allowed = Field(default=16, description="The same for high")
    medium: Allowed = Field(default=40, description="The same for medium")
    low: Allowed = Field(default=112, description="The same for low")


_BY_URGENCY = ("urgent", "high", "medium", "low")


def _grows(allowed: Mapping[str, float], goal: str) -> None:
    """Refuse a target that is longer than that of a less urgent ticket."""
    for more, less in pairwise(_BY_URGENCY):
        if allowed[more] > allowed[less]:
            raise Unfit(
                f"{goal}.{more} is {allowed[more]:g} hours and {goal}.{less} only {allowed[less]:g}",
                "what is more urgent may not take longer",
            )


def _answers_first(first_response: Mapping[str, float], recovery: Mapping[str, float]) -> None:
    """Refuse an answer that is promised for after the solution."""
    for priority in _BY_URGENCY:
        if first_response[priority] > recovery[priority]:
            raise Unfit(
                f"first_response.{priority} is {first_response[priority]:g} hours and "
                f"recovery.{priority} only {recovery[priority]:g}",
                "a ticket is answered before it is solved",
            )


def refuse_odd(first_response: Mapping[str, float], recovery: Mapping[str, float]) -> None:
    """Refuse targets that shrink as tickets get less urgent, or answer after they solve.  Raises Unfit."""
    _grows(first_response, "first_response")
    _grows(recovery, "recovery")
    _answers_first(first_response, recovery)


class Promises(Section):
    levels: tuple[Annotated[Whole, Field(ge=1, le=100)], ...] = Field(
        default=(50, 75, 100),
        description="Percentages of a target at which the desk speaks up; 100 is the breach",
    )
    reminder_hours: Allowed = Field(
        default=48, description="Hours of silence after which a customer is reminded, once"
    )
    silence_hours: Allowed = Field(
        default=72, description="Hours of silence that resolve a ticket; weekends count"
    )
    close_after_days: Allowed = Field(
        default=7, description="Days after which a resolved or cancelled ticket is closed"
    )
    response_counts: Literal["reply", "reply-or-taken"] = Field(
        default="reply", description="What stops the first-response clock: reply or reply-or-taken"
    )
    first_response: FirstResponse = FirstResponse()
    recovery: Recovery = Recovery()

    @field_validator("levels")
    @classmethod
    def _levels_ascend(cls, levels: tuple[int, ...]) -> tuple[int, ...]:
        if not levels or list(levels) != sorted(set(levels)):
            raise Unfit(f"{list(levels)} does not ascend", "write it like [50, 75, 100]")
        return levels

    @field_validator("silence_hours")
    @classmethod
    def _reminder_comes_first(cls, silence: float, info: ValidationInfo) -> float:
        if silence <= info.data.get("reminder_hours", 0):
            raise Unfit("is not longer than reminder_hours", "remind before the silence resolves the ticket")
        return silence

    @model_validator(mode="after")
    def _targets_fit_together(self) -> Self:
        refuse_odd(dict(self.first_response), dict(self.recovery))
        return self
