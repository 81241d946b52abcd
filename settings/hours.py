"""The tables of helpdesk.toml that say when the desk is open."""

from datetime import date
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

import holidays
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from settings.section import Section
from settings.values import NINE_TO_FIVE, ClosedDay, Day, Rule, Unfit, table
from sla.calendar import GOOD_FRIDAY, Calendar, Times
from sla.calendar import Week as StaffedWeek


class Week(Section):
    mon: Day = Field(
        default=NINE_TO_FIVE, description='Monday, like ["09:00-12:30", "13:00-17:00"]; [] is closed'
    )
    tue: Day = Field(default=NINE_TO_FIVE, description="Tuesday")
    wed: Day = Field(default=NINE_TO_FIVE, description="Wednesday")
    thu: Day = Field(default=NINE_TO_FIVE, description="Thursday")
    fri: Day = Field(default=NINE_TO_FIVE, description="Friday")
    sat: Day = Field(default=(), description="Saturday")
    sun: Day = Field(default=(), description="Sunday")

    @model_validator(mode="after")
    def _some_day_is_open(self) -> Self:
        if not any(periods for _, periods in self):
            raise Unfit("has no open day, so no promise could ever fall due", "open the desk on some day")
        return self


class Hours(Section):
    timezone: ZoneInfo = Field(
        default=ZoneInfo("Europe/Amsterdam"), description="The time zone of the periods; else that of [desk]"
    )
    country: str = Field(default="NL", description="Whose public holidays are closed days; empty for none")
    subdivision: str = Field(
        default="", description="The state or province, where holidays differ; empty for the whole country"
    )
    closed_add: tuple[date, ...] = Field(default=(), description="Days closed as well, like [2026-12-24]")
    closed_remove: tuple[ClosedDay, ...] = Field(
        default=(GOOD_FRIDAY,),
        description="Public holidays worked all the same: dates or RRULE text (for NL: Good Friday)",
    )
    closed_rules: tuple[Rule, ...] = Field(
        default=(),
        description='More closed days as RRULE text, like ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"]',
    )
    half_days: Annotated[dict[ClosedDay, Day], BeforeValidator(table)] = Field(
        default={},
        description='Days with hours of their own, by date or RRULE, like { 2026-12-24 = ["09:00-13:00"] }',
    )
    week: Week = Week()

    @model_validator(mode="before")
    @classmethod
    def _good_friday_is_dutch(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("country", "NL") != "NL":
            return {"closed_remove": (), **given}
        return given

    @field_validator("country")
    @classmethod
    def _country_is_known(cls, country: str) -> str:
        try:
            if country:
                holidays.country_holidays(country)
        except NotImplementedError:
            raise Unfit(f"no holidays are known for {country!r}", 'write two letters, like "NL"') from None
        return country

    @field_validator("subdivision")
    @classmethod
    def _subdivision_is_known(cls, subdivision: str, info: ValidationInfo) -> str:
        country = info.data.get("country", "")
        try:
            if country and subdivision:
                holidays.country_holidays(country, subdiv=subdivision)
        except NotImplementedError:
            known = ", ".join(holidays.country_holidays(country).subdivisions)
            raise Unfit(
                f"{country} has no {subdivision!r} with holidays of its own",
                f"leave it out, or take one of {known}" if known else "leave it out",
            ) from None
        return subdivision

    @field_validator("closed_remove")
    @classmethod
    def _not_added_too(cls, removed: tuple[date | str, ...], info: ValidationInfo) -> tuple[date | str, ...]:
        for day in info.data.get("closed_add", ()):
            if day in removed:
                raise Unfit(f"{day} stands in closed_add too", "take it out of one of them")
        return removed

    @model_validator(mode="after")
    def _make_a_calendar(self) -> Self:
        try:
            self._calendar()
        except ValueError as error:
            raise Unfit(str(error), "mend closed_add, closed_rules or week") from None
        for on, times in self.half_days.items():
            try:
                self._calendar((on, times))
            except ValueError as error:
                mend = "take it out, or open the desk on that day"
                raise Unfit(str(error), mend, at=f"half_days.{on}") from None
        return self

    def calendar(self) -> Calendar:
        """These hours in the words of the promises."""
        return self._calendar(*self.half_days.items())

    def _calendar(self, *half_days: tuple[date | str, Times]) -> Calendar:
        return Calendar(
            zone=self.timezone,
            week=StaffedWeek(**dict(self.week)),
            country=self.country,
            subdivision=self.subdivision,
            add=self.closed_add,
            remove=self.closed_remove,
            rules=self.closed_rules,
            half_days=half_days,
        )
