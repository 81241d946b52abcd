"""Which files of a mail its thread gets: a table of mails, rules and reasons."""

import pytest

from desk.files import in_words, shown_in
from mail.attachments import Attachment
from mail.showable import Rules, shown

LOGO = Attachment("logo.png", "image/png", b"x" * 9_999, inline=True, content_id="logo")
PASTED = Attachment("image001.png", "image/png", b"x" * 10_000, inline=True, content_id="pasted")
SEAL = Attachment("smime.p7s", "application/pkcs7-signature", b"x")
PDF = Attachment("offer.pdf", "application/pdf", b"%PDF" + bytes(996))


def a_file(name, content=b"x"):
    return Attachment(name, "application/octet-stream", content)


def test_logos_and_seals_are_not_even_named():
    assert [file["name"] for file in shown([LOGO, SEAL, PASTED, PDF], Rules())] == [
        "image001.png",
        "offer.pdf",
    ]


def test_a_file_is_known_by_its_place_in_the_mail_and_its_size():
    assert shown([LOGO, PDF], Rules()) == [{"name": "offer.pdf", "part": 1, "bytes": 1000}]


RUNS = "it could run on your computer"


@pytest.mark.parametrize(
    ("file", "rules", "why"),
    [
        (PDF, Rules(), None),
        (a_file("run.sh"), Rules(), RUNS),
        (a_file("Setup.EXE"), Rules(), RUNS),
        (a_file("invoice.pdf.exe"), Rules(), RUNS),
        (a_file("invoice.exe.pdf"), Rules(), RUNS),
        (a_file("invoice.exe. "), Rules(), RUNS),
        (a_file("offer.pdf", b"MZ\x90\x00"), Rules(), RUNS),
        (a_file("offer", b"\x7fELF\x02"), Rules(), RUNS),
        (a_file("script.js"), Rules(refused=("exe",)), None),
        (a_file("setup.exe", b"MZ"), Rules(refused=()), None),
        (a_file("sheet.xlsm"), Rules(), RUNS),
        (a_file("exe"), Rules(), None),
        (a_file("empty.txt", b""), Rules(), "it is empty"),
        (PDF, Rules(of_file=999), "it is larger than 1 kB"),
        (PDF, Rules(of_file=1000), None),
        (PDF, Rules(of_mail=999), "the files of one mail may be 1 kB"),
    ],
)
def test_what_is_left_out_has_a_reason(file, rules, why):
    [facts] = shown([file], rules)
    assert facts.get("left_out") == why


def test_what_no_longer_fits_is_left_out_and_a_smaller_one_after_it_is_not():
    files = [a_file("a", bytes(600)), a_file("b", bytes(600)), a_file("c", bytes(300))]
    assert [file.get("left_out") is None for file in shown(files, Rules(of_mail=1000))] == [True, False, True]


def test_what_is_left_out_takes_no_room():
    files = [a_file("a.exe", bytes(900)), a_file("b", bytes(900))]
    assert [file.get("left_out") for file in shown(files, Rules(of_mail=1000))] == [RUNS, None]


def test_a_mail_whose_words_are_hidden_shows_no_files():
    files = shown([PDF], Rules())
    assert shown_in({"files": files}) == files
    assert shown_in({"files": files, "sensitive": "a code to log in with"}) == []


def test_names_alone_as_earlier_versions_kept_them_are_not_shown():
    assert shown_in({"files": ["offer.pdf"]}) == []


@pytest.mark.parametrize(
    ("size", "said"),
    [(1, "1 kB"), (1_499, "1 kB"), (111_900, "112 kB"), (1_000_000, "1 MB"), (25_340_000, "25.3 MB")],
)
def test_sizes_are_said_as_people_say_them(size, said):
    assert in_words(size) == said
