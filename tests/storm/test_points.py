"""The desk dies at each of its points, is started anew, and nothing is lost or done twice."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.points import Point
from tests.storm.deaths import OF_ROUNDS, deaths
from tests.storm.engines import databases
from tests.storm.journey import journey
from tests.storm.replicas import Death

ROOT = Path(__file__).parents[2]
TWICE = {
    *(Point.SLACK_HEARD, Point.SLACK_ANSWERING),
    *(Point.INTAKE_READ, Point.INTAKE_FILING, Point.INTAKE_FILED),
}
"""Slack's requests come over a socket or over HTTP; mails are filed together or, where that fails, alone."""

OF_TICKETS = frozenset(Point) - {*OF_ROUNDS}

AFTER_OTHERS_HEARD = frozenset((
    Point.INTAKE_FILED, Point.SLACK_POSTED, Point.SMTP_ENDED, Point.CLICK_COMMITTED,
    Point.SMTP_TAKEN, Point.FILE_SHARED, Point.SWEEP_COMMITTED,
))  # fmt: skip
"""Where a desk that knows no better does things twice."""


def test_each_point_is_reached_in_one_place_of_the_code() -> None:
    code = [file for part in ("bot", "mail", "sla", "store") for file in (ROOT / part).rglob("*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in code if file.name != "points.py")
    found = Counter(re.findall(r"Point\.([A-Z_]+)", text))
    expected = {point.name: 2 if point in TWICE else 1 for point in Point}
    assert found == expected


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_desk_that_dies_seven_times_reaches_every_point_and_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:
    came_of_it = journey(database_url, tmp_path, Death(AFTER_OTHERS_HEARD))
    assert came_of_it.wrongs == []
    assert set(came_of_it.died) == {point.name for point in AFTER_OTHERS_HEARD}
    assert [point for point in OF_TICKETS if not came_of_it.reached[point.name]] == []


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("hit", [1, 2])
def test_a_desk_that_dies_at_every_point_in_turn_loses_nothing(
    database_url: str, tmp_path: Path, hit: int
) -> None:
    """But for one: the desk gives up reading a mail over which it died three times."""
    points = OF_TICKETS - {Point.INTAKE_FILING}
    came_of_it = journey(database_url, tmp_path, Death(points, hit))
    assert came_of_it.wrongs == []
    assert hit > 1 or set(came_of_it.died) == {point.name for point in points}


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_journey_reaches_every_point_and_survives_a_death_at_each(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    all_of_them = [*deaths(new_database, tmp_path)]
    wrongs = [wrong for each in all_of_them for wrong in each.wrongs]
    tried, died = len(all_of_them), sum(each.died for each in all_of_them)
    print(f"\n{len(Point)} points, {tried} journeys, {died} deaths, {len(wrongs)} broken promises")
    assert wrongs == []
    assert died >= 0.9 * tried


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes one more empty database of that engine."""
    home = tmp_path / "databases"
    home.mkdir()
    with databases(request.param, home) as new:
        yield new
