"""Whose mail an agent passes on, and what the agent wrote above it."""

from base64 import encodebytes
from time import process_time

import pytest

from mail.forwards import forwarded_in
from mail.reader import Reader
from mail.reading import InboundEmail, read
from tests.mail.bombs import BOMBS

GMAIL = """Can one of you look at this? She called twice.

---------- Forwarded message ---------
Van: Sanne de Wit <sanne@bakkerij.example>
Date: ma 23 nov 2026 om 09:12
Subject: Printer kapot
To: Robin <robin@desk.example>


Hallo Robin,

De printer doet het niet.
"""
OUTLOOK = """Kijken jullie hier even naar?

Met vriendelijke groet,
Robin

Van: Sanne de Wit <sanne@bakkerij.example>
Verzonden: maandag 23 november 2026 09:12
Aan: Robin <robin@desk.example>
Onderwerp: Printer kapot

Hallo Robin,

De printer doet het niet.
"""
OLD_OUTLOOK = """-----Original Message-----
From: Sanne de Wit [mailto:sanne@bakkerij.example]
Sent: Monday, November 23, 2026 9:12 AM
To: Robin
Subject: Printer kapot

Hallo Robin,

De printer doet het niet.
"""
APPLE = """Begin doorgestuurd bericht:

> Van: Sanne de Wit <sanne@bakkerij.example>
> Onderwerp: Printer kapot
> Datum: 23 november 2026 om 09:12:00 CET
> Aan: Robin <robin@desk.example>

Hallo Robin,

De printer doet het niet.
"""
GERMAN = """Bitte ansehen.

Von: Sanne de Wit <sanne@bakkerij.example>
Gesendet: Montag, 23. November 2026 09:12
An: Robin <robin@desk.example>
Betreff: Printer kapot

Hallo Robin,

De printer doet het niet.
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GMAIL, "Can one of you look at this? She called twice."),
        (OUTLOOK, "Kijken jullie hier even naar?\n\nMet vriendelijke groet,\nRobin"),
        (OLD_OUTLOOK, ""),
        (APPLE, ""),
        (GERMAN, "Bitte ansehen."),
    ],
    ids=["Gmail", "Outlook", "old Outlook", "Apple Mail", "German Outlook"],
)
@pytest.mark.parametrize("mark", ["Fwd", "FW", "Doorst", "WG", "TR"])
def test_a_forward_says_whose_mail_it_is(letter, text, words, mark):
    found = forwarded_in(read(letter(text, Subject=f"{mark}: Printer kapot")))

    assert (found.sender.address, found.sender.name) == ("sanne@bakkerij.example", "Sanne de Wit")
    assert found.subject == "Printer kapot"
    assert found.text == "Hallo Robin,\n\nDe printer doet het niet."
    assert found.words == words


def test_a_mail_that_is_attached_is_passed_on_too(letter):
    inner = letter("De printer doet het niet.", Subject="Printer kapot").decode()
    body = (
        "--g\nContent-Type: text/plain; charset=utf-8\n\nPlease have a look.\n"
        f"--g\nContent-Type: message/rfc822\n\n{inner}\n--g--\n"
    )
    raw = b'Content-Type: multipart/mixed; boundary="g"\n' + (
        f"From: Robin <robin@desk.example>\nTo: help@desk.example\nSubject: see this\n\n{body}".encode()
    )

    found = forwarded_in(read(raw))

    assert (found.sender.key, found.subject) == ("sanne@bakkerij.example", "Printer kapot")
    assert (found.words, found.text.strip()) == ("Please have a look.", "De printer doet het niet.")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Printer kapot", GMAIL),
        ("Fwd: Printer kapot", "Please look at the printer."),
        ("Fwd: Printer", GMAIL.replace("<sanne@bakkerij.example>", "")),
        ("Fwd:", ""),
    ],
    ids=["no forward", "nothing within", "nobody's address", "nothing"],
)
def test_what_says_of_nobody_whose_it_is_is_no_forward(letter, subject, text):
    assert forwarded_in(read(letter(text, Subject=subject))) is None


def enclosing(attached, encoding="base64"):
    body = encodebytes(attached).decode() if encoding == "base64" else attached.decode("latin-1")
    return (
        'From: Robin <robin@desk.example>\nSubject: see this\nContent-Type: multipart/mixed; boundary="g"\n\n'
        "--g\nContent-Type: text/plain; charset=utf-8\n\nPlease have a look.\n"
        f"--g\nContent-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n{body}\n--g--\n"
    ).encode()


def test_a_mail_that_is_attached_in_base64_is_passed_on_as_a_plain_one_is(letter):
    inner = letter("De printer doet het niet.", Subject="Printer kapot")
    mail = read(enclosing(inner))

    found = forwarded_in(mail)

    assert (found.sender.key, found.subject) == ("sanne@bakkerij.example", "Printer kapot")
    assert (found.words, found.text.strip()) == ("Please have a look.", "De printer doet het niet.")
    assert [(file.name, file.content) for file in mail.attachments] == [("Printer kapot.eml", inner)]


@pytest.fixture(scope="module")
def reader():
    reader = Reader()
    yield reader
    reader.stop()


@pytest.mark.parametrize("encoding", ["base64", "8bit"])
@pytest.mark.parametrize(
    "bomb", ["nested 2000 deep", "20000 parameters", "comments never closed", "deep quotes"]
)
def test_a_bomb_that_is_passed_on_goes_off_where_mails_are_read_and_not_at_the_desk(bomb, encoding, reader):
    mail = reader(enclosing(BOMBS[bomb](), encoding))
    begin = process_time()
    found = forwarded_in(mail) if isinstance(mail, InboundEmail) else None

    assert found is None or found.words == "Please have a look."
    assert process_time() - begin < 0.2
    assert isinstance(reader(enclosing(b"From: sanne@bakkerij.example\n\nStill broken.")), InboundEmail)
