"""Real-looking mails damaged at random: whatever arrives, the desk reads it, screens it and can answer it."""

import os
import random
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desk.actor import Actor
from desk.ticket import Ticket
from mail.message import Envelope, Unsendable, build
from mail.notifications import Letterhead, Promises, Templates, compose
from mail.quoting import trim
from mail.reading import InboundEmail, Unreadable, read
from mail.screening import screen

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
ROBIN = Actor.agent("U1", "Robin")
LETTERHEAD = Letterhead(name="Helpdesk", address="help@desk.example", zone=ZoneInfo("Europe/Amsterdam"))
SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parent / "letters").glob("*.eml"))]
DAMAGED_MAILS = int(os.environ.get("DAMAGED_MAILS", "100000"))
"""How many the long test makes: `./run storm --long` asks for a million."""
_PART = 10_000
SPLINTERS = (
    b"\n", b"\r\n", b"\n\n", b"\r", b"\0", b"\xff\xfe", b"=?utf-8?q?", b"?=", b"=?x?b?=", b"<", b">", b'"',
    b"(", b"\n--b\n", b"boundary=", b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: message/rfc822\n\n",
    b"charset=utf-7", b"charset=zip", b"charset=iso-2022-jp", b"\x1b$B", b"base64", b"quoted-printable",
    b"x-uuencode", b"=E2=80=AE", b"\xed\xa0\x80", b"<div>", b"<blockquote>", b"<!--", b"&#x110000;", b"> ",
    b"Op ma 23 nov. 2026 om 09:12 schreef A <a@b.example>:", b"-- \n", b"From: ", b"[HD-99999999999]", b"@",
    b"filename*0*=utf-8''%ff", b"BEGIN:VEVENT\n", b"DTSTART;TZID=../../x:99999999T999999\n", b"\xe2\x80\xae",
    b"Auto-Submitted: ", b"Date: Mon, 99 Foo", b"Reply-To: ", b"{{ x }}", b"{% x %}", b"<!channel>",
)  # fmt: skip


def damaged(seed: int) -> bytes:
    """A letter with one to eight things done to it; the same for the same number."""
    chance = random.Random(seed)
    mail = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(mail) + 1)
        length = min(chance.choice((1, 3, 30, 300)), len(mail) - place)
        match chance.randrange(6):
            case 0:
                mail[place : place + length] = b""
            case 1:
                mail[place:place] = chance.choice(SPLINTERS) * chance.choice((1, 1, 1, 50))
            case 2:
                mail[place:place] = mail[place : place + length] * 2
            case 3:
                mail[place : place + length] = chance.randbytes(length)
            case 4:
                other = chance.choice(SEEDS)
                mail[place:] = other[chance.randrange(len(other)) :]
            case _:
                lines = bytes(mail).split(b"\n")
                lines.insert(chance.randrange(len(lines)), lines.pop(chance.randrange(len(lines))))
                mail = bytearray(b"\n".join(lines))
    return bytes(mail)


TEMPLATES = Templates()


def goes_through(raw: bytes) -> None:
    """Read, screened, made a ticket of, answered: as the desk does, without its database."""
    mail = read(raw)
    if isinstance(mail, Unreadable):
        assert mail.reason
        return
    assert isinstance(mail, InboundEmail)
    seen = screen(mail, our_loop_mark="desk.example", our_addresses={"help@desk.example"})
    written = trim(mail.text, mail.written, ["Kunt u de printer eens uit en weer aan zetten?"]).text
    assert bool(written.strip()) == bool(mail.text.strip() or (mail.written or "").strip())
    sender = mail.sender
    name, address = (sender.name, sender.key) if sender else ("", "unknown")
    customer = Actor.customer(address, name)
    ticket = Ticket.open(
        by=customer, at=AT, subject=mail.subject, text=mail.text[:50_000], language=mail.language or "nl",
        detail={"files": [file.name for file in mail.attachments], "automatic": seen.rule},
    )  # fmt: skip
    ticket.number = 42
    if not ticket.has_address:
        return  # nobody can be answered
    ticket.reply("Dank, we kijken ernaar.", by=ROBIN, at=AT)
    worded = compose(
        ticket, ticket.history[-1], templates=TEMPLATES, letterhead=LETTERHEAD, promises=Promises(), now=AT
    )
    answers = [each for each in (mail.message_id, *mail.references) if each]
    envelope = Envelope(to=address, name=name, message_id="hd.1.0@desk.example", date=AT, answers=answers)
    with suppress(Unsendable):  # nobody can be answered at such an address
        assert b"[HD-42]" in build(worded, envelope, LETTERHEAD)


def test_no_damage_to_a_mail_stops_the_desk():
    for seed in range(200):
        goes_through(damaged(seed))


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("part", range(DAMAGED_MAILS // _PART))
def test_very_many_damaged_mails_stop_nothing(part):
    for seed in range(part * _PART, (part + 1) * _PART):
        goes_through(damaged(seed))
