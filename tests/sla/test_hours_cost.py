"""What business time costs: as much for ten years as for ten hours, centuries away as now; bounded memory."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from sla.calendar import Calendar
from sla.hours import FIRST_YEAR, LAST_YEAR, BusinessHours
from tests.cost import calls

TEN_HOURS, TEN_YEARS = timedelta(hours=10), timedelta(hours=8 * 254 * 10)
NOW = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def known() -> BusinessHours:
    """A desk that has been asked about its first and its last year."""
    desk = BusinessHours(Calendar())
    desk.between(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 12, 31, tzinfo=UTC))
    return desk


@pytest.mark.parametrize("year", [FIRST_YEAR, 1970, 2026, 2150, LAST_YEAR - 11])
def test_a_span_of_ten_years_costs_what_a_span_of_ten_hours_costs(year: int, known: BusinessHours) -> None:
    start = NOW.replace(year=year)
    short, long = calls(lambda: known.after(start, TEN_HOURS)), calls(lambda: known.after(start, TEN_YEARS))
    assert short == long < 20
    later = known.after(start, TEN_YEARS)
    short, long = calls(lambda: known.between(start, start)), calls(lambda: known.between(start, later))
    assert short == long < 20


def test_the_first_answer_about_a_year_is_the_only_one_that_has_to_look_at_its_days() -> None:
    desk = BusinessHours(Calendar())
    first, second = (calls(lambda: desk.after(NOW, TEN_HOURS)) for _ in range(2))
    assert first > 1000
    assert second < 20
    assert calls(lambda: desk.after(NOW + timedelta(days=300), TEN_HOURS)) < 20


def test_questions_that_wander_through_the_centuries_build_the_table_a_few_times_only() -> None:
    desk = BusinessHours(Calendar())
    years = [*range(NOW.year, FIRST_YEAR, -1), *range(NOW.year, LAST_YEAR)]
    costs = [calls(partial(desk.between, NOW.replace(year=year), NOW)) for year in years]
    assert 2 < sum(cost > 1000 for cost in costs) < 16


def test_a_rule_for_days_is_read_once_and_not_once_for_every_year() -> None:
    def look_back_and_ahead(text: str) -> int:
        desk = BusinessHours(Calendar(country="", remove=(), rules=(text,)))
        return calls(lambda: [desk.closed_days(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)])

    assert look_back_and_ahead("FREQ=WEEKLY;BYDAY=FR") < 1_000_000


def test_memory_stays_bounded_however_far_the_questions_go() -> None:
    desk = BusinessHours(Calendar())
    tracemalloc.start()
    try:
        for year in (NOW.year, FIRST_YEAR, LAST_YEAR, FIRST_YEAR):
            desk.between(NOW.replace(year=year), NOW)
            desk.after(NOW.replace(year=year), timedelta())
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 50_000_000, "every working day of four centuries"
