"""Who or what wrote a mail, and by which rule that was recognised."""

import pytest

from mail.reading import InboundEmail, read
from mail.screening import LOOP_HEADER, Kind, Screening, screen


def screened(raw: bytes, **known: object) -> Screening:
    email = read(raw)
    assert isinstance(email, InboundEmail)
    return screen(email, **known)


def test_a_person_is_a_person(letter):
    verdict = screened(letter())

    assert (verdict.kind, verdict.rule, verdict.may_be_answered) == (Kind.HUMAN, "", True)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto_Submitted": "auto-replied"}, Kind.AUTO_REPLY),
        ({"Auto_Submitted": "auto-replied (vacation); owner-email=x"}, Kind.AUTO_REPLY),
        ({"Auto_Submitted": "auto-generated"}, Kind.AUTOMATIC),
        ({"Auto_Submitted": "auto-notified; x=y"}, Kind.AUTOMATIC),
        ({"Auto_Submitted": "no"}, Kind.HUMAN),
        ({"Auto_Submitted": "auto-forwarded"}, Kind.HUMAN),
        ({"X_Autoreply": "yes"}, Kind.AUTO_REPLY),
        ({"X_Autorespond": "1"}, Kind.AUTO_REPLY),
        ({"Precedence": "auto_reply"}, Kind.AUTO_REPLY),
        ({"Delivered_To": "autoresponder"}, Kind.AUTO_REPLY),
        ({"Subject": "Automatisch antwoord: Printer"}, Kind.AUTO_REPLY),
        ({"Subject": "Out of Office: Printer"}, Kind.AUTO_REPLY),
        ({"Subject": "=?utf-8?q?R=C3=A9ponse_automatique?="}, Kind.AUTO_REPLY),
        ({"Precedence": "bulk"}, Kind.AUTOMATIC),
        ({"Precedence": "list"}, Kind.LIST),
        ({"List_Id": "<bakkers.lists.example>"}, Kind.LIST),
        ({"List_Unsubscribe": "<https://x.example>"}, Kind.LIST),
        ({"X_FC_MachineGenerated": "true"}, Kind.AUTOMATIC),
        ({"Return_Path": "<>"}, Kind.AUTOMATIC),
        ({"From": "No Reply <no-reply@shop.example>"}, Kind.AUTOMATIC),
        ({"From": "Noor Reply <noor.reply@shop.example>"}, Kind.HUMAN),
        ({"Subject": "Automaat kapot"}, Kind.HUMAN),
    ],
)
def test_machines_are_recognised_and_people_are_not_taken_for_them(letter, headers, kind):
    verdict = screened(letter(**headers))

    assert verdict.kind is kind
    assert verdict.may_be_answered == (kind is Kind.HUMAN)


def test_a_person_whose_server_asks_for_silence_is_heard_and_not_answered_by_machine(letter):
    verdict = screened(letter(X_Auto_Response_Suppress="DR, OOF, AutoReply"))

    assert verdict.kind is Kind.HUMAN
    assert not verdict.may_be_answered


def test_our_own_mail_coming_back_is_ours(letter):
    marked = letter(**{LOOP_HEADER: "desk.example"})

    assert screened(marked, our_loop_mark="desk.example").kind is Kind.OURS
    assert screened(marked, our_loop_mark="other.example").kind is Kind.HUMAN
    assert screened(letter(), our_addresses={"sanne@bakkerij.example"}).kind is Kind.OURS


REPORT = """MIME-Version: 1.0
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: help@desk.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="grens"

--grens
Content-Type: text/plain

I'm sorry to inform you that your message could not be delivered.

--grens
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; Sanne@bakkerij.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user here

--grens
Content-Type: {returned}

From: help@desk.example
Message-ID: <onze-42@desk.example>
Subject: [HD-42] Printer

Beste Sanne
--grens--
"""


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_delivery_report_says_whose_mail_came_back_and_why(returned):
    verdict = screened(REPORT.format(action="failed", status="5.1.1", returned=returned).encode())

    assert verdict.kind is Kind.BOUNCE
    assert verdict.bounce is not None
    assert verdict.bounce.recipient == "sanne@bakkerij.example"
    assert (verdict.bounce.status, verdict.bounce.hard) == ("5.1.1", True)
    assert verdict.bounce.returned_id == "onze-42@desk.example"
    assert verdict.bounce.reason == "550 5.1.1 no such user here"


def test_a_delay_is_no_hard_bounce():
    verdict = screened(REPORT.format(action="delayed", status="4.4.1", returned="message/rfc822").encode())

    assert verdict.bounce is not None
    assert (verdict.bounce.hard, verdict.bounce.delayed) == (False, True)


def test_a_receipt_is_no_bounce():
    raw = REPORT.format(action="delivered", status="2.0.0", returned="text/rfc822-headers").encode()

    assert screened(raw).kind is Kind.AUTO_REPLY


def test_a_bounce_in_plain_words_is_recognised(letter):
    words = """Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<sanne@bakkerij.example>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 User unknown

--- Below this line is a copy of the message.

Message-ID: <onze-42@desk.example>
From: help@desk.example
"""
    verdict = screened(letter(words, From="MAILER-DAEMON@mx.example", Subject="failure notice"))

    assert verdict.bounce is not None
    assert verdict.bounce.recipient == "sanne@bakkerij.example"
    assert verdict.bounce.status == "5.1.1"
    assert verdict.bounce.returned_id == "onze-42@desk.example"


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Mail delivery problem", "Our customers say that mail is rejected since yesterday. Can you help?"),
        ("Fwd: Undelivered Mail Returned to Sender", "What does 550 5.1.1 User unknown mean?"),
        ("Your message to us", "We never received it, could not be delivered I think"),
        ("Onbestelbaar pakket", "Het pakket is niet bezorgd, status 4.2.1 staat er."),
        ("Delayed mail", "All my mail is delayed."),
    ],
)
def test_a_customer_who_writes_about_bounces_is_a_person(letter, subject, words):
    assert screened(letter(words, Subject=subject)).kind is Kind.HUMAN


@pytest.mark.parametrize(("hops", "kind"), [(50, Kind.HUMAN), (51, Kind.AUTOMATIC)])
def test_what_goes_in_circles_is_not_answered(letter, hops, kind):
    hop = b"Received: from a.example by b.example; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
    assert screened(hop * hops + letter()).kind is kind
