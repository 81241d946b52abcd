"""Business time against cases whose answers were found by stepping through the minutes."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sla.hours import BusinessHours

Cases = Callable[[str], Iterator[dict[str, Any]]]
FILES = [
    ("sla_cases.jsonl", "minutes", "hours"),
    ("sla_cases_seconds.jsonl", "seconds", "hours"),
    ("sla_cases_dst.jsonl", "minutes", "mornings"),
]


@pytest.mark.parametrize(("file", "unit", "desk"), FILES)
def test_every_case_is_due_when_stepping_through_it_says(
    file: str, unit: str, desk: str, cases: Cases, request: pytest.FixtureRequest
) -> None:
    open_hours: BusinessHours = request.getfixturevalue(desk)
    for case in cases(file):
        due = open_hours.after(_moment(case["start"]), timedelta(**{unit: case[unit]}))
        assert due == _moment(case["due"]), case


@pytest.mark.parametrize(("file", "unit", "desk"), FILES)
def test_every_case_lasts_as_long_as_stepping_through_it_says(
    file: str, unit: str, desk: str, cases: Cases, request: pytest.FixtureRequest
) -> None:
    open_hours: BusinessHours = request.getfixturevalue(desk)
    for case in cases(file):
        spent = open_hours.between(_moment(case["start"]), _moment(case["end"]))
        assert spent == timedelta(**{unit: case[f"elapsed_{unit}"]}), case


def test_the_dutch_desk_is_closed_on_the_days_of_the_published_list(hours: BusinessHours) -> None:
    published = json.loads((Path(__file__).parent / "data" / "nl_holidays_2015_2040.json").read_text())
    closed = [day.isoformat() for year in range(2015, 2041) for day in hours.closed_days(year)]
    assert closed == sorted(published)


def test_the_files_hold_as_many_cases_as_they_should(cases: Cases) -> None:
    assert [sum(1 for _ in cases(file)) for file, _, _ in FILES] == [2000, 400, 400]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
