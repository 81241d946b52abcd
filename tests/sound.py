"""Whatever a test did to a desk, its database is as it must always be."""

import helpdesk
from store.database import Database
from store.invariants import INVARIANTS, examine


def assert_sound(url: str) -> None:
    """Fails with each place that breaks an invariant."""
    db = Database(url)
    try:
        with db.read() as session:
            found = [examine(session, each, now=helpdesk.now()) for each in INVARIANTS]
    finally:
        db.close()
    assert {each.invariant.name: each.places for each in found if each.count} == {}
