"""Nothing is lost and nothing done twice, though processes die and the world fails."""

from pathlib import Path

import pytest

from tests.storm.sizes import REDUCED, whole
from tests.storm.storm import storm


@pytest.mark.timeout(900)
def test_a_storm_loses_nothing_and_does_nothing_twice(database_url: str, tmp_path: Path) -> None:
    """Half a minute of a machine at rest, on each database; two processes on PostgreSQL, one on SQLite.

    Whether something stands still is judged by the steps of the desk, not by the time that it takes."""
    replicas = 1 if database_url.startswith("sqlite") else 2
    outcome = storm(database_url, tmp_path, REDUCED.with_replicas(replicas), seed=7)
    assert outcome.wrongs == []
    assert outcome.kills == REDUCED.kills
    assert outcome.faults > 10


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_whole_storm(database_url: str, tmp_path: Path) -> None:
    """Two processes on PostgreSQL, one on SQLite; Slack closed in the middle, processes put to sleep."""
    replicas = 1 if database_url.startswith("sqlite") else 2
    outcome = storm(database_url, tmp_path, whole(replicas), seed=11)
    assert outcome.wrongs == []
    assert outcome.closures == 2
    assert outcome.naps > 0
