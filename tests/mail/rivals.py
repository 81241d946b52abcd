"""Two processes that file mails in the same moment."""

from threading import Event, Thread, current_thread
from time import monotonic

from sqlalchemy import text

from store import points
from store.points import Point


def file_at_once(desk, late, quick):
    """Both file what they have; the first does not commit before the second waits for it, or is done."""
    both = [Thread(target=late, name="late"), Thread(target=quick, name="quick")]
    filed, go_on = Event(), Event()

    def hold(point):
        if point is Point.INTAKE_FILING and current_thread().name == "late":
            filed.set()
            go_on.wait(30)

    points.watch(hold)
    try:
        both[0].start()
        assert filed.wait(30)
        both[1].start()
        until(lambda: waits_for_the_other(desk.db) or not both[1].is_alive())
    finally:
        points.watch(None)
        go_on.set()
        for each in both:
            each.join()


def waits_for_the_other(db):
    """On SQLite nobody begins to write before the other has ended."""
    if db.is_sqlite:
        return True
    with db.read() as session:
        locked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return session.scalar(text(f"{locked} AND datname = current_database()"))


def until(holds):
    patience = monotonic() + 30
    while not holds():
        assert monotonic() < patience
