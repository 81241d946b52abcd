"""An erasure that is killed anywhere is ended by typing it again: nothing is left, nothing counted twice."""

import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from store import receipts, remains, schema, tables, trail
from store.database import Database
from tests.bot.desk_at_work import Desk
from tests.bot.killed import erase
from tests.bot.test_erasing import ALICE, MARKS, deliver_all, her_ticket, hits, kept, told, wipe
from tests.sound import assert_sound

pytestmark = pytest.mark.both_engines

OTHERS = 3
Copies = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def database_url(empty_url: str) -> str:
    """One that nobody else has open, so that it can be copied."""
    with closing(Database(empty_url)) as db:
        schema.upgrade(db)
    return empty_url


@pytest.fixture
def numbers(desk: Desk) -> list[int]:
    """Two tickets of hers; then those of others, the first of which names her."""
    hers = [her_ticket(desk), her_ticket(desk)]
    others = [desk.a_ticket(subject=f"Oven {place}", confirm=False) for place in range(OTHERS)]
    desk.change(others[0], lambda ticket: ticket.note(f"Ask {MARKS[0]}.", by=ALICE, at=desk.time.now()))
    deliver_all(desk)
    desk.ask(f"export {others[0]}")
    deliver_all(desk)
    return hers + others


@pytest.fixture
def copies(desk: Desk, numbers: list[int], tmp_path: Path, request: pytest.FixtureRequest) -> Copies:
    """Makes databases in which she is still known."""
    assert set(hits(kept(desk.db))) == set(MARKS)  # else the search proves nothing
    desk.db.close()
    url = make_url(desk.db.engine.url)
    if not desk.db.is_sqlite:
        new = request.getfixturevalue("new_postgresql")
        return lambda: new(str(url.database))

    @contextmanager
    def copied() -> Iterator[str]:
        file = tmp_path / "copy" / "helpdesk.sqlite3"
        file.parent.mkdir()
        shutil.copy(str(url.database), file)
        yield f"sqlite:///{file}"
        shutil.rmtree(file.parent)

    return copied


def assert_whole(url: str, what: str, numbers: list[int]) -> None:
    """Nothing of her is left, and each ticket is on one receipt."""
    with closing(Database(url)) as db:
        assert hits(kept(db)) == []
        with db.read() as session:
            kept_receipts = receipts.every(session)
            assert trail.look(session, []).places == ()
            owed = remains.count(session)
    counts = Counter[str]()
    for each in kept_receipts:
        counts.update(each.counts)
    assert (counts["tickets"], counts["tickets_of_others"]) == (2, 1)
    removed = [number for each in kept_receipts for number in each.removed]
    assert removed == (numbers[:2] if what == "delete" else [])
    assert owed > 0, "what stands in Slack is owed to the desk that runs"
    assert_sound(url)


@pytest.mark.parametrize("what", ["forget", "delete"])
def test_one_that_is_killed_halfway_beside_a_desk_that_goes_on_is_ended_by_typing_it_again(
    desk: Desk, numbers: list[int], what: str
) -> None:
    url, at = desk.db.engine.url.render_as_string(hide_password=False), desk.time.now()
    killed = 0
    while (known := [number for number in numbers[:2] if is_known(desk, number)]) == numbers[:2]:
        killed += 30
        assert erase(url, MARKS[0], what, at, killed).status == -signal.SIGKILL
    assert known == numbers[1:2], "it died between the two"
    wipe(desk)
    deliver_all(desk)

    assert erase(url, MARKS[0], what, at).status == 0
    wipe(desk)
    deliver_all(desk)

    assert hits(told(desk)) == []
    with desk.db.read() as session:
        assert remains.count(session) == 0
        assert trail.look(session, []).places == ()
    assert hits(kept(desk.db)) == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("what", ["forget", "delete"])
def test_one_that_is_killed_before_or_after_any_commit_is_ended_by_typing_it_again(
    desk: Desk, copies: Copies, numbers: list[int], what: str
) -> None:
    """And before each statement that rewrites the file, which begin behind the last commit but one."""
    with copies() as url:
        whole = erase(url, MARKS[0], what, desk.time.now())
        assert_whole(url, what, numbers)
    around = {step for commit in whole.commits for step in (commit, commit + 1)}
    rewriting = range(whole.commits[-2], whole.steps + 1)
    deaths = sorted(around.union(rewriting) - {whole.steps + 1})
    for dies_at in deaths:
        assert_ended(copies, what, numbers, desk, dies_at)
    print(f"\n{what}: {len(whole.commits)} commits, killed {len(deaths)} times")


def assert_ended(copies: Copies, what: str, numbers: list[int], desk: Desk, dies_at: int) -> None:
    """Where all was done but saying so, the second time knows nobody of that address."""
    with copies() as url:
        assert erase(url, MARKS[0], what, desk.time.now(), dies_at).status == -signal.SIGKILL
        status = erase(url, MARKS[0], what, desk.time.now()).status
        assert status in (0, 1), f"killed before statement {dies_at}"
        assert_whole(url, what, numbers)


def is_known(desk: Desk, number: int) -> bool:
    """Whether the ticket is there and says whose it is."""
    query = select(tables.tickets.c.customer).where(tables.tickets.c.number == number)
    with desk.db.read() as session:
        return bool(session.scalar(query) == MARKS[0])
