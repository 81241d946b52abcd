"""The desk mails itself once in a while, knows what comes home, and says so when nothing does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from mail import canary
from mail.canary import Canary
from mail.smtp import Server
from store.database import Database
from store.points import Point
from tests.dying import dying_at
from tests.mail.test_sending_smtp import Postbox, mail_server

TEN = datetime(2026, 11, 30, 10, tzinfo=UTC)
SECRET = "seal" * 8


@dataclass
class World:
    """A mail server that takes everything, and a clock."""

    db: Database
    port: int
    postbox: Postbox
    now: datetime = TEN
    slack: str = ""
    birds: list[Canary] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bird = self.another()

    def another(self) -> Canary:
        """One more process of the same desk."""
        server = Server(host="127.0.0.1", port=self.port, hello="desk.example")
        return Canary(
            self.db, server, "Desk", "help@desk.example", SECRET,
            slack=lambda: self.slack, every=timedelta(hours=1), clock=lambda: self.now,
        )  # fmt: skip

    def look(self, *, minutes: float = 0) -> str:
        """Let time pass, and look; what is wrong then."""
        self.now += timedelta(minutes=minutes)
        self.bird.look()
        return self.bird.trouble()

    @property
    def sent(self) -> list[str]:
        """What the desk's own header says in each mail that left."""
        mails = [message_from_bytes(raw, policy=policy.default) for _, _, raw in self.postbox.mails]
        assert {str(mail["To"]) for mail in mails} <= {"Desk <help@desk.example>"}
        return [str(mail[canary.HEADER]) for mail in mails]

    def comes_home(self, header: str, *, secret: str = SECRET) -> bool:
        with self.db.change() as session:
            return canary.came_home(session, header, secret=secret, now=self.now)


@pytest.fixture
def world(db: Database) -> Iterator[World]:
    with mail_server() as (port, postbox):
        yield World(db, port, postbox)


@pytest.mark.both_engines
def test_one_leaves_each_hour_whatever_restarts_and_however_many_processes_there_are(world: World) -> None:
    assert world.look() == ""
    assert len(world.sent) == 1
    world.bird = world.another()
    world.comes_home(world.sent[0])
    assert world.look(minutes=1) == world.look(minutes=58) == ""
    assert len(world.sent) == 1
    world.look(minutes=1)
    assert len(world.sent) == 2


def test_what_does_not_come_home_is_told_and_sent_again_until_one_does(world: World) -> None:
    world.look()
    assert world.look(minutes=14) == ""
    late = world.look(minutes=1)
    assert late == "The test mail that the desk sent to itself at 10:00 UTC has not come back"
    assert (world.bird.closed_because, world.bird.closed_since) == (late, TEN)
    assert len(world.sent) == 2
    with world.db.read() as session:
        assert canary.figures(session, world.now)["canary_late"] == 1
    world.now += timedelta(minutes=2)
    assert world.comes_home(world.sent[1])
    assert world.look() == ""
    assert (world.bird.closed_because, world.bird.open_since) == ("", world.now)
    with world.db.read() as session:
        figures = canary.figures(session, world.now)
    left = (TEN + timedelta(minutes=15)).timestamp()
    assert figures == {"canary_last_home_timestamp": left, "canary_seconds": 120, "canary_late": 0}


@pytest.mark.both_engines
@pytest.mark.parametrize("point", [Point.CANARY_TAKEN, Point.SMTP_WRITTEN])
def test_one_that_never_left_because_the_desk_died_is_no_alarm(world: World, point: Point) -> None:
    with dying_at(point):
        world.look()
    assert world.look(minutes=1) == ""
    assert world.sent == []
    assert world.look(minutes=1) == ""
    [sent] = world.sent
    assert world.comes_home(sent)
    assert world.look() == world.look(minutes=20) == ""
    assert len(world.sent) == 1


@pytest.mark.both_engines
def test_one_that_left_before_the_desk_died_comes_home_like_any(world: World) -> None:
    with dying_at(Point.SMTP_TAKEN):
        world.look()
    assert world.comes_home(world.sent[0])
    assert world.look(minutes=1) == world.look(minutes=20) == ""
    assert len(world.sent) == 1


@pytest.mark.both_engines
def test_a_desk_that_dies_over_each_of_them_tells_that_none_comes_home(world: World) -> None:
    with dying_at(Point.CANARY_TAKEN):
        world.look()
    for _ in range(2):
        with dying_at(Point.CANARY_TAKEN):
            world.look(minutes=5)
    assert world.look(minutes=4) == ""
    assert "has not come back" in world.look(minutes=1)


def test_home_is_only_who_finds_slack_there_too(world: World) -> None:
    world.look()
    world.comes_home(world.sent[0])
    world.slack = "Slack says token_revoked"
    assert world.look(minutes=1) == ""
    trouble = world.look(minutes=15)
    assert trouble.endswith("10:00 UTC came back, but Slack does not answer: Slack says token_revoked")
    world.slack = ""
    assert world.look(minutes=1) == ""


def test_a_server_that_takes_nothing_is_named(world: World) -> None:
    world.port = 9
    world.bird = world.another()
    world.look()
    assert "cannot be reached" in world.look(minutes=16)


@pytest.mark.parametrize(
    "header", ["", "2026-11-30T10:00:00+00:00", "2026-11-30T10:00:00+00:00 " + "0" * 32, "é é"]
)
def test_nobody_can_make_one_come_home(world: World, header: str) -> None:
    world.look()
    assert not world.comes_home(header)
    assert not world.comes_home(canary.sealed(TEN, "another"))
    assert not world.comes_home(canary.sealed(TEN, ""), secret="")
    assert canary.known(world.db).home == ""
