"""What holds for business time whenever it is asked for: the Dutch desk, and one that is odd in every way."""

import json
import time as process_time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar import Calendar, Week
from sla.hours import BusinessHours
from terminal.moments import in_utc

DAY = timedelta(days=1)
PROCESS_ZONES = (
    "America/Los_Angeles", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe", "Etc/GMT+12",
    "Europe/Amsterdam", "Pacific/Kiritimati", "UTC", "XYZ-3:17:30",
)  # fmt: skip
DUTCH = BusinessHours(Calendar())
ODD = BusinessHours(
    Calendar(
        zone=ZoneInfo("Australia/Lord_Howe"),  # its clocks change by half an hour
        week=Week(
            mon=((time(0), time(2, 15)), (time(22), time(0))),
            wed=((time(8, 30), time(12)), (time(12, 45), time(17, 15))),
            sun=((time(0), time(0)),),
        ),
        country="AU",
        subdivision="NSW",
        remove=(),
        rules=("FREQ=MONTHLY;BYDAY=-1WE",),
        half_days=(
            ("FREQ=MONTHLY;BYDAY=1SU", ((time(1), time(3)),)),
            (date(2026, 9, 14), ((time(3), time(4)),)),
        ),
    )
)


instants = st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(), timedelta(hours=400))
both = st.sampled_from([DUTCH, ODD])
steadily = settings(deadline=None)  # a busy machine is no reason to fail


@steadily
@given(both, instants, instants, instants)
def test_open_time_adds_up(desk: BusinessHours, a: datetime, b: datetime, c: datetime) -> None:
    assert desk.between(a, b) + desk.between(b, c) == desk.between(a, c)
    assert desk.between(a, a) == timedelta()


@steadily
@given(both, instants, st.timedeltas(timedelta(), timedelta(days=4000)))
def test_open_time_is_never_negative_nor_longer_than_the_time_that_passes(
    desk: BusinessHours, a: datetime, passing: timedelta
) -> None:
    assert timedelta() <= desk.between(a, a + passing) <= passing


@steadily
@given(both, instants, spans.filter(bool))
def test_a_span_ends_at_the_earliest_instant_with_that_much_open_time(
    desk: BusinessHours, t: datetime, span: timedelta
) -> None:
    due = desk.after(t, span)
    assert desk.between(t, due) == span
    assert desk.between(t, due - timedelta.resolution) == span - timedelta.resolution, "it ends inside hours"


@steadily
@given(both, instants, spans, spans)
def test_spans_follow_one_another(desk: BusinessHours, t: datetime, one: timedelta, other: timedelta) -> None:
    assert desk.after(desk.after(t, one), other) == desk.after(t, one + other)


@steadily
@given(both, instants, st.timedeltas(timedelta(), timedelta(days=9)), spans, spans)
def test_who_starts_later_or_is_given_more_is_never_due_earlier(
    desk: BusinessHours, t: datetime, later: timedelta, span: timedelta, more: timedelta
) -> None:
    assert desk.after(t, span) <= desk.after(t + later, span)
    assert desk.after(t, span) <= desk.after(t, span + more)


@steadily
@given(both, instants)
def test_the_next_working_day_is_the_first_opening_of_a_later_date(desk: BusinessHours, t: datetime) -> None:
    zone, opening = desk.calendar.zone, desk.next_working_day(t)
    assert opening.astimezone(zone).date() > t.astimezone(zone).date()
    assert desk.is_open(opening)
    dates = {period.opens.astimezone(zone).date() for period in _before(opening, desk, t)}
    assert dates <= {t.astimezone(zone).date()}


def test_every_working_day_of_twenty_years_has_eight_hours_and_no_other_has_any(hours: BusinessHours) -> None:
    published = json.loads((Path(__file__).parent / "data" / "nl_holidays_2015_2040.json").read_text())
    zone, day = hours.calendar.zone, date(2020, 1, 1)
    while day.year <= 2040:
        worked = day.weekday() < 5 and day.isoformat() not in published
        begin, end = datetime.combine(day, time(), zone), datetime.combine(day + DAY, time(), zone)
        assert hours.between(begin, end) == timedelta(hours=8 * worked), day
        day += DAY


def test_a_pause_moves_a_date_as_stepping_through_it_says(
    hours: BusinessHours, cases: Callable[[str], Iterator[dict[str, Any]]]
) -> None:
    for case in cases("sla_pause_cases.jsonl"):
        start = datetime.fromisoformat(case["start"])
        pauses = sorted((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in case["pauses"])
        left = timedelta(minutes=case["minutes"])
        for begin, end in pauses:
            ran = hours.between(start, max(start, begin))
            if ran >= left:
                break
            start, left = max(start, end), left - ran
        assert hours.after(start, left) == datetime.fromisoformat(case["due"]), case


@pytest.mark.skipif(not hasattr(process_time, "tzset"), reason="the zone of a process cannot change here")
@pytest.mark.parametrize("zone", PROCESS_ZONES)
def test_the_zone_of_the_process_means_nothing(
    zone: str, cases: Callable[[str], Iterator[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    process_time.tzset()
    try:
        desk = BusinessHours(Calendar())
        for case in cases("sla_cases.jsonl"):
            start, end = datetime.fromisoformat(case["start"]), datetime.fromisoformat(case["end"])
            assert in_utc(desk.after(start, timedelta(minutes=case["minutes"]))) == case["due"]
            assert desk.between(start, end) == timedelta(minutes=case["elapsed_minutes"])
    finally:
        monkeypatch.undo()
        process_time.tzset()


def _before(until: datetime, desk: BusinessHours, t: datetime) -> Iterator[Any]:
    for period in desk.periods(t):
        if period.opens >= until:
            return
        yield period
