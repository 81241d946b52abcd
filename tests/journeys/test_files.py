"""Files both ways, over real sockets: a customer's mail to the thread, an agent's answer to the mailbox."""

import base64
import smtplib
from email.message import EmailMessage

from desk.event import Kind
from sandbox.visitor import text_of
from store import tickets

CARLA = "carla@bakkerij-jansen.example"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF, PICTURE, LOGO = b"%PDF-1.7\n" + b"offer " * 500, DOT + bytes(20_000), DOT
MANUAL = b"%PDF-1.7\n" + bytes(range(256)) * 40


def a_mail() -> EmailMessage:
    """What a mail program makes of a question with a PDF, a picture and a signature with a logo."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Carla Jansen <{CARLA}>", "help@desk.example", "The oven"
    mail["Message-ID"] = "<files-1@bakkerij-jansen.example>"
    mail.set_content("It shows what you see. Is the offer still good?")
    mail.add_alternative('<p>It shows what you see.</p><img src="cid:logo@x">', subtype="html")
    page = mail.get_payload()[1]
    page.add_related(LOGO, "image", "png", cid="<logo@x>", filename="logo.png", disposition="inline")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="offer.pdf")
    mail.add_attachment(PICTURE, maintype="image", subtype="png", filename="../oven\u202egnp.png")
    return mail


def test_files_go_from_a_customer_into_the_thread_and_from_an_agent_to_the_customer(start, visitor):
    desk = start()
    with smtplib.SMTP(desk.parts.listener.host, desk.parts.listener.port) as server:
        server.send_message(a_mail())

    card = visitor.wait_until(lambda: visitor.find("#support", "The oven"))
    shared = visitor.wait_until(lambda: [one for one in visitor.thread(card) if one.get("files")])
    assert [file["name"] for file in shared[0]["files"]] == ["offer.pdf", "oven" + "gnp.png"]
    assert "logo" not in str(visitor.thread(card))

    visitor.click("Alice", card, "reply")
    window = visitor.wait_until(lambda: visitor.modal_of("Alice"))
    offer = next(
        option["value"]
        for block in window["blocks"]
        if block["block_id"] == "picked"
        for option in block["element"]["options"]
        if option["text"]["text"].startswith("offer.pdf")
    )
    values = {
        "text": "Yes, and this is how.",
        "then": "ask",
        "picked": [offer],
        "added": [("manual.pdf", MANUAL)],
    }
    assert visitor.submit("Alice", values)["outcome"] == "pushed"
    assert visitor.submit("Alice")["outcome"] == "cleared"

    def answer():
        return [letter for letter in visitor.inbox(CARLA) if "this is how" in letter["text"]]

    [letter] = visitor.wait_until(answer)
    got = [(file["name"], base64.b64decode(file["content"])) for file in letter["attachments"]]
    assert got == [("offer.pdf", PDF), ("manual.pdf", MANUAL)]

    def told():
        return [one for one in visitor.thread(card) if "asked" in text_of(one)]

    [line] = visitor.wait_until(told)
    assert CARLA in text_of(line)
    assert "📎 offer.pdf, manual.pdf" in text_of(line)
    with desk.parts.db.read() as session:
        kinds = [event.kind for event in tickets.get(session, 1).history]
    assert kinds == [Kind.OPENED, Kind.ASKED, Kind.SENT]
