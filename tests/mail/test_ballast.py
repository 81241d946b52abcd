"""Long bodies stay out of the parser, and nobody can tell afterwards."""

import base64
import quopri

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.ballast import lighten
from mail.reading import InboundEmail, read
from tests.whole import examples

PICTURE = bytes(range(256)) * 4_000
HEAD = b"From: sanne@bakkerij.example\nContent-Type: multipart/mixed; boundary=grens\n\n--grens\n"


def only_file(raw: bytes) -> bytes:
    mail = read(raw)
    assert isinstance(mail, InboundEmail)
    (file,) = mail.attachments
    return file.content


@pytest.mark.parametrize(
    ("way", "written"),
    [
        ("base64", base64.encodebytes(PICTURE)),
        ("base64", base64.encodebytes(PICTURE)[:-9] + b"*!"),  # cut short on the way
        ("quoted-printable", quopri.encodestring(PICTURE)),
        ("8bit", PICTURE.replace(b"\r", b"").replace(b"\n--", b"")),
    ],
    ids=["base64", "cut base64", "quoted-printable", "8bit"],
)
def test_a_long_file_comes_out_as_it_went_in(way, written):
    head = f"Content-Type: image/png; name=x.png\nContent-Transfer-Encoding: {way}\n\n".encode()
    assert len(written) > 600_000

    content = only_file(HEAD + head + written + b"\n--grens--\n")

    meant = written if way == "8bit" else PICTURE
    assert content.rstrip(b"\n") == meant[: len(content)].rstrip(b"\n")
    assert len(content) > len(meant) - 12


def test_a_long_text_is_read_up_to_its_limit():
    mail = read(b"From: a@x.example\n\n" + b"De printer doet het niet.\n" * 50_000)

    assert isinstance(mail, InboundEmail)
    assert mail.text[:900_000] == ("De printer doet het niet.\n" * 50_000)[:900_000]


def test_a_long_mail_within_a_mail_is_whole():
    inner = b"From: piet@x.example\nSubject: Foto's\nContent-Transfer-Encoding: base64\n\n"
    inner += base64.encodebytes(PICTURE)

    content = only_file(HEAD + b"Content-Type: message/rfc822\n\n" + inner + b"\n--grens--\n")

    assert content.strip() == inner.strip()


@given(st.lists(st.sampled_from([b"\n--grens", b"x" * 650_000, b"\n", b"a: b\n", b"\r\n--\r\n"]), max_size=6))
@settings(max_examples=examples(25), deadline=None)
def test_what_is_taken_out_can_always_be_put_back(pieces):
    raw = b"".join(pieces)
    light, ballast = lighten(raw)

    assert ballast.back_in(light) == raw
    assert len(light) < max(600_001, len(raw))
