"""Approval by reply: believed where it is plain and proved, asked about where it is not, and never forged."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from desk.budget import Proposal, Purpose, Standing
from desk.delivery import Audience
from desk.event import Kind
from desk.priority import Priority
from store import emails, inbox, tables
from store.emails import Direction, Email
from tests.mail.mail_desk import ALICE, MONDAY, ROBIN, MailDesk, mail

BUDGET = "hd.2.0123456789abcdef0123456789abcdef@desk.example"
BOSS = "boss@customer.example"


@pytest.fixture
def desk(db):
    """An improvement of Alice's whose budget was mailed to her."""
    desk = MailDesk(db)
    desk.arrives(mail())
    asks(desk)
    return desk


def asks(desk, message_id=BUDGET, to=ALICE, approvers=frozenset({ALICE})):
    proposal = Proposal(
        purpose=Purpose.BUDGET, scope="A fireproof printer", minutes=600, rate=Decimal(125),
        until=(MONDAY + timedelta(days=30)).date(), expires_at=MONDAY + timedelta(days=30), to=to,
        approvers=approvers,
    )  # fmt: skip

    def propose(ticket):
        ticket.priority = Priority.IMPROVEMENT
        ticket.propose(proposal, by=ROBIN, at=desk.now)

    desk.does(propose)
    with desk.db.change() as session:
        row = tables.outbox.c
        mine = select(row.id).where(row.audience == Audience.CUSTOMER).order_by(row.id.desc())
        delivery = session.execute(mine).scalars().first()
        emails.keep(
            session,
            Email(
                ticket=1, direction=Direction.OUT, message_id=message_id, address=to,
                subject="[HD-1] Printer",
                body="This is our budget", at=desk.now, delivery=delivery,
            ),
        )  # fmt: skip


def reply(body="Akkoord\n", *, message_id="yes@customer.example", answers=BUDGET, **facts):
    known = {"In_Reply_To": f"<{answers}>"} if answers else {}
    return mail(body, subject="Re: [HD-1] Printer", message_id=message_id, **known, **facts)


def standing(desk):
    return desk.ticket().budget.last.standing(desk.now)


def last(desk):
    return desk.ticket().history[-1]


def test_a_plain_yes_to_the_mail_that_asked_approves_and_the_raw_mail_is_kept(desk):
    raw = reply("Akkoord.\n\nGroet,\nAlice\n")
    desk.arrives(raw)
    assert standing(desk) is Standing.APPROVED
    kept = last(desk)
    assert (kept.by.key, kept.at, kept.detail["amount"]) == (ALICE, desk.now, "1250.00")
    assert (kept.detail["message_id"], kept.detail["via"]) == ("yes@customer.example", "mail")
    with desk.db.read() as session:
        assert inbox.raw_of(session, kept.detail["inbox"]) == raw


def test_a_plain_no_declines(desk):
    desk.arrives(reply("No, thanks.\n"))
    assert standing(desk) is Standing.DECLINED


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (reply("Akkoord, mits het vrijdag klaar is.\n"), "not a plain yes or no"),
        (reply("How long does it take?\n"), "not a plain yes or no"),
        (reply(answers=None), "does not answer the mail that asked"),
        (reply(answers="m1@customer.example"), "does not answer the mail that asked"),
        (
            reply(answers="m9@customer.example", References=f"<{BUDGET}>"),
            "does not answer the mail that asked",
        ),
    ],
    ids=["condition", "question", "by number alone", "to their own mail", "to a later mail"],
)
def test_anything_unclear_asks_an_agent_and_approves_nothing(desk, raw, why):
    desk.arrives(raw)
    assert last(desk).kind is Kind.BUDGET_UNCLEAR
    assert why in last(desk).detail["reason"]
    assert standing(desk) in (Standing.ASKED, Standing.DRAFTED)


def test_a_file_may_say_more_than_the_yes_beside_it(desk):
    content = (
        "--b\nContent-Type: text/plain; charset=utf-8\n\nAkkoord\n--b\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="terms.pdf"\n\nxx\n--b--\n'
    )
    desk.arrives(reply(content, Content_Type='multipart/mixed; boundary="b"', MIME_Version="1.0"))
    assert "brings a file" in last(desk).detail["reason"]


def test_a_mail_about_something_else_asks_nobody(desk):
    desk.arrives(reply("By the way, the door squeaks.\n", answers=None))
    assert last(desk).kind is Kind.CUSTOMER_WROTE


def test_a_yes_to_an_older_budget_is_no_yes_to_the_newer_one(desk):
    asks(desk, message_id="hd.3.ffffffffffffffffffffffffffffffff@desk.example")
    desk.arrives(reply())
    assert last(desk).kind is Kind.BUDGET_UNCLEAR
    assert standing(desk) is Standing.DRAFTED


@pytest.mark.parametrize(
    "raw",
    [
        reply(sender="Mallory <mallory@evil.example>"),
        reply(sender=f'"{ALICE}" <mallory@evil.example>'),
        reply(sender=f"{ALICE}, mallory@evil.example"),
        reply(sender="Mallory <mallory@evil.example>", answers=None, Reply_To=ALICE),
    ],
    ids=["stranger", "in her name", "two senders", "answers to her"],
)
def test_a_forged_yes_is_held_back_and_changes_nothing(desk, raw):
    desk.arrives(raw)
    assert last(desk).kind is Kind.QUARANTINED
    assert standing(desk) is Standing.DRAFTED


def test_a_yes_whose_sender_our_server_calls_forged_changes_nothing(db):
    desk = MailDesk(db, trusted_authserv="mx.desk.example")
    desk.arrives(mail())
    asks(desk)
    desk.arrives(reply(Authentication_Results="mx.desk.example; dmarc=fail header.from=customer.example"))
    assert last(desk).kind is Kind.QUARANTINED
    assert standing(desk) is Standing.DRAFTED


def test_a_machine_approves_nothing(desk):
    desk.arrives(reply("Approved\n", Auto_Submitted="auto-replied"))
    assert last(desk).kind is Kind.MACHINE_WROTE
    assert standing(desk) is Standing.DRAFTED


def test_where_the_contract_names_somebody_the_customer_cannot_approve(desk):
    newer = "hd.3.ffffffffffffffffffffffffffffffff@desk.example"
    asks(desk, newer, to=BOSS, approvers=frozenset({BOSS}))
    desk.arrives(reply(answers=newer))
    assert last(desk).kind is Kind.CUSTOMER_WROTE
    desk.arrives(reply(answers=newer, sender=f"Bo <{BOSS}>", message_id="boss@customer.example"))
    assert standing(desk) is Standing.APPROVED


def test_a_yes_after_the_last_day_approves_nothing(desk):
    desk.arrives(reply(), after=timedelta(days=31))
    assert last(desk).kind is Kind.CUSTOMER_WROTE
    assert standing(desk) is Standing.EXPIRED
