"""The bytes of a mail: what they say to whoever reads them, whatever a customer put into subject and name."""

import string
from datetime import UTC, datetime
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.message import Envelope, Unsendable, build, is_ours, message_id, subject_of
from mail.notifications import Letterhead, Notification
from mail.reading import InboundEmail, read
from mail.screening import Kind, screen
from mail.seals import reply_address

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
    assert automatic["Auto-Submitted"] == "auto-replied"
    assert automatic["X-Auto-Response-Suppress"] == "All"


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
