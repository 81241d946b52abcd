"""The whole mail, as it came: untrimmed, below its headers, a page at a time, and codes only for who asks."""

import json

import pytest

from bot.wholemail import Place
from desk.actor import Actor
from desk.errors import DeskError
from desk.event import Kind
from desk.status import Status
from store import inbox
from store.emails import Direction, Email, keep
from store.inbox import Arrival

ANNA = Actor.customer("anna@bakery.example", "Anna de Boer")
RAW = (
    b"From: =?utf-8?q?Anna_de_Boer?= <anna@bakery.example>\r\nTo: help@desk.example,\r\n"
    b" boss@bakery.example\r\nSubject: Blank page\r\nMessage-ID: <1@bakery.example>\r\n"
    b"X-Secret-Route: 10.0.0.1\r\n\r\nNot this.\r\n"
)


@pytest.fixture
def letter(desk):
    """Gives a ticket one more mail of Anna's: its trimmed words, and the whole of it; the event's number."""

    def write(number, words, whole, raw=RAW, **detail):
        with desk.db.change() as session:
            kept = inbox.keep(session, Arrival(source="test", raw=raw, at=desk.time.now()))
            email = Email(
                ticket=number, direction=Direction.IN, message_id="", address=ANNA.key, subject="Blank page",
                body=whole, at=desk.time.now(), inbox=kept,
            )  # fmt: skip
            keep(session, email)
        facts = {"inbox": kept} | detail
        desk.change(number, lambda t: t.customer_wrote(words, by=ANNA, at=desk.time.now(), **facts))
        desk.deliver()
        return desk.ticket(number).version

    return write


def shown(slack):
    return json.dumps(slack.views[-1]["blocks"], ensure_ascii=False)


def open_from_more(desk, number, by="U0ALICE"):
    desk.choose("more", f"{number}:{desk.ticket(number).version}:whole", by=by)


def test_more_shows_the_newest_mail_whole_below_the_headers_that_matter(desk, slack, letter):
    number = desk.a_ticket()
    letter(number, "It works.", "It works.\n\n> We look at it.\n-- \nAnna, Bakery")
    open_from_more(desk, number)
    said = shown(slack)
    assert "> We look at it.\\n-- \\nAnna, Bakery" in said
    assert "From: Anna de Boer <anna@bakery.example>" in said
    assert "To: help@desk.example, boss@bakery.example" in said
    assert "Message-ID: <1@bakery.example>" in said
    assert "X-Secret-Route" not in said
    assert "mrkdwn" not in said


def test_a_long_mail_turns_its_pages_and_loses_no_character(desk, slack, letter):
    whole = " ".join(f"word{n}" for n in range(6000)) + " the end"
    number = desk.a_ticket()
    letter(number, "Short.", whole)
    open_from_more(desk, number)
    read = [quoted(slack)]
    for page in range(1, 5):
        desk.choose("whole_on", f"2_{page}", view=slack.views[-1])
        read.append(quoted(slack))
    assert "".join("".join(read).split()) == whole.replace(" ", "")
    assert "Page 5 of 5" in shown(slack)
    assert "whole_on" not in shown(slack)
    desk.choose("whole_back", "2_3", view=slack.views[-1])
    assert "Page 4 of 5" in shown(slack)


def quoted(slack):
    """The words of the mail that the window shows."""
    parts = [block["elements"] for block in slack.views[-1]["blocks"] if block["type"] == "rich_text"]
    return "".join(element["text"] for [part] in parts for element in part["elements"])


def test_every_mail_that_came_in_can_be_chosen(desk, slack, letter):
    number = desk.a_ticket()
    first = letter(number, "One.", "One, whole.")
    letter(number, "Two.", "Two, whole.")
    open_from_more(desk, number)
    assert "Two, whole." in shown(slack)
    desk.choose("whole_of", f"{first}_0", view=slack.views[-1])
    assert "One, whole." in shown(slack)


def test_a_code_stays_hidden_until_somebody_asks_and_that_is_on_record(desk, slack, letter):
    number = desk.a_ticket()
    raw = RAW.replace(b"Blank page", b"Your code is 482913")
    seq = letter(number, "Code: 482913", "Code: 482913, all", raw, sensitive="a code to log in with")
    open_from_more(desk, number)
    assert "482913" not in shown(slack)
    assert "Hidden: it holds a code to log in with" in shown(slack)
    assert desk.ticket(number).version == seq
    desk.choose("whole_show", f"{seq}_0_shown", view=slack.views[-1])
    assert "Code: 482913, all" in shown(slack)
    assert [event.detail["of"] for event in desk.ticket(number).history if event.kind is Kind.LOOKED] == [seq]


def test_what_the_thread_has_no_room_for_is_one_click_away(desk, slack, letter):
    number = desk.a_ticket()
    seq = letter(number, "x" * 9000, "x" * 9000 + " and y")
    [line] = slack.thread(desk.place(number).ts)
    assert "300 more characters are not shown here." in str(line)
    desk.click("whole", f"{number}:{seq}:{seq}")
    assert " and y" in quoted(slack)


@pytest.mark.parametrize("status", Status)
def test_ticket_42_leads_to_it_whatever_the_status(desk, slack, status):
    number = desk.a_ticket(status, detail={"inbox": 4711})
    said = desk.ask(str(number))
    assert "The whole mail" in json.dumps(said)
    desk.forge("whole", f"{number}:{desk.ticket(number).version}")
    assert "The oven page is blank." in shown(slack)
    assert "the mail itself is no longer kept" in shown(slack)


def test_where_nobody_mailed_it_is_said_so(desk, slack):
    number = desk.a_ticket()
    open_from_more(desk, number)
    assert "No mail came in on this ticket" in slack.told[-1]["text"]


def test_who_uses_slack_in_dutch_reads_dutch(desk, slack, letter):
    number = desk.a_ticket()
    letter(number, "Kort.", "Alles.")
    open_from_more(desk, number, by="U0BOB")
    assert slack.views[-1]["title"]["text"] == "De hele mail"


@pytest.mark.parametrize("carried", ["", "2", "2_x", "2_0_more", "-2_0", "2_12345"])
def test_what_no_button_carries_is_refused(carried):
    with pytest.raises(DeskError, match="another version"):
        Place.read(carried)


def test_a_forged_button_shows_nothing_and_marks_no_mail_as_read(desk, slack, letter):
    number = desk.a_ticket()
    letter(number, "Short.", "Whole.")
    for carried in ("99_0", "2_0_shown"):
        open_from_more(desk, number)
        view = slack.modal_of("Alice") | {"state": {"values": {}}}
        desk.forge("whole_on", carried, view=view, response_url="", message=None)
        assert "Whole." not in shown(slack)
    assert desk.ticket(number).version == 2
