"""Mail made to hurt: read in time, never raising, and trimmed to something."""

import base64
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.clients import written_now
from mail.markup import to_text
from mail.quoting import trim
from mail.reading import InboundEmail, Unreadable, read
from mail.screening import screen

HEAD = b"From: a@x.example\nSubject: s\n"
TEXT = HEAD + b"Content-Type: text/plain; charset=utf-8\n\n"
HTML = HEAD + b"Content-Type: text/html\n\n"
ATTRIBUTION = b"On Mon, Jan 1, 2026 at 10:00 AM A <a@x.example> wrote:\n"


def _nested(depth: int) -> bytes:
    levels = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return HEAD + b"".join(levels)


BOMBS: dict[str, Callable[[], bytes]] = {
    "nested 2000 deep": lambda: _nested(2_000),
    "nested 99 deep": lambda: _nested(99),
    "mails in mails": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 450,
    "200000 parts": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 200_000,
    "50000 recipients": lambda: HEAD + b"To: " + b"a@x.example, " * 50_000 + b"\n\nx",
    "15000 encoded words": lambda: HEAD + b"X: y\nSubject: " + b"=?utf-8?q?a?= " * 15_000 + b"\n\nx",
    "words never closed": lambda: HEAD + b"To: " + b"=?utf-8?q?" * 20_000 + b"\n\nx",
    "comments never closed": lambda: b"From: " + b"(" * 20_000 + b"\n\nx",
    "quotes never closed": lambda: b"From: " + b'"' * 20_001 + b"\n\nx",
    "20000 parameters": lambda: HEAD + b"Content-Type: text/plain; " + b"a=b; " * 20_000 + b"\n\nx",
    "a parameter without value": lambda: HEAD + b"Content-Type: text/plain; name*\n\nx",
    "a Microsoft id": lambda: b"Message-ID: <[x]@y>\n" + TEXT + b"x",
    "30 MB of noise": lambda: bytes(range(256)) * 120_000,
    "25 MB attached": lambda: (
        HEAD
        + b"Content-Type: application/pdf; name=x.pdf\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(b"x" * 25_000_000)
    ),
    "On On On": lambda: TEXT + b"On " * 20_000,
    "attributions": lambda: TEXT + ATTRIBUTION * 10_000,
    "attributions between quotes": lambda: TEXT + (b"> x\n" + ATTRIBUTION) * 10_000,
    "500000 newlines": lambda: TEXT + b"\n" * 500_000,
    "deep quotes": lambda: TEXT + b"\n".join(b">" * depth for depth in range(2_000)),
    "100000 quoted lines": lambda: TEXT + b"> hello there\n" * 100_000,
    "signatures": lambda: TEXT + b"x\n-- \n" * 50_000,
    "digits": lambda: TEXT + b"1" * 200_000,
    "headers in the text": lambda: TEXT + b"From: a\nSent: b\n\n\n" * 20_000,
    "dividers": lambda: TEXT + b"________\n\n\n" * 30_000,
    "one long line": lambda: TEXT + b"x " * 5_000_000,
    "nested elements": lambda: HTML + b"<div>" * 50_000 + b"x",
    "nested quotes": lambda: HTML + b"<blockquote type=cite>" * 50_000 + b"x",
    "comments": lambda: HTML + b"<!--" * 100_000,
    "10 MB of table rows": lambda: HTML + b"<tr><td>hello there</td></tr>" * 350_000,
    "links": lambda: HTML + b"<a href=x>y</a>" * 5_000,
    "flowed": lambda: HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"x \n" * 200_000,
}
"""Each is made when it is needed: together they are large."""

PATIENCE = 5.0
"""Seconds of processor time, on a busy machine; each takes well under one on a quiet one."""


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_read_or_refused_in_time(bomb):
    raw = BOMBS[bomb]()
    started = time.process_time()

    _handle(raw)

    assert time.process_time() - started < PATIENCE


REPEATED = {
    "openers": "On ",
    "attributions": ATTRIBUTION.decode(),
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
@settings(max_examples=300, deadline=None)
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
@settings(max_examples=400, deadline=None)
def test_no_broken_structure_makes_reading_raise(raw):
    _handle(raw)


_LINES = st.sampled_from([
    "hallo", "", "> q", ">> q", "-- ", "Op ma 23 nov. 2026 om 09:12 schreef A <a@b.c>:", "Van: a@b.c",
    "Aan: b", "Verzonden: 09:12", "Onderwerp: x", "-----Original Message-----", "________",
    "Sent from my iPhone", "***", "-- reply above this line --", "On 1/1/2026 10:00, A wrote:", "| a",
    "Groet, Jan", "a@b.c 10:30", "-Jan Jansen",
])  # fmt: skip


@given(st.lists(_LINES, max_size=25).map("\n".join))
@settings(max_examples=400, deadline=None)
def test_a_mail_that_says_anything_is_never_trimmed_to_nothing(text):
    trimmed = trim(text)

    assert bool(trimmed.text.strip()) == bool(text.strip())
    assert set(trimmed.text.split()) <= set(text.split())


@given(st.text(max_size=500))
@settings(max_examples=200, deadline=None)
def test_any_text_and_any_html_is_trimmed_without_complaint(text):
    assert bool(trim(text).text.strip()) == bool(text.strip())
    to_text(text)
    trim(text, written_now(f"<div class=gmail_quote>{text}<blockquote>{text}"))


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
