"""Whom the desk believes, hears and answers: what a mail may do, beside the table of statuses."""

from datetime import timedelta

import pytest

from desk.delivery import Audience
from desk.event import Kind
from desk.status import Status
from mail.message import message_id
from mail.seals import reply_address
from store import blocks
from store.inbox import State
from tests.mail.mail_desk import ALICE, DESK, ROBIN, MailDesk, mail

SECRET = "a secret of the desk"
OUR_SERVER = "mx.desk.example"
AGENT = "Robin <robin@desk.example>"
STRANGER = "Mallory <mallory@evil.example>"
FORWARD = """Please help her.

---------- Forwarded message ---------
From: Carol <carol@shop.example>
Date: Mon, 23 Nov 2026 09:12
Subject: Scanner
To: Robin <robin@desk.example>

The scanner is broken too.
"""


@pytest.fixture
def desk(db):
    return MailDesk(
        db,
        secret=SECRET,
        trusted_authserv=OUR_SERVER,
        agents=frozenset({"Robin@desk.example"}),
        blocked=frozenset({"spam.example", "annoying@other.example"}),
    )


@pytest.fixture
def open_ticket(desk):
    desk.arrives(mail())
    return desk


def sealed(number=1):
    return reply_address(DESK, ticket=number, secret=SECRET)


def owed(ticket, kind):
    return {each.audience for event in ticket.history if event.kind is kind for each in event.deliveries}


def last(desk, number=1):
    return desk.ticket(number).history[-1]


# Which ticket


def test_our_sealed_address_says_which_ticket_whatever_else_the_mail_says(open_ticket):
    by_server = {"envelope": {"recipients": [sealed()]}}
    ways = [({"to": sealed()}, {}), ({"Cc": sealed()}, {}), ({"Delivered_To": sealed()}, {}), ({}, by_server)]
    for number, (headers, facts) in enumerate(ways):
        name = f"m{number + 2}@customer.example"
        answer = mail(f"Way {number}.\n", subject="something else", message_id=name, **headers)
        open_ticket.arrives(answer, **facts)

    assert [event.kind for event in open_ticket.ticket().history[1:]] == [Kind.CUSTOMER_WROTE] * len(ways)
    assert open_ticket.how_many_tickets() == 1


def test_a_sealed_address_in_a_strangers_hands_lets_nobody_in(open_ticket):
    open_ticket.arrives(mail("Let me in.\n", sender=STRANGER, to=sealed(), message_id="e1@evil.example"))

    assert last(open_ticket).kind is Kind.QUARANTINED
    assert open_ticket.ticket().participants == {ALICE}


def test_a_seal_that_is_not_ours_is_a_mail_like_any_other(open_ticket):
    forged = sealed().replace("+hd1.", "+hd2.")

    fate = open_ticket.arrives(mail("New.\n", to=forged, subject="x", message_id="m2@customer.example"))

    assert fate.remark == "opened ticket 2"


def test_a_mail_of_ours_that_the_desk_has_forgotten_still_proves_itself(open_ticket):
    forgotten = message_id(7, ticket=1, secret=SECRET, domain="desk.example")
    away = {"sender": "deputy@customer.example", "Auto_Submitted": "auto-replied"}

    open_ticket.arrives(
        mail(
            "Away.\n", subject="Re: [HD-1] x", message_id="a1@x.example", In_Reply_To=f"<{forgotten}>", **away
        )
    )

    assert last(open_ticket).kind is Kind.MACHINE_WROTE


def test_whom_another_header_than_from_names_is_nobody(open_ticket):
    open_ticket.arrives(
        mail("Let me in.\n", sender=None, Sender=ALICE, In_Reply_To="<m1@customer.example>", message_id="e@x")
    )

    assert last(open_ticket).detail["reason"] == "it does not say who wrote it"


# What agents are told of a mail


def test_people_in_copy_are_named_and_none_of_them_is_added(open_ticket):
    copied = (
        "Boss <boss@customer.example>, alice@customer.example, help+x@desk.example, boss@customer.example"
    )
    raw = mail(
        "And my boss.\n", message_id="m2@customer.example", In_Reply_To="<m1@customer.example>",
        to=f"{DESK}, it@customer.example", Cc=copied, Reply_To="Alice <alice@elsewhere.example>",
    )  # fmt: skip

    open_ticket.arrives(raw)

    wrote = last(open_ticket)
    assert wrote.detail["copied"] == ["it@customer.example", "Boss <boss@customer.example>"]
    assert wrote.detail["reply_to"] == "alice@elsewhere.example"
    assert (wrote.by.key, open_ticket.ticket().participants) == (ALICE, {ALICE})


def test_of_very_many_people_in_copy_ten_are_named(desk):
    desk.arrives(mail(Cc=", ".join(f"p{number}@customer.example" for number in range(150))))

    copied = desk.ticket().history[0].detail["copied"]
    assert (len(copied), copied[-1]) == (11, "140 more")


def test_a_reply_to_in_the_same_domain_is_nothing_to_tell(desk):
    desk.arrives(mail(Reply_To="frontdesk@customer.example"))

    assert "reply_to" not in desk.ticket().history[0].detail


def test_a_mailbox_at_a_provider_is_no_company(desk):
    desk.arrives(mail(sender="anna@gmail.com"))

    assert desk.ticket().client == ""


# What lets somebody in somewhere


def test_a_code_is_marked_and_masked_and_answered_by_no_machine(desk):
    code = mail("Your code: 482913\n", subject="482913 is your verification code", sender="id@login.example")

    desk.arrives(code)

    ticket = desk.ticket()
    assert ticket.history[0].detail["sensitive"] == "a code to log in with"
    assert ticket.subject == "•••• is your verification code"
    assert Audience.CUSTOMER not in owed(ticket, Kind.OPENED)


def test_a_code_that_an_agent_lets_in_stays_hidden(open_ticket):
    code = mail(
        "Your verification code is 482913\n", sender=STRANGER, message_id="e2@evil.example",
        In_Reply_To="<m1@customer.example>",
    )  # fmt: skip
    open_ticket.arrives(code)
    held = last(open_ticket)

    open_ticket.does(lambda ticket: ticket.accept(held.seq, by=ROBIN, at=open_ticket.now))

    assert last(open_ticket).kind is Kind.CUSTOMER_WROTE
    assert "sensitive" in last(open_ticket).detail


# An agent's forward


def forward(**facts):
    return mail(
        FORWARD, **{"sender": AGENT, "subject": "Fwd: Scanner", "message_id": "f1@desk.example"} | facts
    )


def test_what_an_agent_forwards_is_a_ticket_of_whoever_wrote_it(desk):
    fate = desk.arrives(forward())

    ticket = desk.ticket()
    assert fate.remark == "opened ticket 1 for carol@shop.example, forwarded by robin@desk.example"
    assert (ticket.customer, ticket.customer_name, ticket.client) == (
        "carol@shop.example", "Carol", "shop.example",
    )  # fmt: skip
    assert (ticket.subject, ticket.history[0].text) == ("Scanner", "The scanner is broken too.")
    assert Audience.CUSTOMER in owed(ticket, Kind.OPENED)
    note = ticket.history[1]
    assert (note.kind, note.text, note.by.key) == (Kind.NOTED, "Please help her.", "robin@desk.example")
    assert owed(ticket, Kind.NOTED) == {Audience.AGENTS}
    assert ticket.participants == {"carol@shop.example"}


def test_who_answers_on_a_ticket_from_a_forward_is_its_customer(desk):
    desk.arrives(forward())

    desk.arrives(
        mail(
            "And now?\n",
            sender="carol@shop.example",
            subject="Re: [HD-1] Scanner",
            message_id="c2@shop.example",
        )
    )

    assert last(desk).kind is Kind.CUSTOMER_WROTE


PRETENDED = {
    "forged": {"Authentication_Results": f"{OUR_SERVER}; dmarc=fail"},
    "a machine's": {"Auto_Submitted": "auto-generated"},
    "of two": {"sender": f"{AGENT}, {STRANGER}"},
    "another Robin": {"sender": "Robin <robin@elsewhere.example>"},
    "named beside From": {"sender": STRANGER, "Sender": AGENT, "Reply_To": AGENT},
    "named before the address": {"sender": '"robin@desk.example" <mallory@evil.example>'},
}


def test_what_looks_like_an_agents_forward_speaks_for_nobody(desk):
    for number, (name, facts) in enumerate(PRETENDED.items(), 1):
        desk.arrives(forward(message_id=f"p{number}@desk.example", **facts), after=timedelta(minutes=1))
        assert desk.ticket(number).customer != "carol@shop.example", name
        assert Kind.NOTED not in [event.kind for event in desk.ticket(number).history], name


def test_an_agent_who_forwards_a_mail_of_ours_writes_to_no_customer(open_ticket):
    open_ticket.has_asked()
    for number, author in enumerate(["Helpdesk <help@desk.example>", "Robin <robin@desk.example>"]):
        ours = FORWARD.replace("Carol <carol@shop.example>", author)
        facts = {"message_id": f"f{number}@desk.example", "References": "<ours-1@desk.example>"}
        open_ticket.arrives(mail(ours, sender=AGENT, subject="Fwd: [HD-1] Printer", **facts))

        held = last(open_ticket)
        assert (held.kind, open_ticket.how_many_tickets()) == (Kind.QUARANTINED, 1)
        assert {each.audience for each in held.deliveries} == {Audience.AGENTS}
    assert open_ticket.ticket().status is Status.WAITING_FOR_CUSTOMER


# Our own mail, and loops


def test_a_mail_that_bears_the_name_of_one_of_ours_is_that_one(open_ticket):
    open_ticket.has_asked()

    fate = open_ticket.arrives(mail("Did you?\n", sender=STRANGER, message_id="ours-1@desk.example"))

    assert (fate.state, fate.remark) == (State.DROPPED, "our own mail coming back (a Message-ID of ours)")


def test_our_address_with_a_tag_is_ours_too(desk):
    fate = desk.arrives(mail(sender=f"Helpdesk <{sealed()}>"))

    assert (fate.state, desk.how_many_tickets()) == (State.DROPPED, 0)


def test_a_list_that_reopens_a_ticket_is_told_nothing(open_ticket):
    open_ticket.does(lambda ticket: ticket.resolve("New toner.", by=ROBIN, at=open_ticket.now))

    open_ticket.arrives(
        mail(
            "It burns again.\n",
            message_id="l@customer.example",
            In_Reply_To="<m1@customer.example>",
            List_Id="<x>",
        )
    )

    ticket = open_ticket.ticket()
    assert ticket.status is Status.WAITING_FOR_SUPPORT
    assert owed(ticket, Kind.REOPENED) == {Audience.AGENTS}


def test_a_ticket_that_is_reopened_again_and_again_falls_silent(open_ticket):
    told = 0
    for number in range(15):
        open_ticket.does(lambda ticket: ticket.resolve("Done.", by=ROBIN, at=open_ticket.now))
        facts = {"message_id": f"again{number}@customer.example", "In_Reply_To": "<m1@customer.example>"}
        open_ticket.arrives(mail(f"Not at all, {number}.\n", **facts))
        told += Audience.CUSTOMER in {each.audience for each in last(open_ticket).deliveries}

    assert told == 10
    assert open_ticket.ticket().status is Status.WAITING_FOR_SUPPORT


# Whom nobody wants to hear


BLOCKED = {
    "x@spam.example": "spam.example is blocked in the settings",
    "X@Deep.Below.Spam.example": "spam.example is blocked in the settings",
    "annoying@other.example": "annoying@other.example is blocked in the settings",
    "bob@rude.example": "rude.example is blocked by Robin",
}


def test_a_blocked_sender_is_kept_and_not_heard(open_ticket):
    with open_ticket.db.change() as session:
        blocks.add(session, "rude.example", by=ROBIN, at=open_ticket.now, ours=())

    for sender, reason in BLOCKED.items():
        fate = open_ticket.arrives(mail("Buy!\n", sender=sender, subject="[HD-1]", message_id=f"b-{sender}"))
        assert (fate.state, fate.ticket, fate.remark) == (State.DROPPED, None, f"dropped: {reason}")

    assert (open_ticket.how_many_tickets(), len(open_ticket.ticket().history)) == (1, 1)


def test_who_is_not_blocked_is_heard(desk):
    for number, sender in enumerate(["a@nospam.example", "other@other.example", "x@spam.example.org"]):
        desk.arrives(mail(sender=sender, message_id=f"{number}@ok.example"))

    assert desk.how_many_tickets() == 3


def test_somebody_who_is_heard_again_is_heard(desk):
    with desk.db.change() as session:
        assert blocks.add(session, "Rude.example", by=ROBIN, at=desk.now, ours=())
        assert not blocks.add(session, "rude.example", by=ROBIN, at=desk.now, ours=())
        assert [each.sender for each in blocks.every(session)] == ["rude.example"]
        assert blocks.remove(session, "rude.EXAMPLE")
        assert not blocks.remove(session, "rude.example")

    desk.arrives(mail(sender="bob@rude.example"), after=timedelta(minutes=1))

    assert desk.how_many_tickets() == 1
