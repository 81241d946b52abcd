"""A client's month that was let go and may not have arrived: counted, let be, kept and forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.actor import Actor
from desk.erasing import Person
from desk.errors import DeskError
from desk.release import Stand
from store import erasing, holdings, releases, reports, retention, unsent
from store.database import Database
from store.invariants import INVARIANTS, examine
from store.reports import Report, Written

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
BOSS = "boss@bakery.example"
JAN = Actor.operator("jan")
[AGE] = (kind for kind in retention.CLASSES if kind.name == "reports")


def is_written(db: Database, *, month: str = "2026-11", to: str = BOSS) -> int:
    mail = Written(
        client="Bakery", month=month, desk="", address=to, subject="November", body="New: 1", file="HD.csv",
        message_id=f"{month}@desk.example", raw=f"To: {to}\r\n\r\nNew: 1\r\n".encode(),
    )  # fmt: skip
    with db.change() as session:
        reports.keep(session, mail, at=AT)
    return number_of(db, month)


def number_of(db: Database, month: str) -> int:
    with db.read() as session:
        found = reports.of(session, "Bakery", month)
    assert found is not None
    return found.id


def report(db: Database, number: int) -> Report:
    with db.read() as session:
        return reports.get(session, number)


def ends(db: Database, number: int, stand: Stand) -> None:
    """A lead lets it go, and that comes of it."""
    with db.change() as session:
        reports.release(session, number, reports.get(session, number).version, by="Lena", at=AT)
        claimed = releases.claim(session, now=AT, lease=timedelta(seconds=60))
        assert claimed is not None
        releases.end(session, claimed, stand, at=AT, reason="" if stand is Stand.SENT else "no answer")


def are_gone(db: Database, *, days: int) -> int:
    now = AT + timedelta(days=days)
    return retention.apply(db, AGE, before=now - timedelta(days=30), now=now)


def breaks_nothing(db: Database) -> bool:
    with db.read() as session:
        verdicts = [examine(session, each, now=AT) for each in INVARIANTS if each.name == "let-go"]
    assert verdicts
    return not any(verdict.count for verdict in verdicts)


def test_what_waits_is_in_doubt_or_is_given_up_is_counted(db: Database) -> None:
    number = is_written(db)
    with db.change() as session:
        assert unsent.standing(session) == unsent.Unsent(0, 0, None)
        reports.release(session, number, 1, by="Lena", at=AT)
    with db.read() as session:
        assert unsent.standing(session) == unsent.Unsent(0, 0, AT)
    with db.change() as session:
        claimed = releases.claim(session, now=AT, lease=timedelta(seconds=60))
        assert claimed is not None
        releases.end(session, claimed, Stand.DOUBTFUL, at=AT, reason="no answer")
    with db.read() as session:
        assert unsent.standing(session) == unsent.Unsent(1, 0, None)

    ends(db, is_written(db, month="2026-10"), Stand.FAILED)
    with db.read() as session:
        assert unsent.standing(session) == unsent.Unsent(1, 1, None)


def test_what_is_let_be_is_counted_no_more_and_may_still_be_sent(db: Database) -> None:
    number = is_written(db)
    ends(db, number, Stand.FAILED)
    with db.change() as session:
        unsent.discard(session, reports.get(session, number), "told by phone", by=JAN)
    with db.read() as session:
        assert unsent.given_up(session) == []
        assert unsent.standing(session) == unsent.Unsent(0, 0, None)
    with db.change() as session, pytest.raises(DeskError, match="already"):
        unsent.discard(session, reports.get(session, number), "again", by=JAN)
    with db.change() as session:
        unsent.replay(session, reports.get(session, number), by=JAN, at=AT)
    assert (report(db, number).stand, report(db, number).is_let_be) == (Stand.RELEASED, False)


@pytest.mark.parametrize("stand", [Stand.SENT, Stand.DOUBTFUL, Stand.ASKED, Stand.DECLINED])
def test_a_month_goes_once_it_is_old_and_nobody_has_to_decide_about_it(db: Database, stand: Stand) -> None:
    number = is_written(db)
    if stand is Stand.DECLINED:
        with db.change() as session:
            reports.decline(session, number, 1, by="Lena", at=AT)
    elif stand is not Stand.ASKED:
        ends(db, number, stand)

    assert are_gone(db, days=29) == 0
    assert are_gone(db, days=31) == (stand is not Stand.DOUBTFUL)

    left = report(db, number)
    assert (left.raw, left.body) == ((b"", "") if stand is not Stand.DOUBTFUL else (left.raw, "New: 1"))
    assert (left.client, left.month, left.address) == ("Bakery", "2026-11", BOSS)
    assert left.stand is (Stand.DECLINED if stand is Stand.ASKED else stand)
    assert breaks_nothing(db)
    assert are_gone(db, days=32) == 0


def test_what_is_let_be_goes_too_and_then_nobody_can_send_it(db: Database) -> None:
    number = is_written(db)
    ends(db, number, Stand.RETURNED)
    with db.change() as session:
        unsent.discard(session, reports.get(session, number), "told by phone", by=JAN)
    assert are_gone(db, days=31) == 1
    with db.change() as session, pytest.raises(DeskError, match="not kept"):
        unsent.replay(session, reports.get(session, number), by=JAN, at=AT)
    with db.change() as session, pytest.raises(DeskError):
        reports.release(session, number, reports.get(session, number).version, by="Lena", at=AT)


def test_whoever_it_goes_to_gets_it_with_all_else_that_is_held_of_them(db: Database) -> None:
    number = is_written(db)
    is_written(db, month="2026-10", to="other@bakery.example")
    with db.read() as session:
        found = erasing.find(session, BOSS)
        assert found.is_anything
        assert [row["month"] for row in holdings.holdings(session, found)["reports"]] == ["2026-11"]
        [(name, raw)] = holdings.raw_mails(session, found)
    assert (name, raw) == (f"report-{number}.eml", b"To: boss@bakery.example\r\n\r\nNew: 1\r\n")


def test_one_that_nobody_decided_about_is_turned_down_by_an_erasure(db: Database) -> None:
    number = is_written(db)
    with db.change() as session:
        reports.unname(session, Person(BOSS, (), "erased-1"), now=AT)
    left = report(db, number)
    assert (left.stand, left.raw, BOSS in left.address) == (Stand.DECLINED, b"", False)
    assert breaks_nothing(db)
