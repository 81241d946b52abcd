"""What machines write to the desk: that a customer is away, and that a mail came to nobody."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Visitor

HELP = "help@desk.example"
CARLA, DIRK = "carla@bakkerij-jansen.example", "dirk@devries-transport.example"
Deliver = Callable[..., None]


def an_answer(to: str = CARLA, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Helpdesk <{HELP}>", to, "Your oven [HD-1]"
    mail["Message-ID"], mail["References"] = "<two@desk.example>", "<one@desk.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Is it warm?\n")
    return mail


def test_somebody_who_is_away_answers_by_machine(visitor: Visitor, desk_post: Any, deliver: Deliver) -> None:
    visitor.away(CARLA, "I am at the seaside.")
    deliver(an_answer())
    visitor.wait_until(lambda: desk_post.mails)
    ((sender, mail),) = desk_post.mails
    assert sender in ("", "<>")
    assert (mail["from"], mail["to"]) == (f"Carla Jansen <{CARLA}>", HELP)
    assert mail["subject"] == "Automatic reply: Your oven [HD-1]"
    assert mail["auto-submitted"] == "auto-replied"
    assert mail["in-reply-to"] == "<two@desk.example>"
    assert mail["references"] == "<one@desk.example> <two@desk.example>"
    assert mail.get_content().strip() == "I am at the seaside."
    assert visitor.state()["mail_servers"]["away"] == {CARLA: "I am at the seaside."}


def test_each_says_it_in_their_own_language(visitor: Visitor, desk_post: Any, deliver: Deliver) -> None:
    visitor.away(DIRK)
    deliver(an_answer(DIRK))
    visitor.wait_until(lambda: desk_post.mails)
    ((_, mail),) = desk_post.mails
    assert mail["subject"] == "Automatisch antwoord: Your oven [HD-1]"
    assert "niet op kantoor" in mail.get_content()


def test_it_is_said_once_a_day_and_no_more_when_they_are_back(
    visitor: Visitor, desk_post: Any, deliver: Deliver
) -> None:
    visitor.away(CARLA)
    for _ in range(3):
        deliver(an_answer())
    visitor.turn_clock(86_400)
    deliver(an_answer())
    visitor.wait_until(lambda: len(desk_post.mails) == 2)
    visitor.back(CARLA)
    visitor.turn_clock(86_400)
    deliver(an_answer())
    visitor.away(CARLA)
    deliver(an_answer())
    visitor.wait_until(lambda: len(desk_post.mails) == 3)
    assert len(visitor.inbox(CARLA)) == 6


@pytest.mark.parametrize(
    ("mail", "sender"),
    [
        (an_answer(Auto_Submitted="auto-replied"), HELP),
        (an_answer(Auto_Submitted="auto-generated; why=news"), HELP),
        (an_answer(Precedence="bulk"), HELP),
        (an_answer(List_Id="<news.desk.example>"), HELP),
        (an_answer("everybody@desk.example"), HELP),
        (an_answer(), ""),
    ],
    ids=["auto-replied", "auto-generated", "bulk", "list", "not named", "null sender"],
)
def test_machines_are_not_answered_by_machines(
    visitor: Visitor, desk_post: Any, deliver: Deliver, mail: EmailMessage, sender: str
) -> None:
    visitor.away(CARLA)
    deliver(mail, sender=sender, to=CARLA)
    visitor.away(DIRK)
    deliver(an_answer(DIRK, Auto_Submitted="no"))
    visitor.wait_until(lambda: desk_post.mails)
    assert [mail["from"] for _, mail in desk_post.mails] == [f"Dirk de Vries <{DIRK}>"]


def test_one_letter_is_answered_at_once_even_by_a_bad_machine(
    visitor: Visitor, desk_post: Any, deliver: Deliver
) -> None:
    deliver(an_answer(Auto_Submitted="auto-replied"))
    sent = visitor.out_of_office(visitor.inbox(CARLA)[0], "Gone.", language="de")
    ((_, mail),) = desk_post.mails
    assert mail["message-id"] == sent["message_id"]
    assert mail["subject"] == "Automatische Antwort: Your oven [HD-1]"
    deliver(an_answer(), sender="")
    with pytest.raises(NotPossibleHere, match="nobody to answer"):
        visitor.out_of_office(visitor.inbox(CARLA)[1])
    with pytest.raises(NotPossibleHere, match="was sent from that mailbox"):
        visitor.out_of_office(sent)


def test_a_bounce_is_a_report_with_the_mail_it_is_about(
    visitor: Visitor, desk_post: Any, deliver: Deliver
) -> None:
    deliver(an_answer())
    visitor.bounce(visitor.inbox(CARLA)[0])
    ((sender, report),) = desk_post.mails
    assert sender in ("", "<>")
    assert (report["to"], report["auto-submitted"]) == (HELP, "auto-replied")
    assert report["from"] == "Mail Delivery System <mailer-daemon@bakkerij-jansen.example>"
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    words, status, returned = report.iter_parts()
    assert f"<{CARLA}>: 5.1.1 User unknown" in words.get_content()
    whole, recipient = status.get_payload()
    assert whole["reporting-mta"] == "dns; mail.bakkerij-jansen.example"
    assert recipient["final-recipient"] == f"rfc822; {CARLA}"
    assert (recipient["action"], recipient["status"]) == ("failed", "5.1.1")
    assert returned.get_payload()[0]["message-id"] == "<two@desk.example>"


def test_a_mail_from_the_null_sender_cannot_bounce(
    visitor: Visitor, desk_post: Any, deliver: Deliver
) -> None:
    deliver(an_answer(), sender="")
    with pytest.raises(NotPossibleHere, match="null sender"):
        visitor.bounce(visitor.inbox(CARLA)[0])
    assert desk_post.mails == []


def test_what_the_desk_does_not_take_is_in_the_journal(
    sandbox: Sandbox, visitor: Visitor, desk_post: Any, deliver: Deliver
) -> None:
    desk_post.answer = "554 no machines"
    visitor.away(CARLA)
    deliver(an_answer())
    (refused,) = visitor.wait_until(lambda: visitor.journal("mail", "refused"))
    assert (refused["detail"]["stage"], refused["detail"]["outcome"]) == ("desk", "refused")
    assert "no machines" in refused["detail"]["why"]
