"""When nothing reaches Slack the leads hear of it by mail: once, and once when it is over."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from mail.outages import Outages
from mail.smtp import Server
from store import keepsakes, points
from store.database import Database
from store.points import Point
from tests.dying import dying_at
from tests.mail.test_sending_smtp import Postbox, mail_server

TEN = datetime(2026, 11, 30, 10, tzinfo=UTC)
LEADS = ("lena@desk.example", "lars@desk.example")
ARCHIVED = "Slack says is_archived: unarchive the channel, or name another one in the settings"


@dataclass
class World:
    """The way to Slack, a clock, and the leads' mailboxes."""

    db: Database
    port: int
    postbox: Postbox
    now: datetime = TEN
    closed_because: str = ""
    closed_since: datetime | None = None
    open_since: datetime | None = None
    to: tuple[str, ...] = field(default=LEADS)

    def look(self, *, minutes: float = 0, port: int | None = None) -> list[tuple[str, str]]:
        """Let time pass and a newly started desk look; who has been mailed what until then."""
        self.now += timedelta(minutes=minutes)
        server = Server(host="127.0.0.1", port=port or self.port, hello="desk.example")
        Outages(
            self.db,
            self,
            server,
            name="Desk",
            address="help@desk.example",
            to=self.to,
            clock=lambda: self.now,
        ).look()
        return self.mailed

    @property
    def in_doubt(self) -> list[bool]:
        """Of each mail, whether it says that there may have been one before."""
        mails = [message_from_bytes(raw, policy=policy.default) for _, _, raw in self.postbox.mails]
        return [mail.get_content().startswith("You may have this mail already") for mail in mails]

    @property
    def mailed(self) -> list[tuple[str, str]]:
        mails = [message_from_bytes(raw, policy=policy.default) for _, _, raw in self.postbox.mails]
        return [(str(mail["To"]), str(mail["Subject"])) for mail in mails]

    def close(self) -> None:
        self.closed_because, self.closed_since, self.open_since = ARCHIVED, self.now, None

    def open(self) -> None:
        self.closed_because, self.closed_since, self.open_since = "", None, self.now


@pytest.fixture
def world(db: Database) -> Iterator[World]:
    with mail_server() as (port, postbox):
        yield World(db, port, postbox)


BAD = [(lead, "The helpdesk cannot reach Slack") for lead in LEADS]
GOOD = [(lead, "The helpdesk reaches Slack again") for lead in LEADS]


def test_each_lead_is_mailed_once_after_ten_minutes_and_once_when_it_is_over(world: World) -> None:
    world.close()
    assert world.look() == world.look(minutes=9) == []
    assert world.look(minutes=1) == world.look(minutes=60) == BAD
    world.open()
    assert world.look() == BAD
    assert world.look(minutes=1) == world.look(minutes=30) == BAD + GOOD
    first = message_from_bytes(world.postbox.mails[0][2], policy=policy.default)
    assert first["Auto-Submitted"] == "auto-generated"
    said = first.get_content()
    assert "Since 2026-11-30 10:00 UTC" in said
    assert ARCHIVED in said


def test_what_is_over_within_ten_minutes_is_told_to_nobody(world: World) -> None:
    world.close()
    world.look(minutes=9)
    world.open()
    assert world.look(minutes=5) == []
    world.close()
    assert world.look(minutes=9) == []


def test_a_second_outage_is_told_as_the_first_was(world: World) -> None:
    for _ in range(2):
        world.close()
        world.look()
        world.look(minutes=10)
        world.open()
        world.look(minutes=2)
    assert world.mailed == (BAD + GOOD) * 2


def test_a_road_that_is_open_for_a_moment_is_no_end_of_it(world: World) -> None:
    world.close()
    world.look()
    world.look(minutes=11)
    world.open()
    world.look(minutes=0.5)
    world.close()
    assert world.look(minutes=60) == BAD


def test_a_mail_server_that_is_away_is_asked_again_and_nobody_is_mailed_twice(world: World) -> None:
    world.close()
    world.look()
    assert world.look(minutes=11, port=9) == []
    assert world.look(minutes=1) == world.look(minutes=1) == BAD


@pytest.mark.both_engines
def test_of_two_processes_one_that_reaches_slack_does_not_end_what_the_other_suffers(world: World) -> None:
    # given one process that cannot reach Slack, and one that can
    other = World(world.db, world.port, world.postbox)
    other.open()
    world.close()
    for _ in range(40):
        world.look(minutes=0.25)
        other.now = world.now
        other.look(minutes=0.25)
        world.now = other.now
    assert world.mailed == BAD

    # and it is over when both do
    world.open()
    for each in (world, other, world):
        each.look(minutes=2)
    assert world.mailed == BAD + GOOD


@pytest.mark.both_engines
def test_two_processes_that_look_at_the_same_moment_mail_each_lead_once(world: World) -> None:
    other = World(world.db, world.port, world.postbox)
    world.close()
    other.close()
    world.look()
    other.now = TEN + timedelta(minutes=11)

    def meanwhile(point: Point) -> None:  # while the first mail leaves
        if point is Point.SMTP_OPEN:
            points.watch(None)
            other.look()

    points.watch(meanwhile)
    try:
        world.look(minutes=11)
    finally:
        points.watch(None)
    assert sorted(world.mailed) == sorted(BAD)


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("point", "left"),
    [(Point.ALARM_TAKEN, 0), (Point.SMTP_WRITTEN, 0), (Point.SMTP_TAKEN, 1), (Point.ALARM_SENT, 1)],
)
def test_a_mail_over_which_the_desk_died_comes_once_more_and_says_so(
    world: World, point: Point, left: int
) -> None:
    world.to = LEADS[:1]
    world.close()
    world.look()
    with dying_at(point):
        world.look(minutes=10)
    assert world.look(minutes=1) == BAD[:left]  # as far as anybody knows another process is at it
    assert world.look(minutes=1) == world.look(minutes=30) == BAD[:left] + BAD[:1]
    assert world.in_doubt == [False] * left + [True]
    world.open()
    with dying_at(point):
        world.look(minutes=2)
    for _ in range(3):
        world.look(minutes=2)
    assert [each for each in world.mailed if each not in BAD] == GOOD[:1] * (left + 1)
    with world.db.read() as session:
        assert not keepsakes.get(session, "outage of slack")


def test_a_mail_whose_answer_was_lost_comes_once_more_and_no_more(world: World) -> None:
    world.to = LEADS[:1]
    world.close()
    world.look()
    world.postbox.answer = "150 hm"  # says nothing of whether it has it
    for _ in range(4):
        world.look(minutes=10)
    assert world.in_doubt == [False, True]


def test_who_may_have_heard_that_it_began_hears_that_it_is_over(world: World) -> None:
    world.to = LEADS[:1]
    world.close()
    world.look()
    with dying_at(Point.SMTP_TAKEN):
        world.look(minutes=10)
    world.open()
    world.look(minutes=1)
    assert world.mailed == BAD[:1] + GOOD[:1]


def test_where_nobody_is_named_nobody_is_mailed(world: World) -> None:
    world.to = ()
    world.close()
    assert world.look(minutes=60) == []
