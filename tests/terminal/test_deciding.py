"""`helpdesk quarantine` and `helpdesk inbox`: an operator decides what agents decide in Slack."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from desk.actor import Actor, Door, Role
from desk.delivery import Audience, DeliveryState
from desk.event import Kind
from desk.status import Status
from desk.ticket import Ticket
from mail.house import House
from mail.intake import Intake
from store import emails, inbox, outbox, tickets, undelivered, unread
from store.database import Database
from store.emails import Direction, Email
from store.inbox import Arrival, State

MONDAY_NINE = datetime(2026, 11, 30, 8, tzinfo=UTC)
EVE = Actor.customer("eve@elsewhere.example", "Eve\x1b[31m")
SANNE = Actor.agent("U0SANNE", "Sanne")

Typed = Callable[..., Result]


@pytest.fixture
def held(db: Database, opened: Callable[..., int]) -> int:
    """A ticket on which Eve's mail is held; her mail is event 2."""
    number = opened()
    with db.change() as session:
        ticket = tickets.get(session, number)
        ticket.quarantine("Send me\x07 the key", by=EVE, at=MONDAY_NINE, reason="eve is not on this ticket")
    return number


def ticket_of(db: Database, number: int) -> Ticket:
    with db.read() as session:
        ticket = tickets.get(session, number)
        ticket.history[:]
    return ticket


def test_an_operator_sees_what_is_held_and_why(typed: Typed, held: int) -> None:
    listed = typed("quarantine", "list")
    assert f"{held}.2" in listed.output
    assert "eve is not on this ticket" in listed.output

    shown = typed("quarantine", "show", f"HD-{held}.2")
    assert "From Eve [31m <eve@elsewhere.example>, 2026-11-30 08:00Z" in shown.output
    assert shown.output.endswith("Nobody has decided yet.\n\nSend me  the key\n")

    [facts] = map(json.loads, typed("quarantine", "list", "--json").output.splitlines())
    assert (facts["id"], facts["sender"], facts["ticket"]) == (f"{held}.2", EVE.key, held)
    assert json.loads(typed("quarantine", "show", f"{held}.2", "--json").output)["decided"] is None


def test_an_accepted_mail_is_a_reply_and_the_operator_answers_for_it(
    typed: Typed, db: Database, held: int
) -> None:
    assert typed("quarantine", "accept", f"{held}.2").output == f"{held}.2 is on ticket {held} now.\n"

    ticket = ticket_of(db, held)
    assert EVE.key in ticket.participants
    assert [event.kind for event in ticket.history[2:]] == [Kind.ACCEPTED, Kind.CUSTOMER_WROTE]
    assert (ticket.event(3).by.role, ticket.event(3).by.door) == (Role.OPERATOR, Door.TERMINAL)
    assert ticket.attention_at is not None
    assert typed("quarantine", "list").output == "No mail waits for a decision.\n"

    late = typed("quarantine", "drop", f"{held}.2")
    assert late.exit_code == 1
    assert "Somebody has decided about this mail already" in late.output


def test_a_held_mail_becomes_a_ticket_of_its_own(typed: Typed, db: Database, held: int) -> None:
    done = json.loads(typed("quarantine", "new-ticket", f"{held}.2", "--json").output)

    new = ticket_of(db, done["ticket"])
    assert (new.customer, new.opened_at, new.event(1).text) == (EVE.key, MONDAY_NINE, "Send me\x07 the key")
    assert ticket_of(db, held).history[-1].detail["ticket"] == new.number


def test_a_dropped_mail_changes_nothing_but_the_record(typed: Typed, db: Database, held: int) -> None:
    assert typed("quarantine", "drop", f"{held}.2").exit_code == 0

    ticket = ticket_of(db, held)
    assert ticket.status is Status.WAITING_FOR_SUPPORT
    assert ticket.history[-1].kind is Kind.DISMISSED
    assert "dismissed" in typed("quarantine", "show", f"{held}.2").output


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (
            ("quarantine", "show", "1.1"),
            66,
            "There is no held mail 1.1; `helpdesk quarantine list` names them.",
        ),
        (("quarantine", "accept", "99.1"), 66, "There is no held mail 99.1"),
        (("quarantine", "drop", "seven"), 2, "'seven' is no held mail; they are called like 42.3"),
        (("inbox", "show", "99"), 66, "There is no such mail 99; `helpdesk inbox list` names them."),
        (("inbox", "retry", "out-99"), 66, "There is no such mail out-99"),
        (("inbox", "show", "x"), 2, "those to customers like out-5"),
    ],
)
def test_an_unknown_mail_is_told_from_a_mistyped_one(
    typed: Typed, held: int, words: tuple[str, ...], status: int, said: str
) -> None:
    answer = typed(*words)
    assert answer.exit_code == status
    assert said in " ".join(answer.output.split())


@pytest.fixture
def intake(db: Database) -> Intake:
    return Intake(db, House(addresses=frozenset({"help@desk.example"})), clock=lambda: MONDAY_NINE)


def test_a_mail_that_could_not_be_read_is_listed_and_read_again_only_when_it_can_be(
    typed: Typed, db: Database, intake: Intake
) -> None:
    with db.change() as session:
        inbox.keep(session, Arrival(source="smtp", raw=b"\xff\xfe\x00noise\x00" * 50, at=MONDAY_NINE))
    intake.receive_new()

    [facts] = map(json.loads, typed("inbox", "list", "--json").output.splitlines())
    assert (facts["id"], facts["state"], facts["ticket"]) == ("1", "unreadable", 1)
    assert "noise" in typed("inbox", "show", "1").output
    refused = typed("inbox", "retry", "1")
    assert refused.exit_code == 65
    assert "It still cannot be read" in refused.output


def test_a_mail_whose_filing_failed_is_filed_again(typed: Typed, db: Database, intake: Intake) -> None:
    raw = b"From: jan@bakkerij.example\r\nSubject: Printer\r\nMessage-ID: <1@b>\r\n\r\nBroken.\r\n"
    with db.change() as session:
        inbox.keep(session, Arrival(source="smtp", raw=raw, at=MONDAY_NINE))
        for _ in range(2):
            unread.next_new(session, now=MONDAY_NINE + timedelta(hours=1), lease=timedelta(0))
    assert "its filing was begun 2 times and not finished" in typed("inbox", "list").output

    assert typed("inbox", "retry", "1").output == "Mail 1 is read and filed again.\n"
    assert intake.receive_new() == 1
    with db.read() as session:
        assert inbox.what_became(session, 1)[0] is State.DONE
    assert "Every mail was read and filed" in typed("inbox", "list").output


@pytest.fixture
def rejected(db: Database, opened: Callable[..., int]) -> int:
    """A ticket whose reply the mail server refused; the id of the delivery."""
    number = opened()
    with db.change() as session:
        tickets.get(session, number).reply("Take the plug out.", by=SANNE, at=MONDAY_NINE)
    with db.change() as session:
        found = outbox.claim(session, (Audience.CUSTOMER,), now=MONDAY_NINE, lease=timedelta(minutes=1))
        while found and found.seq != 2:
            outbox.arrived(session, found, "x")
            found = outbox.claim(session, (Audience.CUSTOMER,), now=MONDAY_NINE, lease=timedelta(minutes=1))
        assert found is not None
        outbox.give_up(session, found, "550 no such user", certain=True)
        ticket = tickets.get(session, number)
        ticket.mail_failed(2, "550 no such user", certain=True, by=Actor.system("outbox"), at=MONDAY_NINE)
        emails.keep(
            session,
            Email(
                ticket=number, direction=Direction.OUT, message_id="m@desk", address="anna@bakery.example",
                subject="Printer", body="Take", at=MONDAY_NINE, delivery=found.id,
                raw=b"Subject: x\r\n\r\nTake",
            ),
        )  # fmt: skip
        return found.id


def test_a_mail_that_was_refused_is_sent_again_at_the_operators_word(
    typed: Typed, db: Database, rejected: int
) -> None:
    name = f"out-{rejected}"
    assert f"{name}" in typed("inbox", "list").output
    assert "550 no such user" in typed("inbox", "list").output
    assert "Subject: x" in typed("inbox", "show", name).output

    assert typed("inbox", "retry", name).output == "The mail about 'replied' of ticket 1 is sent again.\n"
    with db.read() as session:
        again = undelivered.get(session, rejected)
    assert again is not None
    assert again.state is DeliveryState.READY
    last = ticket_of(db, 1).history[-1]
    assert (last.kind, last.by.role) == (Kind.RESENT, Role.OPERATOR)
    assert typed("inbox", "retry", name).exit_code == 1


CODE = b"From: no-reply@shop.example\r\nSubject: Login code 448812\r\n\r\nYour login code is 448812.\r\n"


def test_a_code_is_shown_at_the_terminal_only_to_whoever_asks_for_it(
    typed: Typed, db: Database, tmp_path: Path
) -> None:
    with db.change() as session:
        inbox.keep(session, Arrival(source="smtp", raw=CODE, at=MONDAY_NINE))
    (tmp_path / "code.eml").write_bytes(CODE)

    for command in (("inbox", "show", "1"), ("read", "code.eml"), ("read", "--json", "code.eml")):
        hidden = typed(*command).output
        assert "448812" not in hidden
        assert "Hidden: it holds a code to log in with (--reveal shows it)." in hidden
        assert "448812" in typed(*command, "--reveal").output


def test_a_held_mail_with_a_code_is_hidden_until_it_is_asked_for(
    typed: Typed, db: Database, opened: Callable[..., int]
) -> None:
    number = opened()
    with db.change() as session:
        tickets.get(session, number).quarantine(
            "Your code is 448812.", by=Actor.customer("x@y.example", "X"), at=MONDAY_NINE, reason="a",
            sensitive="a code to log in with",
        )  # fmt: skip

    assert "448812" not in typed("quarantine", "show", f"{number}.2").output
    assert "448812" in typed("quarantine", "show", f"{number}.2", "--reveal").output


def test_what_was_only_counted_is_let_in_by_its_id_or_all_of_it(
    typed: Typed, db: Database, opened: Callable[..., int], intake: Intake
) -> None:
    number = opened()
    raw = b"From: jan@bakkerij.example\r\nMessage-ID: <%d@b>\r\n\r\nBroken.\r\n"
    with db.change() as session:
        ids = [
            inbox.keep(session, Arrival(source="smtp", raw=raw % each, at=MONDAY_NINE)) for each in range(3)
        ]
        for each in ids:
            inbox.dealt_with(session, each or 0, State.COLLECTED, ticket=number)

    assert "3 mails of a flood are only counted" in typed("inbox", "list").output
    one = typed("inbox", "retry", str(ids[1])).output
    assert one == f"Mail {ids[1]}, which ticket {number} had only counted, is read and filed after all.\n"
    assert intake.receive_new() == 1
    assert typed("inbox", "retry", f"collected-{number}").output == "2 mails are read and filed after all.\n"
    assert intake.receive_new() == 2
    assert ticket_of(db, number).history[-1].text == "Had 2 collected mails read after all."
    assert typed("inbox", "retry", f"collected-{number}").exit_code == 66
