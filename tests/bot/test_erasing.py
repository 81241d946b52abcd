"""Of somebody who was erased nothing is left: not in the database, its files, the log, nor in Slack."""

import json
import logging
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.pace import Pace
from bot.wiping import SAID, Wiper
from bot.wire import Wire
from desk.actor import Actor
from desk.ticket import Ticket
from mail.reading import InboundEmail
from mail.reading import read as read_mail
from mail.showable import Rules, shown
from store import chain, columns, erasing, inbox, receipts, remains, tables, tickets, trail
from store.database import Database
from store.emails import Direction, Email
from store.emails import keep as keep_mail
from store.erasing import Deed
from store.scrubbing import scrub
from store.traces import StillUnderWay
from tests.bot.desk_at_work import Desk

pytestmark = pytest.mark.both_engines

MARKS = ("zoe.quist@oddmill.example", "Zoe Quistgaard", "Xylograph", "Qwerzeichen", "blvrt")
"""Her address, her name, and words of a subject, of a mail and of an attachment."""

OPERATOR = Actor.operator("olga")
ALICE = Actor.agent("U0ALICE", "Alice")


def her_ticket(desk: Desk) -> int:
    """One that Zoe opened with a mail and a file; an agent answered, noted and logged work on it."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = f"{MARKS[1]} <{MARKS[0]}>", f"{MARKS[2]} is broken"
    mail.set_content(f"The {MARKS[3]} does not print.")
    mail.add_attachment(b"blvrt " * 9, maintype="application", subtype="octet-stream", filename="blvrt.bin")
    read = read_mail(mail.as_bytes())
    assert isinstance(read, InboundEmail)
    at, zoe = desk.time.now(), Actor.customer(MARKS[0], MARKS[1])
    with desk.db.change() as session:
        kept = inbox.keep(session, inbox.Arrival(source="test", raw=mail.as_bytes(), at=at))
        files = shown(read.attachments, Rules())
        opened = Ticket.open(
            by=zoe, at=at, subject=f"{MARKS[2]} is broken", text=f"The {MARKS[3]} does not print.",
            detail={"inbox": kept, "files": files}, confirm=False,
        )  # fmt: skip
        number = tickets.add(session, opened).number
        assert kept is not None
        inbox.dealt_with(session, kept, inbox.State.DONE, ticket=number, remark=f"opened for {MARKS[0]}")
        email = Email(
            ticket=number, direction=Direction.IN, message_id=f"<1.{MARKS[0]}>", address=MARKS[0],
            subject=f"{MARKS[2]} is broken", body=f"The {MARKS[3]} does not print.", at=at, inbox=kept,
        )  # fmt: skip
        keep_mail(session, email)
    desk.change(number, lambda ticket: ticket.take(by=ALICE, at=at))
    desk.change(number, lambda ticket: ticket.pass_on(f"{MARKS[1]} called: {MARKS[3]}", by=ALICE, at=at))
    return number


def told(desk: Desk) -> str:
    """Everything that stands in Slack."""
    return json.dumps([desk.slack.state(), list(map(str, desk.slack.homes.values()))], ensure_ascii=False)


def kept(db: Database) -> str:
    """Every byte that the database holds: the files of SQLite, else every row of every table."""
    if db.is_sqlite:
        file = Path(str(db.engine.url.database))
        return "".join(each.read_bytes().decode("latin-1") for each in file.parent.glob(f"{file.name}*"))
    with db.read() as session:
        rows = [
            str([bytes(each) if isinstance(each, memoryview) else each for each in row])
            for table in tables.metadata.sorted_tables
            for row in session.execute(text(f"SELECT * FROM {table.name}"))  # noqa: S608
        ]
    return "\n".join(rows)


def deliver_all(desk: Desk) -> None:
    for _ in range(3):
        desk.deliver()
        desk.deliver_files()


def wipe(desk: Desk) -> None:
    wire = Wire(desk.write, desk.read, Pace(clock=desk.time.now, sleep=desk.time.sleep))
    Wiper(desk.db, wire, desk.write, desk.time.now).wipe_due()
    desk.slack.line.rest()


def erased(desk: Desk, what: str) -> Deed:
    deed = Deed(what, OPERATOR, desk.time.now(), leads_channel="C0LEADS")
    with desk.db.read() as session:
        found = erasing.find(session, MARKS[0].upper())
    list(erasing.erase(desk.db, found, deed))
    assert scrub(desk.db) == ""
    return deed


def exports(desk: Desk) -> list[str]:
    """The tickets that lie in Slack as a file."""
    return [file["name"] for file in desk.slack.state()["files"] if file["name"].endswith(".zip")]


def hits(where: str) -> list[str]:
    return [mark for mark in MARKS if mark.lower() in where.lower()]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("many", [50, pytest.param(1_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("what", ["forget", "delete"])
def test_of_one_customer_among_many_nothing_is_left(
    desk: Desk, what: str, many: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with desk.db.change() as session:
        others = [
            desk.a_ticket_in(session, subject=f"Oven {place}", confirm=False) for place in range(many - 1)
        ]
    number = her_ticket(desk)
    desk.change(others[0], lambda ticket: ticket.note(f"Ask {MARKS[0]}.", by=ALICE, at=desk.time.now()))
    deliver_all(desk)
    for exported in (number, others[0]):
        desk.ask(f"export {exported}")
    deliver_all(desk)
    assert len(exports(desk)) == 2
    with desk.db.change() as session:
        while chain.grow(session):
            pass
        anchor = chain.head(session)
    assert set(hits(kept(desk.db))) == set(MARKS)  # else the search proves nothing
    assert {MARKS[1], MARKS[2], MARKS[3], MARKS[4]} <= set(hits(told(desk)))
    words = [record.getMessage() for record in caplog.records if "slack_sdk" not in record.name]
    assert hits("\n".join(words)) == []

    deed = erased(desk, what)
    wipe(desk)
    deliver_all(desk)

    assert hits(kept(desk.db)) == []
    assert hits(told(desk)) == []
    assert exports(desk) == []
    with desk.db.read() as session:
        assert trail.look(session, [anchor]).places == ()
        receipt = receipts.of(session, deed.name)
        assert remains.count(session) == 0
        known = tickets.some(session, [number, *others])
    assert receipt is not None
    assert receipt.counts["tickets"] == 1
    assert hits(str(receipt)) == []
    assert len(known) == many - (what == "delete")
    if what == "forget":
        forgotten = desk.ticket(number)
        assert [event.kind.value for event in forgotten.history][-1] == "erased"
        assert forgotten.is_forgotten
    else:
        assert SAID in told(desk)


def test_what_a_running_process_knows_by_heart_is_forgotten_too(desk: Desk) -> None:
    number = her_ticket(desk)
    before = desk.ticket(number)
    other = Database(desk.db.engine.url.render_as_string(hide_password=False))
    with other.change() as session:
        person = erasing.find(session, MARKS[0]).person
        erasing.forget_ticket(session, number, person, Deed("forget", OPERATOR, desk.time.now()))
    other.close()
    assert hits(before.history[0].text)
    after = desk.ticket(number)
    assert hits("".join(event.text + event.by.name for event in after.history) + after.subject) == []
    assert [event.at for event in after.history][: len(before.history)] == [
        event.at for event in before.history
    ]


def test_what_is_just_being_sent_is_waited_for(desk: Desk) -> None:
    number = her_ticket(desk)
    until = "lease_until = :later, state = 'sending'"
    later = columns.Moment().process_bind_param(desk.time.now().replace(year=2027), desk.db.engine.dialect)
    with desk.db.change() as session:
        session.execute(text(f"UPDATE outbox SET {until} WHERE ticket = :n"), {"later": later, "n": number})  # noqa: S608
    with pytest.raises(StillUnderWay):
        erased(desk, "forget")
    assert hits(desk.ticket(number).subject)
