"""What was typed while Slack told the desk nothing is found by reading the thread again, once."""

import random
from datetime import timedelta

import pytest

from bot.rereading import Rereading
from desk.actor import Actor
from desk.event import Kind
from desk.status import Status
from store import erasing
from store.erasing import Deed
from tests.bot.strict_slack import SUPPORT
from tests.week import moment

LENA = Actor.lead("U0LENA", "Lena")


@pytest.fixture
def database_url(one_engine):
    return one_engine


@pytest.fixture
def number(desk):
    """A ticket whose card stands in the channel."""
    number = desk.a_ticket()
    desk.deliver()
    return number


@pytest.fixture
def rereading(desk):
    """Reads threads again; everything that was said until now it has heard."""
    reading = Rereading(desk.house, desk.write)
    desk.time.sleep(1)
    everything(desk, reading)
    return reading


def everything(desk, reading, turns=1):
    """Let it look until nothing is due; how much it found."""
    return sum(reading.look() for _ in range(turns))


def notes(desk, number):
    ticket = desk.ticket(number)
    typed = [event for event in ticket.history if event.kind is Kind.NOTED]
    return [ticket.note_as_it_is(note) for note in typed]


def unheard(desk, slack, do):
    """Something happens in the thread, and Slack never says so."""
    slack.fault("event.message", never=True)
    do()
    slack.line.rest()


def say(desk, slack, number, text, by="Alice", **more):
    return slack.say(by, SUPPORT, text, thread=desk.place(number).ts, **more)


def found(slack, number, desk, text):
    return next(each for each in slack.thread(desk.place(number).ts) if each["text"] == text)


def test_a_note_of_which_slack_lost_the_event_is_found_with_its_writer(desk, slack, number, rereading):
    unheard(desk, slack, lambda: say(desk, slack, number, "They called as well", by="Bob"))
    assert notes(desk, number) == []
    desk.time.sleep(601)
    assert everything(desk, rereading) == 1
    [note] = [event for event in desk.ticket(number).history if event.kind is Kind.NOTED]
    assert (note.text, note.by.key, note.by.door) == ("They called as well", "U0BOB", "thread")


def test_its_event_may_come_after_all_and_it_is_one_note(desk, slack, number, rereading):
    event = desk.a_message(number, "They called")
    desk.time.sleep(601)
    assert everything(desk, rereading) == 1
    assert desk.dispatch(event).status == 200
    desk.time.sleep(601)
    assert everything(desk, rereading) == 0
    assert notes(desk, number) == ["They called"]


def test_what_slack_told_is_no_news(desk, slack, number, rereading):
    desk.type(number, "They called")
    desk.time.sleep(601)
    before = desk.ticket(number).version
    assert everything(desk, rereading) == 0
    assert desk.ticket(number).version == before


def test_of_many_events_lost_and_doubled_every_note_is_there_once(desk, slack, number, rereading):
    chance = random.Random(7)
    said = []
    for count in range(60):
        fate = chance.random()
        if fate < 0.2:
            slack.fault("event.message", never=True)
        elif fate < 0.3:
            slack.fault("event.message", twice=True)
        desk.time.sleep(1)
        said.append(f"Note {count}")
        say(desk, slack, number, said[-1], by=chance.choice(["Alice", "Bob", "Lena"]))
        slack.line.rest()
    assert len(notes(desk, number)) < 60
    desk.time.sleep(601)
    everything(desk, rereading)
    assert sorted(notes(desk, number)) == sorted(said)


def test_a_note_that_was_edited_or_deleted_unheard_is_as_it_stands_there(desk, slack, number, rereading):
    for words in ("One", "Two", "Three"):
        desk.type(number, words)
        desk.time.sleep(1)
    unheard(desk, slack, lambda: slack.edit("Alice", found(slack, number, desk, "One"), "One and a half"))
    unheard(desk, slack, lambda: slack.remove("Alice", found(slack, number, desk, "Two")))
    desk.time.sleep(601)
    assert everything(desk, rereading) == 2
    assert notes(desk, number) == ["One and a half", None, "Three"]
    desk.time.sleep(601)
    assert everything(desk, rereading) == 0


def test_what_was_typed_and_deleted_before_anybody_looked_is_no_note(desk, slack, number, rereading):
    unheard(desk, slack, lambda: say(desk, slack, number, "Wrong thread"))
    unheard(desk, slack, lambda: slack.remove("Alice", found(slack, number, desk, "Wrong thread")))
    desk.time.sleep(601)
    assert everything(desk, rereading) == 0
    assert notes(desk, number) == []


def test_what_slack_does_not_show_yet_is_not_taken_for_deleted(desk, slack, number, rereading):
    desk.time.sleep(601)
    desk.type(number, "They called")
    slack.fault("conversations.replies", delay=60)
    assert everything(desk, rereading) == 0
    assert notes(desk, number) == ["They called"]


def test_what_a_workspace_no_longer_keeps_is_not_taken_for_deleted(desk, slack, number, rereading):
    desk.type(number, "They called")
    unheard(desk, slack, lambda: slack.remove("Alice", found(slack, number, desk, "They called")))
    desk.time.sleep(25 * 3600)
    assert everything(desk, rereading) == 0
    assert notes(desk, number) == ["They called"]


@pytest.mark.usefixtures("outsiders")
def test_outsiders_and_other_apps_are_as_much_nobody_as_in_an_event(desk, slack, number, rereading):
    for who in ("Gil", "Robot"):
        unheard(desk, slack, lambda who=who: say(desk, slack, number, "Hm", by=who))
    desk.time.sleep(601)
    assert everything(desk, rereading) == 0
    assert notes(desk, number) == []


def test_a_file_that_was_shared_unheard_is_a_note_that_names_it(desk, slack, number, rereading):
    unheard(desk, slack, lambda: say(desk, slack, number, "The log", files=[("log.txt", b"E42")]))
    desk.time.sleep(601)
    assert everything(desk, rereading) == 1
    [note] = [event for event in desk.ticket(number).history if event.kind is Kind.NOTED]
    assert note.detail["files"][0]["name"] == "log.txt"


def test_after_a_start_and_after_the_desk_was_deaf_every_thread_is_read_at_once(desk, slack):
    numbers = [desk.a_ticket() for _ in range(3)]
    desk.deliver()
    hears = True
    reading = Rereading(desk.house, desk.write, lambda: hears)
    desk.time.sleep(1)
    assert everything(desk, reading, turns=4) == 0
    hears = False
    desk.time.sleep(61)
    assert reading.look() == 0
    for number in numbers:
        unheard(desk, slack, lambda number=number: say(desk, slack, number, f"About {number}"))
    assert everything(desk, reading, turns=4) == 0
    hears = True
    assert everything(desk, reading, turns=4) == 3
    assert [notes(desk, number) for number in numbers] == [[f"About {number}"] for number in numbers]


def test_of_two_desks_at_one_database_one_reads_a_thread(desk, slack, number):
    desk.time.sleep(1)
    before = len(slack.asked("conversations.replies"))
    for reading in [Rereading(desk.house, desk.write) for _ in range(2)]:
        reading.look()
    assert len(slack.asked("conversations.replies")) == before + 1


@pytest.mark.parametrize(
    "fault", [{"error": "ratelimited", "retry_after": 30}, {"error": "internal_error"}, {"drop": "before"}]
)
def test_when_slack_does_not_answer_the_thread_is_read_a_minute_later(desk, slack, number, rereading, fault):
    unheard(desk, slack, lambda: say(desk, slack, number, "They called"))
    desk.time.sleep(601)
    slack.fault("conversations.replies", **fault)
    assert everything(desk, rereading) == 0
    desk.time.sleep(61)
    assert everything(desk, rereading) == 1


def test_where_the_card_was_deleted_nothing_is_found_and_nothing_fails(desk, slack, number, rereading):
    unheard(desk, slack, lambda: say(desk, slack, number, "They called"))
    desk.time.sleep(601)
    slack.fault("conversations.replies", error="thread_not_found")
    assert everything(desk, rereading) == 0


def test_what_was_erased_does_not_come_back_from_slack(desk, slack, number, rereading):
    desk.type(number, "Anna called")
    unheard(desk, slack, lambda: slack.edit("Alice", found(slack, number, desk, "Anna called"), "Anna wept"))
    unheard(desk, slack, lambda: say(desk, slack, number, "Anna, again"))
    with desk.db.read() as session:
        person = erasing.find(session, "anna@bakery.example")
    deed = Deed("forget", Actor.operator("root"), desk.time.now())
    assert list(erasing.erase(desk.db, person, deed)) == [number]
    desk.time.sleep(601)
    assert everything(desk, rereading) == 0
    assert "Anna" not in str([event.text for event in desk.ticket(number).history])


def test_the_thread_of_a_closed_ticket_is_read_no_more(desk, slack, number, rereading):
    desk.change(number, lambda ticket: ticket.resolve("Done", by=LENA, at=desk.time.now()))
    desk.change(number, lambda ticket: ticket.close(by=LENA, at=desk.time.now()))
    before = len(slack.asked("conversations.replies"))
    desk.time.sleep(3 * 3600)
    assert everything(desk, rereading, turns=2) == 0
    assert len(slack.asked("conversations.replies")) == before


def test_a_thread_in_which_nothing_happens_is_read_seldom(desk, slack, number, rereading):
    desk.time.at = moment("wed 10:00")
    assert everything(desk, rereading) == 0
    before = len(slack.asked("conversations.replies"))
    for _ in range(11):
        desk.time.sleep(600)
        rereading.look()
    assert len(slack.asked("conversations.replies")) == before
    desk.time.at += timedelta(minutes=15)
    rereading.look()
    assert len(slack.asked("conversations.replies")) == before + 1
    assert desk.ticket(number).status is Status.WAITING_FOR_SUPPORT
