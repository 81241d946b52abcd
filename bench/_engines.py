"""Three ways to reckon in business time, each taking and giving datetimes: ours, and two that people use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.metadata import version
from typing import Any, Protocol
from zoneinfo import ZoneInfo

ZONE = "Europe/Amsterdam"


@dataclass(frozen=True)
class Desk:
    """One period on some days of the week (0 is Monday), and the days on which the desk is closed."""

    opens: time
    closes: time
    days: tuple[int, ...]
    closed: frozenset[date]


class Engine(Protocol):
    name: str

    def after(self, t: datetime, span: timedelta) -> datetime: ...

    def between(self, a: datetime, b: datetime) -> timedelta: ...


class Helpdesk:
    """sla.hours, through its public functions."""

    name = "helpdesk"

    def __init__(self, desk: Desk) -> None:
        from sla.calendar import Calendar, Week
        from sla.hours import BusinessHours

        week = Week(*[((desk.opens, desk.closes),) if n in desk.days else () for n in range(7)])
        closed = tuple(sorted(desk.closed))
        hours = BusinessHours(Calendar(zone=ZoneInfo(ZONE), week=week, country="", remove=(), add=closed))
        self.after, self.between = hours.after, hours.between


class BusinessTimeDelta:
    """A work day rule less a holiday rule."""

    name = f"businesstimedelta {version('businesstimedelta')}"

    def __init__(self, desk: Desk) -> None:
        import businesstimedelta
        import pytz

        zone, self._library = pytz.timezone(ZONE), businesstimedelta
        rules: list[Any] = [
            businesstimedelta.WorkDayRule(
                start_time=desk.opens, end_time=desk.closes, working_days=list(desk.days), tz=zone
            )
        ]
        if desk.closed:
            rules.append(businesstimedelta.HolidayRule(desk.closed, tz=zone))
        self._rules = businesstimedelta.Rules(rules)

    def after(self, t: datetime, span: timedelta) -> datetime:
        due: datetime = t + self._library.BusinessTimeDelta(self._rules, timedelta=span)
        return due.astimezone(UTC)

    def between(self, a: datetime, b: datetime) -> timedelta:
        spent: timedelta = self._rules.difference(a, b).timedelta
        return spent


class CustomBusinessHour:
    """The offset adds whole hours, and what is left of one is added by hand.  pandas has no elapsed business
    time: its business days are counted, and the first and the last are cut by hand."""

    name = f"pandas {version('pandas')} CustomBusinessHour"

    def __init__(self, desk: Desk) -> None:
        import pandas

        self._pandas, self._desk = pandas, desk
        names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        open_days = {"weekmask": " ".join(names[n] for n in desk.days), "holidays": sorted(desk.closed)}
        hour = pandas.offsets.CustomBusinessHour(
            start=f"{desk.opens:%H:%M}", end=f"{desk.closes:%H:%M}", **open_days
        )
        self._hours = cache(lambda n: hour * n)  # to make an offset takes longer than to add it
        self._day = pandas.offsets.CustomBusinessDay(**open_days)
        self._length = self._on(date.min, desk.closes) - self._on(date.min, desk.opens)

    def after(self, t: datetime, span: timedelta) -> datetime:
        whole, rest = divmod(span, timedelta(hours=1))
        at = self._pandas.Timestamp(t).tz_convert(ZONE)
        at = at + self._hours(whole) if whole else self._hours(1).rollforward(at)
        if rest:
            at = self._later_today(at, rest)
        due: datetime = at.to_pydatetime()
        return due.astimezone(UTC)

    def between(self, a: datetime, b: datetime) -> timedelta:
        begin, end = (self._pandas.Timestamp(t).tz_convert(ZONE).tz_localize(None) for t in (a, b))
        days = self._pandas.date_range(begin.normalize(), end.normalize(), freq=self._day)
        if not len(days):
            return timedelta()
        late = self._opened(days[0].date(), until=begin)
        early = self._length - self._opened(days[-1].date(), until=end)
        return len(days) * self._length - late - early

    def _opened(self, day: date, *, until: datetime) -> timedelta:
        opens, closes = self._on(day, self._desk.opens), self._on(day, self._desk.closes)
        return max(min(until, closes) - opens, timedelta())

    def _later_today(self, at: Any, rest: timedelta) -> Any:
        closes = at.replace(hour=self._desk.closes.hour, minute=0, second=0, microsecond=0)
        if at + rest <= closes:
            return at + rest
        opens = self._hours(1).rollforward(closes + timedelta(microseconds=1))
        return opens + (at + rest - closes)

    def _on(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock)


ENGINES = (Helpdesk, BusinessTimeDelta, CustomBusinessHour)
