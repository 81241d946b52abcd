"""/ticket and the words that may follow it."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asked import Asked, Verb, read
from bot.gate import NOT_YOURS
from bot.lists import LONGEST_LINE, Of, Page
from desk.actor import Actor
from desk.priority import Priority
from desk.status import Status

ALICE = Actor.agent("U0ALICE", "Alice")


@pytest.fixture
def database_url(one_engine):
    return one_engine


def text_of(said):
    return json.dumps(said["blocks"], ensure_ascii=False)


def a_ticket_of_alice(desk, **facts):
    number = desk.a_ticket(**facts)
    desk.change(number, lambda ticket: ticket.take(by=ALICE, at=desk.time.now()))
    return number


def test_ticket_alone_shows_what_is_mine_and_what_nobody_has_taken(desk):
    mine, free = a_ticket_of_alice(desk, subject="Mine"), desk.a_ticket(subject="Free")
    bobs = desk.a_ticket(Status.IN_PROGRESS, subject="Bobs")
    said = desk.ask("")
    assert said["response_type"] == "ephemeral"
    assert f"HD-{mine}" in text_of(said)
    assert f"HD-{free}" in text_of(said)
    assert f"HD-{bobs}" not in text_of(said)


@pytest.mark.parametrize("word", ["mine", "MINE ", "mijn", "mien"])
def test_mine_shows_only_what_is_mine(desk, word):
    a_ticket_of_alice(desk, subject="Taken by me")
    desk.a_ticket(subject="Free")
    said = desk.ask(word)
    assert "Taken by me" in text_of(said)
    assert "Free" not in text_of(said)


def test_the_most_pressing_comes_first(desk):
    a_ticket_of_alice(desk, subject="Slow", priority=Priority.LOW)
    a_ticket_of_alice(desk, subject="Quick", priority=Priority.URGENT)
    said = text_of(desk.ask("mine"))
    assert said.index("Quick") < said.index("Slow")
    assert "due Mon 30 Nov 17:00" in said


def test_nothing_to_do_is_said_in_words(desk):
    assert "No ticket is yours." in text_of(desk.ask("mine"))


@pytest.mark.parametrize("how", ["{}", "#{}", "hd-{}", "HD{}", "  {} "])
def test_one_ticket_is_shown_with_a_link_to_its_card(desk, slack, how):
    number = desk.a_ticket(subject="Blank <page>")
    desk.deliver()
    said = desk.ask(how.format(number))
    ts = desk.place(number).ts.replace(".", "")
    assert f"<{slack.url}/archives/C0SUPPORT/p{ts}|HD-{number}>" in text_of(said)
    assert "Blank &lt;page&gt;" in text_of(said)
    assert "Tue 1 Dec 17:00" in text_of(said)


def test_a_ticket_without_a_card_yet_is_shown_without_a_link(desk):
    number = desk.a_ticket()
    assert f"*HD-{number}*" in text_of(desk.ask(str(number)))


def test_a_ticket_that_does_not_exist_is_said_not_to(desk):
    assert desk.ask("4711") == {"response_type": "ephemeral", "text": "There is no ticket 4711."}


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("", Asked(Verb.QUEUE)),
        ("help", Asked(Verb.HELP)),
        ("hlep", Asked(Verb.HELP)),
        ("Hulp!", Asked(Verb.HELP, dutch=True)),
        ("mijn", Asked(Verb.MINE, dutch=True)),
        ("42", Asked(Verb.SHOW, 42)),
        ("waarom HD-42", Asked(Verb.WHY, 42, dutch=True)),
        ("42 waarom", Asked(Verb.WHY, 42, dutch=True)),
        ("take #42", Asked(Verb.TAKE, 42)),
        ("status 42 in progress", Asked(Verb.STATUS, 42, "in progress")),
        ("prio 42", Asked(Verb.PRIORITY, 42)),
        ("zoek Printer &amp; inkt", Asked(Verb.FIND, None, "Printer & inkt", dutch=True)),
        ("block <mailto:A@b.nl|A@b.nl>", Asked(Verb.BLOCK, None, "A@b.nl")),
        ("xyzzy 42", Asked(Verb.UNKNOWN, None, "xyzzy 42")),
        ("tkae 42", Asked(Verb.UNKNOWN, None, "tkae 42", given="tkae", near="take 42")),
    ],
)
def test_spelling_is_forgiven_where_that_does_no_harm(line, asked):
    assert read(line) == asked


@given(st.text())
def test_nothing_that_is_typed_is_an_error(line):
    assert read(line).verb in Verb


@pytest.mark.parametrize(
    ("words", "answer"), [("help", "/ticket find printer"), ("hulp", "/ticket zoek printer")]
)
def test_help_says_what_can_be_asked_in_the_language_of_the_word(desk, words, answer):
    assert answer in text_of(desk.ask(words))


def test_answers_are_in_the_language_of_whoever_asks(desk):
    desk.a_ticket()
    assert "not taken by anybody" in text_of(desk.ask(""))
    assert "nog van niemand" in text_of(desk.ask("", by="U0BOB"))
    assert "Wacht op support · Gemiddeld · van niemand · uiterlijk di 1 dec 17:00" in text_of(
        desk.ask("", by="U0BOB")
    )


def test_three_hundred_tickets_are_paged_and_none_is_cut_without_a_word(desk, slack):
    with desk.db.change() as session:
        for _ in range(300):
            desk.a_ticket_in(session, subject="<!channel>" * 90)
    desk.ask("")
    seen = []
    for page in range(30):
        [shown] = slack.told
        text = json.dumps(shown["blocks"], ensure_ascii=False)
        assert f"{10 * page + 1} to {10 * page + 10} of 300" in text
        assert "<!channel>" not in text
        seen += [int(number) for number in re.findall(r"HD-(\d+)", text)]
        turns = [
            element["action_id"]
            for block in shown["blocks"]
            for element in block.get("elements", [])
            if "action_id" in element
        ]
        assert turns == ["page_back"] * (page > 0) + ["page_on"] * (page < 29)
        if page < 29:
            assert turn(desk, shown, "page_on").status == 200
    assert sorted(seen) == list(range(1, 301))
    assert turn(desk, slack.told[0], "page_back").status == 200
    assert "281 to 290 of 300" in json.dumps(slack.told[0]["blocks"])


def turn(desk, shown, button):
    return desk._gesture(lambda: desk.slack.click("U0ALICE", shown, button))


def test_a_page_that_is_no_longer_there_becomes_the_last_one(desk, slack):
    numbers = [a_ticket_of_alice(desk) for _ in range(11)]
    desk.ask("mine")
    desk.change(numbers[0], lambda ticket: ticket.resolve(by=ALICE, at=desk.time.now()))
    assert turn(desk, slack.told[0], "page_on").status == 200
    assert "10 tickets" in json.dumps(slack.told[0]["blocks"])
    assert " to " not in json.dumps(slack.told[0]["blocks"])


@pytest.mark.parametrize("carried", ["", "42:7", "{}", '["mine","en",-1,""]', '["other","en",0,""]', "[[]]"])
def test_a_page_that_nobody_drew_is_refused(desk, slack, carried):
    desk.forge("page_on", carried)
    assert "another version of the desk" in slack.told[-1]["text"]


def test_tickets_are_found_by_what_was_said_and_what_is_unclear_is_named(desk):
    number = desk.a_ticket(subject="Printer jam", text="The café <b>smokes</b>")
    desk.a_ticket(subject="Other")
    said = text_of(desk.ask('find "cafe b smokes" status:open stauts:new'))
    assert f"HD-{number}" in said
    assert "*1 ticket* found for" in said
    assert "There is no filter “stauts:”, so it was left out. Did you mean status:?" in said
    assert "Niets gevonden voor “<printer>”" in text_of(desk.ask("zoek <printer> van:niemand")).replace(
        "&lt;printer&gt; van:niemand", "<printer>"
    )
    assert "/ticket find printer" in text_of(desk.ask("find"))


def test_due_and_waiting_are_lists_of_the_whole_desk(desk):
    waits = desk.a_ticket(Status.WAITING_FOR_CUSTOMER)
    runs = desk.a_ticket(Status.IN_PROGRESS)
    assert f"HD-{runs}" in text_of(desk.ask("due"))
    assert f"HD-{waits}" not in text_of(desk.ask("termijnen"))
    assert f"HD-{waits}" in text_of(desk.ask("waiting"))


def test_a_ticket_is_taken_once(desk):
    number = desk.a_ticket()
    assert desk.ask(f"take {number}")["text"] == f"HD-{number} is yours now."
    assert desk.ask(f"neem {number}")["text"] == f"HD-{number} is dat al: In behandeling."
    ticket = desk.ticket(number)
    assert (ticket.owner, ticket.status, ticket.version) == ("U0ALICE", Status.IN_PROGRESS, 2)
    assert ticket.history[-1].by.door == "command"


@pytest.mark.parametrize(
    ("before", "line", "after", "answer"),
    [
        (Status.WAITING_FOR_SUPPORT, "in progress", Status.IN_PROGRESS, "is now: In progress"),
        (Status.RESOLVED, "waiting for support", Status.WAITING_FOR_SUPPORT, "is now: Waiting for support"),
        (Status.RESOLVED, "closed", Status.RESOLVED, "Only a lead may close a ticket"),
        (Status.IN_PROGRESS, "mee bezig", Status.IN_PROGRESS, "is so already: In progress"),
        (Status.CLOSED, "resolved", Status.CLOSED, "cannot become Resolved"),
        (Status.IN_PROGRESS, "waiting for support", Status.IN_PROGRESS, "cannot become Waiting for support"),
        (Status.IN_PROGRESS, "purple", Status.IN_PROGRESS, "Waiting for customer, Resolved, Cancelled"),
        (Status.CLOSED, "", Status.CLOSED, "nothing can be added to it"),
    ],
)
def test_a_status_that_needs_no_words_is_set_by_the_rules_of_the_card(desk, before, line, after, answer):
    number = desk.a_ticket(before)
    assert answer in desk.ask(f"status {number} {line}")["text"]
    assert desk.ticket(number).status is after


def test_a_lead_may_close(desk):
    number = desk.a_ticket(Status.RESOLVED)
    desk.ask(f"status {number} gesloten", by="U0LENA")
    assert desk.ticket(number).status is Status.CLOSED


@pytest.mark.parametrize(
    ("line", "values", "after"),
    [
        ("resolved", {"text": "Repaired."}, Status.RESOLVED),
        ("waiting for customer", {"text": "Which one?", "then": "ask"}, Status.WAITING_FOR_CUSTOMER),
        ("geannuleerd", {"text": "Never mind."}, Status.CANCELLED),
    ],
)
def test_a_status_that_mails_the_customer_opens_the_window_for_the_words(desk, line, values, after):
    number = desk.a_ticket(Status.IN_PROGRESS)
    assert "nothing is changed before you send it" in desk.ask(f"status {number} {line}")["text"]
    assert desk.ticket(number).status is Status.IN_PROGRESS
    assert desk.submit(values).status == 200
    assert desk.ticket(number).status is after


def test_a_priority_is_confirmed_in_the_window_that_shows_its_dates(desk, slack):
    number = desk.a_ticket()
    desk.ask(f"priority {number} hgih")
    assert "As High" in json.dumps(slack.views[-1]["blocks"])
    assert desk.ticket(number).priority is Priority.MEDIUM
    desk.submit({"level": "high"})
    assert desk.ticket(number).priority is Priority.HIGH
    assert "is so already" in desk.ask(f"priority {number} high")["text"]
    assert "There are: Urgent, High" in desk.ask(f"priority {number} purple")["text"]


@pytest.mark.parametrize("line", ["take", "status", "waarom", "priority high"])
def test_what_needs_a_number_asks_for_it(desk, line):
    assert " 42`" in desk.ask(line)["text"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("tkae 42", "Did you mean `/ticket take 42`? Nothing was done."),
        ("xyzzy `<now>`", "To look for it: `/ticket find xyzzy &lt;now&gt;`"),
        ("status 4711 open", "There is no ticket 4711."),
    ],
)
def test_what_nobody_can_tell_is_asked_back(desk, line, answer):
    assert answer in desk.ask(line)["text"]


@pytest.mark.parametrize("line", ["", "find printer", "take 1", "status 1 resolved", "help"])
def test_strangers_are_refused_whatever_they_ask(desk, outsiders, line):
    number = desk.a_ticket()
    assert desk.ask(line, by="U0GIL") == {"response_type": "ephemeral", "text": NOT_YOURS}
    assert desk.ticket(number).owner is None


def test_the_longest_line_fits_into_the_button_that_turns_its_page():
    assert len(str(Page(Of.FOUND, "en", 10**9 - 1, '"' * LONGEST_LINE))) <= 2000
