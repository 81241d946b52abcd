"""The desk is lost, an older copy put in its place: the world is told nothing twice, and misses nothing."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlalchemy import func, select, update

import helpdesk
from desk.actor import Actor
from desk.delivery import DeliveryState
from desk.event import Kind
from desk.ticket import Ticket
from sandbox.server import Sandbox
from sandbox.visitor import Visitor, text_of
from store import backup, cards, inbox, outbox, restoring, tables, tickets
from store.cards import Place
from store.database import Database
from tests.journeys.conftest import Desk, world_with_mailboxes
from tests.mailboxes import mailbox_alone

pytestmark = pytest.mark.both_engines

PATIENCE = 60
A_SECOND = timedelta(seconds=1)
CARLA, DIRK, EMMA = "carla@bakery.example", "dirk@transport.example", "emma@post.example"
FRANK = "frank@advice.example"
PHOTO = [("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(200))]


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with world_with_mailboxes() as world:
        yield world


@pytest.fixture
def started(start: Callable[..., Desk], world: Sandbox, database_url: str) -> Callable[..., Desk]:
    """Starts a desk that reads its mailbox, to which a copy of each mail goes too."""

    def run(**more: str) -> Desk:
        return start(
            **mailbox_alone(world),
            HELPDESK_SLACK__SECONDS_BETWEEN_MESSAGES="0",
            **{"HELPDESK_MAIL__JOURNAL__ADDRESS": world.desk_address} | more,
        )

    return run


@pytest.fixture
def elsewhere(tmp_path: Path, visitor: Visitor) -> Callable[[Path], str]:
    """Puts a copy into a database of its own, on SQLite; its address."""

    def put_back(copy: Path) -> str:
        url = f"sqlite:///{tmp_path / 'put-back.sqlite3'}"
        db, at = Database(url), helpdesk.now()
        restoring.restore(db, copy, at=at)
        db.close()
        visitor.wait_until(lambda: helpdesk.now() - at > A_SECOND)  # a mailbox tells no moment finer
        return url

    return put_back


def is_quiet(desk: Desk) -> bool:
    with desk.parts.db.read() as session:
        return not outbox.counts(session) and not inbox.waiting(session)


def mailed(visitor: Visitor) -> Counter[tuple[str, str]]:
    """How often each customer got each subject."""
    return Counter((who, letter["subject"]) for who in (CARLA, DIRK, EMMA) for letter in visitor.inbox(who))


def told(world: Sandbox, visitor: Visitor) -> Counter[str]:
    """Everything in the channel and its threads, in words."""
    slack = WebClient(world.bot_token, base_url=world.api_url)
    said: Counter[str] = Counter()
    for root in visitor.channel("#support"):
        found = slack.conversations_replies(channel=root["channel"], ts=root["ts"], limit=200)
        said.update(str(message.get("text", "")) for message in found["messages"][1:])
        said.update([text_of(root).split("(")[0]])
    return said


def test_a_desk_restored_from_an_older_copy_tells_nobody_anything_twice(
    started: Callable[..., Desk],
    world: Sandbox,
    visitor: Visitor,
    elsewhere: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    # given a desk of which a copy is taken while it works
    desk = started()
    visitor.mail(CARLA, subject="Oven", text="It does not heat.")
    visitor.wait_until(lambda: visitor.inbox(CARLA) and is_quiet(desk), seconds=PATIENCE)
    copy = tmp_path / "copy.gz"
    backup.write(desk.parts.db, copy, at=helpdesk.now())

    # and which goes on: a new ticket with a file, another, and an answer to the old one
    visitor.mail(EMMA, subject="Label printer", text="It prints blanks.", files=PHOTO)
    visitor.wait_until(lambda: visitor.inbox(EMMA), seconds=PATIENCE)
    visitor.mail(DIRK, subject="Scanner", text="It beeps.")
    visitor.reply(visitor.inbox(CARLA)[0], "It heats now and then.")
    card = visitor.wait_until(lambda: visitor.find("#support", "Oven"))
    visitor.wait_until(
        lambda: visitor.inbox(DIRK) and visitor.thread(card) and is_quiet(desk), seconds=PATIENCE
    )
    desk.stop()
    mails, words = mailed(visitor), told(world, visitor)
    assert len(mails) == 3

    # when it is lost, the copy put in its place, and another mail comes
    restored = started(DATABASE_URL=elsewhere(copy))
    visitor.mail(FRANK, subject="One more", text="After the restore.")
    visitor.wait_until(lambda: visitor.find("#support", "One more"), seconds=PATIENCE)
    visitor.wait_until(lambda: visitor.inbox(FRANK) and is_quiet(restored), seconds=PATIENCE)

    # then each customer has what they had, once, and so does the channel; the numbers are what they were
    after_mails, after_words = mailed(visitor), told(world, visitor)
    assert after_mails == mails
    assert {each: times for each, times in after_words.items() if each in words} == words
    assert set(mails.values()) == {1}
    assert len(visitor.channel("#support")) == 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_journal_a_mail_that_may_have_left_is_not_sent_again(
    started: Callable[..., Desk],
    visitor: Visitor,
    elsewhere: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    desk = started(HELPDESK_MAIL__JOURNAL__ADDRESS="")
    copy = tmp_path / "copy.gz"
    backup.write(desk.parts.db, copy, at=helpdesk.now())
    visitor.mail(CARLA, subject="Oven", text="It does not heat.")
    visitor.wait_until(lambda: visitor.inbox(CARLA) and is_quiet(desk), seconds=PATIENCE)
    desk.stop()
    restored = started(HELPDESK_MAIL__JOURNAL__ADDRESS="", DATABASE_URL=elsewhere(copy))
    visitor.mail(DIRK, subject="One more", text="After the restore.")
    visitor.wait_until(lambda: visitor.inbox(DIRK), seconds=PATIENCE)
    visitor.wait_until(lambda: _is_told_of(restored), seconds=PATIENCE)
    assert len(visitor.inbox(CARLA)) == 1
    assert len(visitor.channel("#support")) == 2


def _is_told_of(desk: Desk) -> bool:
    """Whether one mail stands in doubt and nothing else is owed."""
    with desk.parts.db.read() as session:
        return [state.value for _, state in outbox.counts(session)] == ["doubtful"]


OLD, BEFORE, MISSED, AT_ONCE = 10_000, 30, 100, 500
MANY = {"HELPDESK_MAIL__LIMITS__OF_STRANGERS": "1000", "HELPDESK_MAIL__LIMITS__CONFIRMATIONS": "1000"}


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_desk_of_ten_thousand_tickets_restored_from_an_older_copy_tells_nobody_anything_twice(
    started: Callable[..., Desk],
    world: Sandbox,
    visitor: Visitor,
    database_url: str,
    elsewhere: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    """The old ones are closed and in the database alone; the others were mailed, and Slack shows them all."""
    # given a desk with many tickets, of which a copy is taken while it works
    visitor.limits("none")
    fill(database_url)
    desk = started(**MANY)
    customers = [f"customer{number}@many.example" for number in range(BEFORE + MISSED)]
    write(visitor, customers[:BEFORE])
    visitor.wait_until(lambda: holds(desk, OLD + BEFORE) and is_quiet(desk), seconds=600)
    copy = tmp_path / "copy.gz"
    backup.write(desk.parts.db, copy, at=helpdesk.now())

    # and which goes on: many more, and answers to some of before
    write(visitor, customers[BEFORE:])
    boxes = visitor.state()["mailboxes"]
    for customer in customers[: BEFORE // 2]:
        (letter,) = received(boxes, customer)
        visitor.reply(letter, "It is still so.")
    visitor.wait_until(lambda: holds(desk, OLD + len(customers)) and is_quiet(desk), seconds=900)
    visitor.wait_until(lambda: answers(desk) == BEFORE // 2 and is_quiet(desk), seconds=300)
    desk.stop()
    mails, words = everything(visitor)

    # when it is lost, the copy put in its place, and another mail comes
    restored = started(DATABASE_URL=elsewhere(copy), **MANY)
    visitor.mail(FRANK, subject="One more", text="After the restore.")
    visitor.wait_until(lambda: holds(restored, OLD + len(customers) + 1) and is_quiet(restored), seconds=900)

    # then nothing is missing, and nobody was told anything again: all that is new is of that mail
    after_mails, after_words = everything(visitor)
    assert not mails - after_mails
    assert not words - after_words
    assert [who for who, _ in (after_mails - mails).elements()] == [FRANK]
    assert [said.endswith("One more ") for said in (after_words - words).elements()] == [True]
    assert set(mails.values()) == {1}


def fill(url: str) -> None:
    """Tickets of long ago, closed, of which nothing is owed any more."""
    db, at = Database(url), helpdesk.now() - timedelta(days=30)
    sanne = Actor.lead("U0SANNE", "Sanne")
    for first in range(0, OLD, AT_ONCE):
        with db.change() as session:
            for number in range(first, first + AT_ONCE):
                anna = Actor.customer("anna@bakery.example", "Anna")
                ticket = Ticket.open(
                    by=anna, at=at, subject=f"Long ago {number}", text="x", key=f"mail:old-{number}"
                )
                tickets.add(session, ticket)
                ticket.cancel("Twice.", by=sanne, at=at + A_SECOND)
                ticket.close(by=sanne, at=at + 2 * A_SECOND)
    with db.change() as session:
        session.execute(update(tables.outbox).values(state=DeliveryState.DONE))
        for number in range(1, OLD + 1):
            cards.keep(session, number, Place("C0OLD", f"1.{number:06}"), at=at)
    db.close()


def write(visitor: Visitor, customers: list[str]) -> None:
    for customer in customers:
        visitor.mail(customer, subject=f"Oven of {customer}", text="It does not heat.")


def holds(desk: Desk, many: int) -> bool:
    with desk.parts.db.read() as session:
        return session.scalar(select(func.count()).select_from(tables.tickets)) == many


def answers(desk: Desk) -> int:
    with desk.parts.db.read() as session:
        wrote = tables.events.c.kind == Kind.CUSTOMER_WROTE
        return int(session.scalar(select(func.count()).select_from(tables.events).where(wrote)))


def everything(visitor: Visitor) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """How often each customer got each subject, and all that stands in the channel and its threads."""
    state = visitor.state()
    mails = Counter(
        (who, letter["subject"])
        for who in state["mailboxes"]
        if who.endswith("@many.example") or who == FRANK
        for letter in received(state["mailboxes"], who)
    )
    said = Counter(
        name_of(str(message.get("text", "")))
        for channel in state["channels"]
        if channel["name"] == "support"
        for message in channel["messages"]
    )
    return mails, said


def name_of(text: str) -> str:
    """The words of a message; a summary of many tickets counts those it knows of, so its words may change."""
    return "many at once" if "new tickets at once" in text else text.split("(")[0]


def received(boxes: Any, who: str) -> list[Any]:
    return [letter for letter in boxes.get(who, []) if letter["way"] == "in"]
