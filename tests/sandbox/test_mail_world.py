"""Mail in both directions: what the desk sends, and what customers send to it."""

import smtplib
from email.message import EmailMessage
from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Visitor

CARLA = "carla@bakkerij-jansen.example"


def a_mail(subject: str = "Your ticket [HD-1]") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Helpdesk <help@desk.example>"
    mail["To"] = CARLA
    mail["Subject"] = subject
    mail["Message-ID"] = "<one@desk.example>"
    mail["Date"] = "Fri, 27 Nov 2026 16:30:00 +0100"
    mail.set_content("Dear Carla,\nit works again.\n")
    mail.add_alternative("<p>Dear Carla,</p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="report.pdf")
    return mail


def send(sandbox: Sandbox, mail: EmailMessage) -> None:
    with smtplib.SMTP(*sandbox.smtp_address, timeout=30) as connection:
        connection.send_message(mail)


def test_what_the_desk_sends_lies_in_the_customers_mailbox(sandbox: Sandbox, visitor: Visitor) -> None:
    send(sandbox, a_mail())
    (letter,) = visitor.inbox(CARLA)
    assert letter["subject"] == "Your ticket [HD-1]"
    assert (letter["text"], letter["html"].strip()) == (
        "Dear Carla,\nit works again.\n",
        "<p>Dear Carla,</p>",
    )
    assert [(one["name"], one["size"]) for one in letter["attachments"]] == [("report.pdf", 4)]
    assert letter["envelope_from"] == "help@desk.example"
    assert b"Message-ID: <one@desk.example>" in visitor.raw(letter)
    assert visitor.inbox("dirk@devries-transport.example") == []


def test_a_customers_mail_reaches_the_desk_as_mail_programs_write_it(
    visitor: Visitor, desk_post: Any
) -> None:
    sent = visitor.mail(
        CARLA,
        subject="Oven",
        text="It is cold.",
        cc=["emma@noordzeepost.example"],
        files=[("oven.jpg", b"jpeg")],
    )
    ((sender, mail),) = desk_post.mails
    assert (sender, mail["to"], mail["subject"]) == (CARLA, "help@desk.example", "Oven")
    assert mail["from"] == f"Carla Jansen <{CARLA}>"
    assert mail["message-id"] == sent["message_id"]
    assert mail["message-id"].endswith("@bakkerij-jansen.example>")
    assert [one.get_filename() for one in mail.iter_attachments()] == ["oven.jpg"]
    assert [one["subject"] for one in visitor.inbox("emma@noordzeepost.example")] == ["Oven"]


def test_a_reply_keeps_the_thread_and_quotes_below(
    sandbox: Sandbox, visitor: Visitor, desk_post: Any
) -> None:
    first = a_mail()
    first["References"] = "<zero@desk.example>"
    send(sandbox, first)
    visitor.reply(visitor.inbox(CARLA)[0], "Thank you!")
    ((_, mail),) = desk_post.mails
    assert mail["subject"] == "Re: Your ticket [HD-1]"
    assert mail["in-reply-to"] == "<one@desk.example>"
    assert mail["references"].split() == ["<zero@desk.example>", "<one@desk.example>"]
    assert mail.get_content().splitlines() == [
        "Thank you!",
        "",
        "On Fri, 27 Nov 2026 16:30:00 +0100, Helpdesk <help@desk.example> wrote:",
        "> Dear Carla,",
        "> it works again.",
    ]


def test_a_desk_that_does_not_listen_or_refuses_is_told_to_the_customer(
    sandbox: Sandbox, visitor: Visitor, desk_post: Any
) -> None:
    desk_post.answer = "451 not now"
    with pytest.raises(NotPossibleHere, match="not now"):
        visitor.mail(CARLA, subject="x", text="y")
    sandbox.deliver_mail_to = None
    with pytest.raises(NotPossibleHere, match="not known yet"):
        visitor.mail(CARLA, subject="x", text="y")


def test_the_mail_server_fails_on_order(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.fault("smtp", status=451)
    with pytest.raises(smtplib.SMTPDataError) as soft:
        send(sandbox, a_mail("soft"))
    visitor.fault("smtp", status=554)
    with pytest.raises(smtplib.SMTPDataError) as hard:
        send(sandbox, a_mail("hard"))
    assert (soft.value.smtp_code, hard.value.smtp_code) == (451, 554)
    visitor.fault("smtp", drop="before")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(sandbox, a_mail("lost"))
    assert visitor.inbox(CARLA) == []
    visitor.fault("smtp", drop="after")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(sandbox, a_mail("taken all the same"))
    send(sandbox, a_mail("fine"))
    assert [one["subject"] for one in visitor.inbox(CARLA)] == ["taken all the same", "fine"]
