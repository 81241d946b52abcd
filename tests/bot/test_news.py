"""What is told once and is about no ticket, by a desk that dies over it: never lost, never twice."""

import json
from datetime import UTC, time, timedelta

import pytest

from bot import blocks
from bot.anchoring import Anchors
from bot.blocks import Post
from bot.digest import Digests
from bot.news import News, Once
from bot.weekly import Weeks
from bot.wire import Wire
from desk.actor import Actor
from desk.priority import Priority
from store import chain, told
from store.points import Point
from tests.bot.strict_slack import LEADS
from tests.dying import dying_at

pytestmark = pytest.mark.both_engines

BOB = Actor.agent("U0BOB", "Bob")
WEEK = timedelta(days=7)
PEOPLE = ("U0ALICE", "U0BOB", "U0LENA")
AROUND_THE_CALL = (Point.NEWS_TAKEN, Point.SLACK_POSTING, Point.SLACK_POSTED, Point.NEWS_TOLD)


@pytest.fixture
def wire(desk):
    return Wire(desk.write, desk.read, desk.pace)


@pytest.fixture
def weeks(desk, wire, at):
    desk.a_ticket()
    desk.time.at = at("mon 09:00") + WEEK
    return Weeks(desk.house, wire, lambda name: LEADS)


@pytest.fixture
def digests(desk, wire, at):
    desk.a_ticket(priority=Priority.URGENT)
    desk.time.at = at("mon 16:30")
    return Digests(desk.house, wire, time(16, 30))


@pytest.fixture
def anchors(desk, wire, tmp_path):
    desk.a_ticket()
    grow(desk)
    return Anchors(desk.db, wire, LEADS, tmp_path / "anchors", desk.time.now)


def in_leads(desk):
    channel = next(each for each in desk.slack.state()["channels"] if each["id"] == LEADS)
    return [each["text"] for each in channel["messages"]]


def grow(desk):
    with desk.db.change() as session:
        chain.grow(session)


def end_of(desk):
    with desk.db.read() as session:
        return chain.head(session)


def read_by(desk, who):
    """What the desk wrote to that person: its lists, and the other words."""
    direct = next((one for one in desk.slack.state()["channels"] if one.get("im") == who), None)
    said = [json.dumps(each) for each in direct["messages"]] if direct else []
    lists = [each for each in said if "due before" in each]
    return lists, [each for each in said if each not in lists]


@pytest.mark.parametrize("point", AROUND_THE_CALL)
def test_a_week_over_which_the_desk_died_is_told_once(desk, weeks, point):
    with dying_at(point):
        weeks.tell_due()
    assert weeks.tell_due() == 0  # as far as anybody knows another process is at it
    desk.time.sleep(told.LEASE.total_seconds())
    weeks.tell_due()
    desk.time.sleep(told.LEASE.total_seconds())
    weeks.tell_due()
    assert len(in_leads(desk)) == 1


@pytest.mark.parametrize("point", [*AROUND_THE_CALL, Point.ANCHOR_WRITTEN])
def test_an_anchor_over_which_the_desk_died_is_told_and_written_once(desk, anchors, point):
    with dying_at(point):
        anchors.tell_due()
    for _ in range(2):
        desk.time.sleep(told.LEASE.total_seconds())
        anchors.tell_due()
    assert [text[:9] for text in in_leads(desk)] == ["⚓ Anchor "]
    assert len(anchors.file.read_text().splitlines()) == 1


@pytest.mark.parametrize("point", [*AROUND_THE_CALL, Point.ANCHOR_WRITTEN])
def test_an_anchor_over_which_the_desk_died_as_its_day_ended_is_told_the_day_after(desk, anchors, point):
    # given a desk that dies three minutes before its day is over
    last = desk.time.now().astimezone(UTC).replace(hour=23, minute=57)
    number, desk.time.at = desk.a_ticket(), last
    grow(desk)
    stood = end_of(desk)
    with dying_at(point):
        anchors.tell_due()

    # when it is back, and more has happened, a minute after midnight and the day after that
    for pause in (told.LEASE, timedelta(days=1)):
        desk.time.sleep(pause.total_seconds())
        desk.change(number, lambda ticket: ticket.note("More.", by=BOB, at=desk.time.now()))
        grow(desk)
        anchors.tell_due()
        anchors.tell_due()

    # then that day's anchor says what stood on it, and each day has one, in the file as well
    days = [(last + timedelta(days=n)).date().isoformat() for n in range(3)]
    said = sorted(in_leads(desk))
    assert [text.split(":")[0].split(",")[0] for text in said] == [f"⚓ Anchor of {day}" for day in days]
    assert said[0].endswith(str(stood))
    lines = anchors.file.read_text().splitlines()
    assert [line[:10] for line in sorted(lines)] == days
    assert sorted(lines)[0].endswith(f" {stood}")


def test_an_anchor_that_could_not_be_written_is_written_once_the_file_can_be(desk, anchors):
    anchors.file.mkdir()
    assert anchors.tell_due()
    assert len(in_leads(desk)) == 1
    anchors.file.rmdir()

    for _ in range(2):
        desk.time.sleep(600)
        assert not anchors.tell_due()

    assert len(in_leads(desk)) == 1
    (line,) = anchors.file.read_text().splitlines()
    assert line.startswith(f"{desk.time.now():%Y-%m-%d}")
    with desk.db.read() as session:
        assert line.endswith(str(chain.head(session)))


def test_a_day_on_which_no_desk_ran_has_no_anchor(desk, anchors):
    for _ in range(2):
        anchors.tell_due()
        desk.time.sleep(timedelta(days=3).total_seconds())
    assert len(in_leads(desk)) == 2


@pytest.mark.parametrize("point", AROUND_THE_CALL)
def test_who_may_miss_the_digest_is_told_where_to_look_and_gets_no_second_one(desk, digests, point):
    with dying_at(point):
        digests.send_due()
    for _ in range(3):
        desk.time.sleep(told.LEASE.total_seconds())
        digests.send_due()
    lists, words = zip(*(read_by(desk, who) for who in PEOPLE), strict=True)
    assert sum(map(len, lists)) == (3 if point in AROUND_THE_CALL[2:] else 2)
    assert max(map(len, lists)) == 1
    [doubt] = [said for each in words for said in each]
    assert "may not have reached you" in doubt
    assert "/ticket due" in doubt


def test_an_answer_that_was_lost_is_looked_for(desk, weeks, slack):
    for drop in ("before", "after"):
        slack.fault("chat.postMessage", drop=drop)
        weeks.tell_due()
        desk.time.sleep(told.LEASE.total_seconds())
    weeks.tell_due()
    assert len(in_leads(desk)) == 1


def test_where_slack_refuses_the_second_try_it_is_still_in_doubt(desk, digests, slack):
    slack.fault("chat.postMessage", drop="after")
    digests.send_due()
    desk.time.sleep(told.LEASE.total_seconds())
    slack.fault("chat.postMessage", error="ratelimited")
    digests.send_due()
    digests.send_due()
    lists, words = zip(*(read_by(desk, who) for who in PEOPLE), strict=True)
    assert list(map(len, lists)) == [1, 1, 1]
    assert sum(map(len, words)) == 1


def test_a_process_that_slept_over_it_leaves_it_to_another(desk, wire):
    once, news = Once(desk.db, wire, desk.time.now), News("week::2026-12-07", LEADS)
    words = Post("The week", [blocks.context(blocks.plain("The week"))])

    def slowly():
        desk.time.sleep(told.LEASE.total_seconds() / 2)
        return words

    assert (once.tell(news, slowly), in_leads(desk)) == (False, [])
    assert (once.tell(news, lambda: words), in_leads(desk)) == (True, ["The week"])
