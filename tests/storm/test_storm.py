"""Nothing is lost and nothing done twice, though processes die and the world fails."""

from pathlib import Path

import pytest

from tests.storm.storm import Size, storm

REDUCED = Size(mails=100, answers=20, takes=20, replies=20, kills=10, pause=(0.1, 0.6))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_storm_loses_nothing_and_does_nothing_twice(database_url: str, tmp_path: Path) -> None:
    outcome = storm(database_url, tmp_path, REDUCED, seed=7)
    assert outcome.wrongs == []
    assert outcome.kills == 10
    assert outcome.faults > 10
