"""The digest: who gets it, what is in it, and that nobody gets two."""

import json
from datetime import time
from threading import Barrier, Thread

import pytest

from bot.digest import Digests
from bot.wire import Wire
from desk.actor import Actor
from desk.priority import Priority
from store import absences
from store.absences import Absence

ALICE, BOB = Actor.agent("U0ALICE", "Alice"), Actor.agent("U0BOB", "Bob")


@pytest.fixture
def digests(desk):
    return Digests(desk.house, Wire(desk.write, desk.read, desk.pace), time(16, 30))


def got(desk, who="U0ALICE"):
    """What that person reads from the desk in their own conversation with it."""
    direct = next((one for one in desk.slack.state()["channels"] if one.get("im") == who), None)
    return [json.dumps(each, ensure_ascii=False) for each in direct["messages"]] if direct else []


def named(number):
    return f'"HD-{number}"'


def taken(desk, by=ALICE, **facts):
    number = desk.a_ticket(**facts)
    desk.change(number, lambda ticket: ticket.take(by=by, at=desk.time.now()))
    return number


def test_at_half_past_four_each_reads_what_is_theirs_and_nobodys_and_no_more(desk, digests, at):
    mine, bobs = taken(desk, priority=Priority.URGENT), taken(desk, BOB, priority=Priority.URGENT)
    free, later = desk.a_ticket(priority=Priority.HIGH), desk.a_ticket(priority=Priority.MEDIUM)
    desk.time.at = at("mon 16:29")
    assert digests.send_due() == 0
    desk.time.at = at("mon 16:30")
    assert digests.send_due() == 3
    [words] = got(desk)
    assert "*2 tickets of yours or of nobody: due before Tue 1 Dec 12:00*" in words
    assert words.index(named(mine)) < words.index(named(free))
    assert named(bobs) not in words
    assert named(later) not in words
    assert digests.send_due() == 0
    assert [len(got(desk, who)) for who in ("U0ALICE", "U0BOB", "U0LENA", "U0NORA")] == [1, 1, 1, 0]


def test_where_there_is_nothing_nothing_is_said(desk, digests, at):
    taken(desk, BOB, priority=Priority.URGENT)
    desk.time.at = at("mon 16:30")
    assert digests.send_due() == 1
    assert (len(got(desk)), len(got(desk, "U0BOB"))) == (0, 1)


@pytest.mark.parametrize(
    ("moment", "sent"), [("mon 17:29", 3), ("mon 17:30", 0), ("sat 16:30", 0), ("fri 16:45", 3)]
)
def test_late_by_an_hour_or_on_a_closed_day_none_is_sent(desk, digests, at, moment, sent):
    desk.a_ticket(priority=Priority.URGENT)
    desk.time.at = at(moment)
    assert digests.send_due() == sent


def test_who_is_away_gets_none(desk, digests, at):
    desk.a_ticket(priority=Priority.URGENT)
    with desk.db.change() as session:
        absences.keep(session, Absence("U0ALICE", "Alice", at("wed 09:00")))
        absences.keep(session, Absence("U0BOB", "Bob", at("mon 16:00")))
    desk.time.at = at("mon 16:30")
    assert digests.send_due() == 2
    assert (len(got(desk)), len(got(desk, "U0BOB"))) == (0, 1)


@pytest.mark.both_engines
def test_several_that_look_at_once_send_one_to_each(desk, digests, at):
    desk.a_ticket(priority=Priority.URGENT)
    desk.time.at = at("mon 16:30")
    together = Barrier(3)

    def look():
        together.wait(30)
        digests.send_due()

    threads = [Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [len(got(desk, who)) for who in ("U0ALICE", "U0BOB", "U0LENA")] == [1, 1, 1]


def test_what_slack_refused_is_sent_at_the_next_look(desk, digests, slack, at):
    desk.a_ticket(priority=Priority.URGENT)
    desk.time.at = at("mon 16:30")
    slack.fault("chat.postMessage", error="ratelimited")
    assert digests.send_due() == 2
    assert digests.send_due() == 1
    assert [len(got(desk, who)) for who in ("U0ALICE", "U0BOB", "U0LENA")] == [1, 1, 1]


def test_what_may_have_arrived_is_not_sent_again(desk, digests, slack, at):
    desk.a_ticket(priority=Priority.URGENT)
    desk.time.at = at("mon 16:30")
    slack.fault("chat.postMessage", drop="after")
    digests.send_due()
    digests.send_due()
    assert [len(got(desk, who)) for who in ("U0ALICE", "U0BOB", "U0LENA")] == [1, 1, 1]
