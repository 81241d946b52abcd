"""`helpdesk calendar`: when the desk is open, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

import click

from terminal.call import Call

if TYPE_CHECKING:
    from sla.calendar import Calendar, Times
    from sla.hours import BusinessHours


@click.group()
def calendar() -> None:
    """Show when the desk is open, and what a change of it would move.

    Example: helpdesk calendar show
    """


@calendar.command()
@click.option("--year", type=click.IntRange(1900, 2299), help="Whose closed days; this year's by default.")
@click.pass_obj
def show(call: Call, year: int | None) -> None:
    """Show the open hours of a week, and the closed and half days of a year with their names.

    Only desk.timezone and [hours] of the settings are read.

    Example: helpdesk calendar show --year 2027
    """
    from sla.hours import BusinessHours

    hours = BusinessHours(call.opening().hours.calendar())
    chosen = year or call.now().astimezone(hours.calendar.zone).year
    click.echo("\n".join(_page(hours, chosen)))


def _page(hours: BusinessHours, year: int) -> Iterator[str]:
    calendar = hours.calendar
    yield f"Open hours, by the clocks of {calendar.zone}"
    yield from _week(calendar)
    short = {day: _times(times) for day, times in calendar.short_days(year).items()}
    for title, days in (
        (f"Closed in {year}", calendar.closed_days(year)),
        (f"Half days in {year}", short),
        (f"Holidays worked all the same in {year}", calendar.worked_holidays(year)),
    ):
        yield from _days(title, days)
    yield from ("", _sum(hours, year))


def _week(calendar: Calendar) -> Iterator[str]:
    from sla.calendar import WEEKDAYS

    alike = groupby(zip(WEEKDAYS, calendar.week.days, strict=True), key=lambda day: day[1])
    for times, group in alike:
        names = [name for name, _ in group]
        label = (
            names[0] if len(names) == 1 else f"{names[0]} {'and' if len(names) == 2 else 'to'} {names[-1]}"
        )
        yield f"  {label:<24}{_times(times)}"


def _times(times: Times) -> str:
    from datetime import timedelta

    from sla.calendar import since_midnight
    from terminal.moments import in_words

    if not times:
        return "closed"
    periods = ", ".join(
        f"{opens:%H:%M}-{closes:%H:%M}".replace("-00:00", "-24:00") for opens, closes in times
    )
    length = sum((closes - opens for opens, closes in since_midnight(times)), timedelta())
    return f"{periods}   {in_words(length)}"


def _days(title: str, days: Mapping[date, str]) -> Iterator[str]:
    if days:
        yield from ("", title)
    for day, name in days.items():
        yield f"  {day:%a} {day.day:>2} {day:%B}".ljust(26) + name.replace("\n", " ")


def _sum(hours: BusinessHours, year: int) -> str:
    from terminal.moments import in_words

    zone = hours.calendar.zone
    begins, ends = (datetime(each, 1, 1, tzinfo=zone).astimezone(UTC) for each in (year, year + 1))
    periods = takewhile(lambda period: period.opens < ends, hours.periods(begins))
    days = {period.opens.astimezone(zone).date() for period in periods}
    return f"{len(days)} days with open hours in {year}, {in_words(hours.between(begins, ends))} in all"
