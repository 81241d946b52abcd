"""Mail made to hurt: read within bounds, never raising, and trimmed to something."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.clients import written_now
from mail.markup import parse, to_text
from mail.quoting import trim
from mail.reader import Reader
from mail.reading import InboundEmail, Unreadable, read
from mail.screening import screen
from tests.mail.bombs import BOMBS
from tests.whole import examples

ATTRIBUTION = "On Mon, Jan 1, 2026 at 10:00 AM A <a@x.example> wrote:\n"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """With the bounds that the desk gives it: what takes longer than that, or more memory, is told of."""
    reader = Reader()
    yield reader
    reader.stop()


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_read_or_refused_for_what_it_is(bomb, reader):
    mail = reader(BOMBS[bomb]())

    if isinstance(mail, Unreadable):
        assert mail.reason.startswith("it")  # told beforehand: reading it was not even begun
    else:
        screen(mail)
        assert trim(mail.text, mail.written).text or not mail.text
        assert all(0 < len(file.name) <= 120 for file in mail.attachments)


REPEATED = {
    "openers": "On ",
    "attributions": ATTRIBUTION,
    "header blocks": "From: a@b\nx\n",
    "quotes": "> q\n\nx\n",
    "signatures": "x\n-- \nSent from my iPhone\n",
    "rules": "-----\n\n",
}


@pytest.mark.parametrize("repeated", REPEATED)
def test_trimming_takes_effort_in_step_with_the_length(repeated):
    small, large = (_effort("x\n" + REPEATED[repeated] * times) for times in (500, 2_000))

    assert large < small * 6 + 1_000  # linear would be 4 times; the square, 16


@given(st.binary(max_size=2_000))
@settings(max_examples=examples(150), deadline=None)
def test_no_bytes_at_all_make_reading_raise(raw):
    _handle(raw)


_WORDS = st.sampled_from([
    b"From:", b"To:", b"Subject:", b"Content-Type:", b"multipart/mixed;", b" boundary=b", b"\n--b\n",
    b"--b--", b"text/html", b"message/rfc822", b"message/delivery-status", b"; charset=", b"utf-8",
    b"=?utf-8?q?", b"?=", b"=?x?b?", b"base64", b"Content-Transfer-Encoding:", b"quoted-printable",
    b"x-uuencode", b"begin 644 x", b"<", b">", b'"', b"(", b"\\", b"@", b"a@b.c", b"\xff\xfe", b"\x00",
    b"\n", b"\r\n", b"\n\n", b" ", b";", b"name*0*=", b"filename*=utf-8''%ff", b"Date:",
    b"Mon, 32 Foo", b"=E9=", b"text/calendar", b"BEGIN:VEVENT",
])  # fmt: skip


@given(st.lists(_WORDS, max_size=60).map(b"".join))
@settings(max_examples=examples(200), deadline=None)
def test_no_broken_structure_makes_reading_raise(raw):
    _handle(raw)


_LINES = st.sampled_from([
    "hallo", "", "> q", ">> q", "-- ", "Op ma 23 nov. 2026 om 09:12 schreef A <a@b.c>:", "Van: a@b.c",
    "Aan: b", "Verzonden: 09:12", "Onderwerp: x", "-----Original Message-----", "________",
    "Sent from my iPhone", "***", "-- reply above this line --", "On 1/1/2026 10:00, A wrote:", "| a",
    "Groet, Jan", "a@b.c 10:30", "-Jan Jansen",
])  # fmt: skip


@given(st.lists(_LINES, max_size=25).map("\n".join))
@settings(max_examples=examples(200), deadline=None)
def test_a_mail_that_says_anything_is_never_trimmed_to_nothing(text):
    trimmed = trim(text)

    assert bool(trimmed.text.strip()) == bool(text.strip())
    assert set(trimmed.text.split()) <= set(text.split())


@given(st.text(max_size=500))
@settings(max_examples=examples(200), deadline=None)
def test_any_text_and_any_html_is_trimmed_without_complaint(text):
    assert bool(trim(text).text.strip()) == bool(text.strip())
    to_text(text)
    trim(text, written_now(parse(f"<div class=gmail_quote>{text}<blockquote>{text}")))


def _handle(raw: bytes) -> None:
    email = read(raw)
    if isinstance(email, Unreadable):
        assert email.reason
        return
    assert isinstance(email, InboundEmail)
    screen(email)
    trim(email.text, email.written)
    f"{email.subject}{email.text}{email.sender}".encode()  # no lone surrogates: nothing could store them


def _effort(text: str) -> int:
    """Lines of our code that run: the same on every machine."""
    lines = 0

    def count(frame: object, event: str, argument: object) -> object:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        trim(text)
    finally:
        sys.settrace(before)
    return lines
