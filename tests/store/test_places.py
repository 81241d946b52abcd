"""Places under a limit that replicas share: none is taken twice, none is lost, and nobody waits in vain."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from store import places
from tests.mail.rivals import until, waits_for_the_other

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


def claim(session, *, most=3, seen=None):
    return places.claim(session, "strangers:1", most=most, at=AT, seen=seen)


def test_each_place_is_taken_once_and_then_none_is_left(db):
    taken = []
    for seen in (None, 1, None, None):
        with db.change() as session:
            taken.append(claim(session, seen=seen))
    assert taken == [0, 1, 2, None]


def test_one_transaction_may_take_several(db):
    with db.change() as session:
        assert [claim(session, seen=seen) for seen in (None, 1, 2, 3)] == [0, 1, 2, None]


def test_places_of_who_failed_are_free_again(db):
    with pytest.raises(ZeroDivisionError), db.change() as session:
        claim(session) / 0
    with db.change() as session:
        assert claim(session) == 0


on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite: one writer


@on_postgresql
def test_two_that_file_at_once_take_different_places_and_none_waits(db):
    with db.change() as late, db.change() as quick:
        turns = ((late, None), (quick, None), (late, 1), (quick, 2))
        assert [claim(session, most=4, seen=seen) for session, seen in turns] == [0, 1, 2, 3]


@on_postgresql
@pytest.mark.parametrize(("fails", "left"), [(False, None), (True, 0)])
def test_that_none_is_left_is_said_once_the_others_have_committed(db, fails, left):
    # given one that has taken all places and not committed, and another that asks
    with ThreadPoolExecutor(1) as other, ExitStack() as end:
        late = end.enter_context(db.change())
        for seen in range(3):
            claim(late, seen=seen)

        def ask():
            with db.change() as session:
                return claim(session)

        answer = other.submit(ask)
        until(lambda: waits_for_the_other(db))
        assert not answer.done()

        # when the first commits or fails
        with pytest.raises(ZeroDivisionError) if fails else ExitStack(), end.pop_all():
            1 / (0 if fails else 1)

        # then the other has what is left
        assert answer.result(30) == left
