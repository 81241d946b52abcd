"""Of two clocks that are compared, this machine's and the database server's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from store.database import Database
from store.drift import Drift, told


def ahead_by(seconds: float) -> Callable[[], datetime]:
    """The clock of a machine that is so far ahead of the server, which is this one too."""
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [0, 9, -9, 12, -12, 3600])
def test_a_clock_that_is_off_by_more_than_ten_seconds_is_told(db: Database, seconds: int) -> None:
    drift = Drift(db, ahead_by(seconds))

    off, problem = drift.look(), drift.problem()

    if db.is_sqlite:
        assert (off, problem) == (None, None)
        return
    assert off is not None
    assert abs(off - timedelta(seconds=seconds)) < timedelta(seconds=0.9), "a look takes its time"
    assert bool(problem) == (abs(seconds) > 10)


def test_time_that_a_look_takes_is_no_drift(db: Database) -> None:
    seen = iter([-30.0, 30.0])
    off = Drift(db, lambda: ahead_by(next(seen))()).look()
    assert off == (None if db.is_sqlite else timedelta())


def test_it_is_looked_at_no_more_often_than_need_be(db: Database) -> None:
    asked, now = [], [0.0]

    def clock() -> datetime:
        asked.append(now[0])
        return datetime.now(UTC)

    drift = Drift(db, clock, rest=5, monotonic=lambda: now[0])
    for now[0] in (0.0, 4.9, 5.0, 9.9):
        drift.look()
    assert set(asked) == (set() if db.is_sqlite else {0.0, 5.0})


def test_nobody_can_tell_while_the_database_is_away() -> None:
    nowhere = Database("postgresql://desk@127.0.0.1:1/nothing")
    drift = Drift(nowhere, ahead_by(60))
    assert (drift.look(), drift.problem()) == (None, None)
    nowhere.close()


@pytest.mark.parametrize(("seconds", "words"), [(12, "12 seconds ahead of"), (-75, "75 seconds behind")])
def test_it_says_which_way(seconds: int, words: str) -> None:
    assert told(timedelta(seconds=seconds)) == f"this machine's clock is {words} the database server's"
