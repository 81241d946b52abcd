"""What the desk understands of a mail."""

import base64
from datetime import UTC, datetime

import pytest

from mail.addresses import Address
from mail.reading import InboundEmail, Unreadable, read


def understood(raw: bytes) -> InboundEmail:
    email = read(raw)
    assert isinstance(email, InboundEmail), email
    return email


def test_a_plain_mail_is_read_whole(letter):
    email = understood(letter("Hallo,\n\nDe kassa start niet.\n", Cc="Piet <piet@bakkerij.example>"))

    assert email.sender == Address("sanne@bakkerij.example", "Sanne de Wit")
    assert email.to == (Address("help@desk.example", "Helpdesk"),)
    assert email.cc == (Address("piet@bakkerij.example", "Piet"),)
    assert email.message_id == "brief-1@bakkerij.example"
    assert email.date == datetime(2026, 11, 23, 8, 12, tzinfo=UTC)
    assert email.text == "Hallo,\n\nDe kassa start niet."
    assert email.language == "nl"


@pytest.mark.parametrize(
    ("line", "subject", "number"),
    [
        ("Re: AW: Fwd: Antw: Printer", "Printer", None),
        ("RE: [HD-42] Printer", "Printer", 42),
        ("[hd-42] Re: Printer", "Printer", 42),
        ("Betr: [JIRA-7] Printer", "Betr: [JIRA-7] Printer", None),
        ("RE[2]: Printer", "Printer", None),
        ("=?utf-8?q?Doorst=3A_Caf=C3=A9?=", "Café", None),
        ("=?utf-8?q?Printer=0ABcc=3A_x=40evil.example?=", "Printer Bcc: x@evil.example", None),
        ("Reparatie: kassa", "Reparatie: kassa", None),
        ("", "", None),
    ],
)
def test_a_subject_is_cleaned_and_its_number_found(letter, line, subject, number):
    email = understood(letter(Subject=line))

    assert (email.subject, email.claimed_number) == (subject, number)


def test_the_newest_reference_comes_first_and_each_once(letter):
    raw = letter(In_Reply_To="<c@x>", References="<a@x> <b@x>\n <c@x>")

    assert understood(raw).references == ("c@x", "b@x", "a@x")


def test_no_mail_is_remembered_by_more_than_twenty_references(letter):
    raw = letter(References=" ".join(f"<{number}@x>" for number in range(100)))

    assert understood(raw).references[0] == "99@x"
    assert len(understood(raw).references) == 20


def test_words_of_an_html_mail_are_read_as_a_reader_sees_them(letter):
    html = """<html><head><style>p {color: red}</style></head><body><div style="display:none">preview</div>
    <p>De kassa<br>start niet.</p><ul><li>nieuw papier</li><li>nieuwe inkt</li></ul></body></html>"""

    assert understood(letter(None, html)).text == "De kassa\nstart niet.\n\n- nieuw papier\n- nieuwe inkt"


def test_a_text_part_that_only_points_to_the_html_is_not_believed(letter):
    email = understood(letter("Your mail program does not show HTML.", "<p>De kassa start niet.</p>"))

    assert email.text == "De kassa start niet."


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("iso-8859-1", "Grüße, naïef"),
        ("windows-1252", "één “aanhaling” – €"),
        ("gb2312", "打印机坏了"),
        ("ks_c_5601-1987", "프린터"),
        ("shift_jis", "プリンター"),
        ("iso-2022-jp", "プリンター"),
        ("koi8-r", "принтер"),
    ],
)
def test_every_usual_charset_is_read(letter, charset, words):
    raw = letter("@@").replace(b"charset=utf-8", b"charset=" + charset.encode())

    assert understood(raw.replace(b"@@", words.encode(charset))).text == words


@pytest.mark.parametrize(
    "label", ["none", "x-unknown", "8bit", "zip", "rot13", "idna", "undefined", "\u00e9"]
)
def test_a_charset_that_is_none_harms_nothing(letter, label):
    raw = letter("één").replace(b"charset=utf-8", b"charset=" + label.encode())

    assert understood(raw).text == "één"


def test_a_name_cut_between_two_encoded_words_is_whole_again(letter):
    cut = "Zoë".encode()
    words = " ".join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in (cut[:3], cut[3:]))

    assert understood(letter(From=f"{words} <zoe@x.example>")).sender == Address("zoe@x.example", "Zoë")


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ('"de Wit, Sanne" <sanne@x.example>', "sanne@x.example"),
        ('"help@desk.example" <evil@x.example>', "evil@x.example"),
        ("sanne@x.example (Sanne)", "sanne@x.example"),
        ("<sanne@x.example", "sanne@x.example"),
        ("Sanne <sanne@x.example.>", "sanne@x.example"),
        ("=?utf-8?q?Sanne_=3Csanne=40x=2Eexample=3E?=", "sanne@x.example"),
        ("Sanne Sanne@X.example", "Sanne@X.example"),
        ('"Sanne <sanne@x.example>', "sanne@x.example"),
    ],
)
def test_a_sender_is_who_the_address_says(letter, line, address):
    sender = understood(letter(From=line)).sender

    assert sender is not None
    assert sender.address == address


@pytest.mark.parametrize(
    "line",
    ["alice@example.org)bob@example.com", "a@@b.example", "nobody", "<>", "a b@", "undisclosed-recipients:;"],
)
def test_what_only_looks_like_an_address_is_nobody(letter, line):
    assert understood(letter(From=line)).sender is None


def test_two_senders_are_counted_whichever_way_they_are_written(letter):
    twice = b"From: first@x.example\n" + letter(From="second@x.example")

    assert understood(twice).senders == 2
    assert understood(letter(From="a@x.example, b@x.example")).senders == 2


def test_files_get_names_that_cannot_hurt():
    raw = _with_files(
        ("../../etc/passwd", b"root"),
        ("fact\u202efdp.exe", b"MZ"),
        ("a" * 300 + ".pdf", b"%PDF"),
        ("", b"data"),
    )

    names = [file.name for file in understood(raw).attachments]

    assert names == ["passwd", "factfdp.exe", "a" * 116 + ".pdf", "file.bin"]


def test_a_picture_within_the_text_is_known_as_such():
    raw = _with_files(("logo.png", b"png"), extra="Content-ID: <logo@x>\n", disposition="inline")

    (picture,) = understood(raw).attachments

    assert (picture.inline, picture.content_id) == (True, "logo@x")


def test_an_invitation_is_told_in_words(letter):
    event = "SUMMARY:Onderhoud\\, kassa\nDTSTART:20261124T090000Z\nLOCATION:Winkel"
    raw = letter(f"BEGIN:VEVENT\n{event}\nEND:VEVENT").replace(b"text/plain", b"text/calendar")

    assert understood(raw).text == "What: Onderhoud, kassa\nFrom: 2026-11-24 09:00 UTC\nWhere: Winkel"


@pytest.mark.parametrize(
    "line",
    [
        "=?utf-8?b?Zo\u00eb?=",
        "=?utf-8?q?Zo\u00eb?=",
        "=?utf-7?q?+2AA-?=",
        "=?utf-8?b?=FF?=",
        "=?utf-8?b?WmVl\u00eb?=",
    ],
)
def test_a_broken_encoded_word_breaks_nothing(letter, line):
    email = understood(letter(Subject=line, From=f"{line} <zoe@x.example>"))

    assert email.sender is not None
    email.subject.encode()


def test_a_file_name_with_half_a_character_is_kept_without_it():
    raw = _multipart("Content-Type: image/png; name*=utf-7''%2B2AA-.png\n\npng")

    (picture,) = understood(raw).attachments

    assert picture.name.encode().endswith(b".png")


def test_the_words_of_a_mail_forwarded_as_a_file_are_shown_where_there_are_no_others(letter):
    inner = letter("De kassa start niet.", Subject="Kassa").decode()
    raw = _multipart(f"Content-Type: message/rfc822\n\n{inner}")

    email = understood(raw)

    assert email.text == "De kassa start niet."
    assert [file.name for file in email.attachments] == ["Kassa.eml"]


def test_flowed_lines_are_joined_again(letter):
    raw = letter("Een lange zin die \ndoorgaat.\n\nEn een nieuwe.").replace(
        b"charset", b"format=flowed; charset"
    )

    assert understood(raw).text == "Een lange zin die doorgaat.\n\nEn een nieuwe."


def test_the_same_mail_by_two_ways_is_one_and_other_words_under_the_same_id_are_another(letter):
    direct = read(letter())
    through_a_list = read(b"Received: by mx.example\nDKIM-Signature: v=1\n" + letter())
    other_words = read(letter("Iets anders."))

    assert direct.content_key == through_a_list.content_key != other_words.content_key


def test_a_mail_in_the_future_or_without_a_sane_date_has_the_date_it_says_or_none(letter):
    assert understood(letter(Date="yesterday")).date is None
    assert understood(letter(Date="Mon, 23 Nov 99999 09:12:00 +0100")).date is None


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Beste helpdesk, de printer werkt niet meer. Kunnen jullie kijken?", "nl"),
        ("Hello, the printer does not work. Could you have a look?", "en"),
        ("Der Drucker ist kaputt und druckt nicht mehr.", "de"),
        ("Bonjour, notre imprimante ne fonctionne plus depuis hier.", "fr"),
        ("La impresora no funciona", None),
        ("OK", None),
    ],
)
def test_the_language_is_guessed_only_where_the_words_say_it(letter, words, language):
    assert understood(letter(words, Subject="x")).language == language


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "it is empty"),
        (b"\r\n \r\n", "it is empty"),
        (b"From: a@x.example\nSubject: " + b"x" * 300_000 + b"\n\nx", "its headers are larger"),
        (b"From: a@x.example\n\n" + b"\n" * 1_100_000, "more than a million lines"),
    ],
)
def test_what_cannot_be_read_says_why(raw, reason):
    assert reason in read(raw).reason


def test_an_unreadable_mail_still_says_who_wrote_it(letter):
    bomb = letter(Content_Type="multipart/mixed; boundary=b") + b"\n--b\n\nx" * 2_000

    unread = read(bomb)

    assert isinstance(unread, Unreadable)
    assert unread.sender == Address("sanne@bakkerij.example", "Sanne de Wit")
    assert (unread.subject, unread.message_id) == ("Printer", "brief-1@bakkerij.example")


def _with_files(*files: tuple[str, bytes], disposition: str = "attachment", extra: str = "") -> bytes:
    parts = []
    for name, content in files:
        encoded = "".join(f"%{byte:02X}" for byte in name.encode())
        named = f"; filename*=utf-8''{encoded}" if name else ""
        parts.append(
            f"Content-Type: application/octet-stream\nContent-Disposition: {disposition}{named}\n{extra}"
            f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(content).decode()}"
        )
    return _multipart(*parts)


def _multipart(*parts: str) -> bytes:
    head = "From: sanne@bakkerij.example\nContent-Type: multipart/mixed; boundary=grens\n\n--grens\n"
    return (head + "\n--grens\n".join(parts) + "\n--grens--\n").encode()


def test_noise_is_no_mail_and_words_without_headers_are():
    noise = read(bytes(range(256)) * 100)
    assert isinstance(noise, Unreadable)
    assert noise.reason == "it is no mail: it has no headers, and is no text"
    assert isinstance(read(b"The till has no paper any more.\n"), InboundEmail)
    assert isinstance(read(b"Subject: a NUL\n\nIt slipped in here: \0.\n"), InboundEmail)
