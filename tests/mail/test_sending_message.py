"""The bytes of a mail: what they say to whoever reads them, whatever a customer put into subject and name."""

import base64
import gc
import string
import tracemalloc
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail.attachments import Attachment
from mail.conversation import answer_to
from mail.letterhead import Letterhead
from mail.message import MOST_BYTES, Envelope, Unsendable, build, is_ours, message_id, subject_of
from mail.notifications import Notification
from mail.reading import InboundEmail, read
from mail.screening import Kind, screen
from mail.seals import reply_address
from tests import hostile
from tests.whole import examples

LETTERHEAD = Letterhead(name="De Helpdesk", address="help@desk.example", zone=ZoneInfo("UTC"))
NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SECRET = "a secret of the desk"
OUR_ID = message_id(7, ticket=42, secret=SECRET, domain="desk.example")

HUMAN_HEADERS = sorted(
    ["from", "to", "subject", "date", "message-id", "x-helpdesk-loop", "mime-version", "content-type"]
)

ATTACKS = [
    "x =?UTF-8?Q?=0A?=Bcc: evil@x",
    "x =?UTF-8?Q?=0D=0ABcc:_evil@x?=",
    "x\r\nBcc: evil@x",
    "x\nBcc: evil@x",
    "x\rBcc: evil@x",
    "x\u2028Bcc: evil@x",
    "x\x85Bcc: evil@x",
    "x\x0bBcc: evil@x\x0c\x1c",
    "=?utf-8?b?eApCY2M6IGV2aWxAeA==?=",
    "a, evil@x, b <evil@x>",
    '" <evil@x>, "',
    "\\",
    '"',
    "=?",
    "=?=?utf-8?q??=0A?=",
    "\udc80\ud800",
    "é" * 300,
    "漢字" * 200,
    "a" * 2000,
    "\u202egpj.exe",
]


def a_mail(text="Hello", *, subject="[HD-42] Printer", automatic=False, html="<p>Hello</p>", **facts):
    words = Notification(subject=subject, text=text, html=html, is_automatic=automatic)
    envelope = Envelope(**{"to": "jan@bakkerij.example", "message_id": OUR_ID, "date": NOON} | facts)
    return build(words, envelope, LETTERHEAD)


def opened(raw):
    return message_from_bytes(raw, policy=policy.default)


def headers_of(raw):
    return sorted(name.lower() for name in message_from_bytes(raw, policy=policy.compat32))


def recipients_of(raw):
    return [address.addr_spec for address in opened(raw)["To"].addresses]


def test_what_is_remembered_of_mails_that_were_compared_is_little():
    a_mail()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(50):
        a_mail(subject=f"[HD-{number}] Printer", to=f"jan{number}@bakkerij.example")
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 50 * 4_000


def test_a_mail_names_the_desk_the_customer_and_itself():
    mail = opened(a_mail(name="Jan Jansen"))

    assert str(mail["From"]) == "De Helpdesk <help@desk.example>"
    assert str(mail["To"]) == "Jan Jansen <jan@bakkerij.example>"
    assert mail["Subject"] == "[HD-42] Printer"
    assert mail["Date"].datetime == NOON
    assert mail["Message-ID"] == f"<{OUR_ID}>"
    assert mail["X-Helpdesk-Loop"] == "help@desk.example"


def test_only_machines_words_say_that_a_machine_wrote_them():
    assert headers_of(a_mail()) == HUMAN_HEADERS
    automatic = opened(a_mail(automatic=True))
    assert automatic["Auto-Submitted"] == "auto-generated"
    assert automatic["X-Auto-Response-Suppress"] == "All"
    assert opened(a_mail(automatic=True, answers=["first@jan"]))["Auto-Submitted"] == "auto-replied"


def test_an_answer_continues_the_customers_mail():
    mail = opened(a_mail(answers=["second@jan", OUR_ID, "first@jan"]))

    assert mail["Subject"] == "Re: [HD-42] Printer"
    assert mail["In-Reply-To"] == "<second@jan>"
    assert mail["References"] == f"<first@jan> <{OUR_ID}> <second@jan>"


def test_answers_come_to_a_sealed_address_where_there_is_one():
    sealed = reply_address("help@desk.example", ticket=42, secret=SECRET)

    mail = opened(a_mail(reply_to=sealed))

    assert mail["Reply-To"] == f"De Helpdesk <{sealed}>"
    assert mail["From"] == "De Helpdesk <help@desk.example>"
    assert "Reply-To" not in opened(a_mail())


def test_references_are_few_and_none_of_them_is_a_trap():
    many = opened(a_mail(answers=[f"{number}@jan" for number in range(50)]))
    assert len(many["References"].split()) == 10
    assert many["In-Reply-To"] == "<0@jan>"

    traps = ["a@b>\r\nBcc: evil@x", "=?utf-8?q?=0ABcc:?=@x", "é@x", "a b@x", "x" * 900]
    assert headers_of(a_mail(answers=traps)) == HUMAN_HEADERS
    assert opened(a_mail(answers=[*traps, "[odd]@jan"]))["In-Reply-To"] == "<[odd]@jan>"


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_subject_smuggles_a_header_in(attack):
    raw = a_mail(subject=f"[HD-42] {attack}")

    assert headers_of(raw) == HUMAN_HEADERS
    assert recipients_of(raw) == ["jan@bakkerij.example"]
    assert opened(raw)["Subject"].startswith("[HD-42]")


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_name_smuggles_a_recipient_in(attack):
    raw = a_mail(name=attack)

    assert headers_of(raw) == HUMAN_HEADERS
    assert recipients_of(raw) == ["jan@bakkerij.example"]


HOSTILE = st.text(max_size=120) | st.lists(
    st.sampled_from(
        [
            "=?utf-8?q?",
            "=?UTF-8?B?",
            "?=",
            "=0A",
            "=0D",
            "\n",
            "\r",
            "Bcc: evil@x",
            "<evil@x>",
            ",",
            '"',
            "\\",
            *(";", ":", "(", ")", " ", "é", "\u2028", "\x00", "漢", "\udc99", "@", "[HD-1]"),
        ]
    )
    | st.text(alphabet=string.printable, max_size=4),
    max_size=30,
).map("".join)


@given(subject=HOSTILE, name=HOSTILE)
def test_whatever_a_customer_calls_things_the_mail_has_our_headers_and_one_recipient(subject, name):
    raw = a_mail(subject=f"[HD-42] {subject}", name=name)

    assert headers_of(raw) == HUMAN_HEADERS
    assert recipients_of(raw) == ["jan@bakkerij.example"]
    assert b"\r\nBcc" not in raw
    assert opened(raw)["Subject"].startswith("[HD-42]")


def batter(seed, count):
    """Hostile words wherever somebody else's can stand in a mail."""
    for words in hostile.words(seed, count):
        file = Attachment(words, "text/plain", b"content")
        text = words.encode(errors="replace").decode()  # no database keeps half a character
        raw = a_mail(text, subject=f"[HD-42] {words}", name=words, files=[file])
        parts = [part.get_content_type() for part in opened(raw).walk()]
        assert headers_of(raw) == HUMAN_HEADERS, words
        assert recipients_of(raw) == ["jan@bakkerij.example"], words
        assert parts[:-1] == BEFORE_A_FILE, words


BEFORE_A_FILE = ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]


def test_no_words_become_a_header_a_recipient_or_a_part():
    batter(seed=1, count=300)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_a_hundred_thousand_mails_say_what_was_meant():
    batter(seed=2, count=100_000)


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cc", "Cs"]), max_size=150))
def test_an_honest_subject_arrives_as_it_was_written(subject):
    raw = a_mail(subject=f"[HD-42] {subject}")
    words = Notification(subject=f"[HD-42] {subject}", text="", html="", is_automatic=False)
    envelope = Envelope(to="jan@bakkerij.example", message_id=OUR_ID, date=NOON)

    assert str(opened(raw)["Subject"]) == subject_of(words, envelope)


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from(".\n\t"), max_size=300)
)
def test_the_words_arrive_as_they_were_written(text):
    mail = opened(a_mail(text + "\n"))

    assert mail.get_body(["plain"]).get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")


def test_no_line_of_a_mail_is_longer_than_smtp_allows():
    raw = a_mail("é" * 5000 + "\n" + "word " * 5000, html="<p>" + "x" * 50_000 + "</p>", name="é" * 300)

    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jan",
        "jan@",
        "jan@x.example\r\nBcc: evil@x",
        "jan@x.example, evil@x",
        "a b@x.example",
        "<jan@x>",
        "józef@x.example",
    ],
)
def test_no_mail_is_made_for_what_is_no_address(address):
    with pytest.raises(Unsendable, match="not an address"):
        a_mail(to=address)


def test_a_domain_in_another_script_is_written_so_that_every_server_finds_it():
    assert recipients_of(a_mail(to="jan@bäckerei.example")) == ["jan@xn--bckerei-5wa.example"]


def test_our_message_ids_cannot_be_guessed_and_are_known_again():
    assert is_ours(OUR_ID, ticket=42, secret=SECRET)
    assert is_ours(f"<{OUR_ID}>", ticket=42, secret=SECRET)
    assert not is_ours(OUR_ID, ticket=41, secret=SECRET)
    assert not is_ours(OUR_ID, ticket=42, secret="another secret")
    assert not is_ours(OUR_ID.replace("hd.7.", "hd.8."), ticket=42, secret=SECRET)
    assert not is_ours("hd.7.@desk.example", ticket=42, secret=SECRET)
    assert not is_ours("", ticket=42, secret=SECRET)
    assert len(OUR_ID.split(".")[2].partition("@")[0]) * 4 >= 80


def test_our_own_mail_coming_back_is_recognised():
    back = read(a_mail(automatic=True))

    assert isinstance(back, InboundEmail)
    assert screen(back, our_loop_mark="help@desk.example").kind is Kind.OURS
    assert back.message_id == OUR_ID
    assert back.subject == "Printer"
    assert back.claimed_number == 42


A_FILE = Attachment("rapport.pdf", "application/pdf", b"%PDF-1.7\n" + bytes(range(256)))


def test_files_go_along_under_names_that_hurt_nobody():
    hostile = Attachment("../../etc/pass\r\nBcc: evil@x\u202egpj.exe", "image/jpeg", b"x")
    mail = opened(a_mail(files=[A_FILE, hostile]))

    assert mail.get_body(["plain"]).get_content().strip() == "Hello"
    sent = [(part.get_filename(), part.get_content_type(), part.get_content())
            for part in mail.iter_attachments()]  # fmt: skip
    assert sent[0] == (A_FILE.name, A_FILE.content_type, A_FILE.content)
    assert sent[1][1:] == ("image/jpeg", b"x")
    assert not set("/\r\n\u202e") & set(sent[1][0])
    assert headers_of(a_mail(files=[A_FILE, hostile])) == HUMAN_HEADERS


@pytest.mark.parametrize("kind", ["text/html", "message/rfc822", "multipart/mixed", "a/b; x=y\r\nBcc: z", ""])
def test_a_file_is_never_taken_for_words_of_ours(kind):
    mail = opened(a_mail(files=[Attachment("note", kind, b"<b>no</b>")]))

    assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/octet-stream"]


def test_files_that_no_mail_can_hold_are_refused_in_words():
    with pytest.raises(Unsendable, match="more than the 18,000,000 that a mail holds"):
        a_mail(files=[Attachment("film.mp4", "video/mp4", bytes(MOST_BYTES)), A_FILE])


@settings(max_examples=examples(50))
@given(name=HOSTILE, kind=HOSTILE, content=st.binary(max_size=200))
@example(name="letters.woff2", kind="font/woff2", content=b"wOF2")
def test_whatever_a_file_is_called_it_arrives_whole_and_alone(name, kind, content):
    raw = a_mail(files=[Attachment(name, kind, content)])

    assert headers_of(raw) == HUMAN_HEADERS
    assert [part.get_payload(decode=True) for part in opened(raw).iter_attachments()] == [content]


def outlook_opens():
    """What Outlook writes in the mail that opens a conversation."""
    return base64.b64encode(bytes(range(22))).decode()


def test_outlook_finds_our_answer_in_the_customers_conversation():
    ours = answer_to(outlook_opens(), topic="Printer", name="42", opened=NOON, now=NOON)
    mail = opened(a_mail(conversation=ours))

    assert mail["Thread-Topic"] == "Printer"
    index = base64.b64decode(mail["Thread-Index"])
    assert index[:22] == bytes(range(22))
    assert len(index) == 27


def test_without_theirs_all_our_mails_on_a_ticket_share_one_conversation():
    first = answer_to("", topic="Printer", name="42", opened=NOON, now=NOON)
    second = answer_to("not base64 !", topic="Printer", name="42", opened=NOON, now=NOON + timedelta(days=2))
    other = answer_to("", topic="Printer", name="43", opened=NOON, now=NOON)

    def root(each):
        return base64.b64decode(each.index)[:22]

    assert root(first) == root(second) != root(other)
    assert first.index != second.index


@given(st.text(max_size=80) | st.binary(max_size=400).map(lambda raw: base64.b64encode(raw).decode()))
def test_whatever_stands_in_thread_index_ours_is_one(theirs):
    ours = answer_to(theirs, topic="x", name="42", opened=NOON, now=NOON)
    index = base64.b64decode(ours.index, validate=True)

    assert len(index) >= 27
    assert (len(index) - 22) % 5 == 0
    assert len(ours.index) < 400
    a_mail(conversation=ours)
