"""What agents type in a card's thread is an internal note, once."""

import pytest

from desk.delivery import Audience
from desk.event import Kind
from desk.status import Status


def notes(desk, number):
    return [event for event in desk.ticket(number).history if event.kind is Kind.NOTED]


@pytest.fixture
def number(desk):
    """A ticket whose card stands in the channel."""
    number = desk.a_ticket()
    desk.deliver()
    return number


def test_what_an_agent_types_is_kept_with_who_and_when(desk, number):
    assert desk.type(number, "They called as well", by="U0BOB").status == 200
    [note] = notes(desk, number)
    assert (note.text, note.by.key, note.by.door, note.at) == (
        "They called as well", "U0BOB", "thread", desk.time.now(),
    )  # fmt: skip


def test_a_note_is_owed_to_no_customer(desk, number):
    owed = desk.owed(Audience.CUSTOMER)
    desk.type(number, "They never pay")
    assert notes(desk, number)
    assert desk.owed(Audience.CUSTOMER) == owed


def test_an_event_that_slack_delivers_again_is_one_note(desk, number):
    event = desk.a_message(number, "They called")
    for _ in range(3):
        assert desk.dispatch(event).status == 200
    assert len(notes(desk, number)) == 1


def test_two_events_about_one_message_are_one_note(desk, number):
    event = desk.a_message(number, "They called")
    desk.dispatch(event)
    desk.dispatch(event | {"event_id": "EvOther"})
    assert len(notes(desk, number)) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"subtype": "channel_join"},
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"channel": "C0GENERAL"},
    ],
)
def test_what_is_not_typed_by_a_person_in_a_cards_thread_is_no_note(desk, number, facts):
    assert desk.type(number, "Hm", **facts).status == 200
    assert notes(desk, number) == []


def test_what_another_app_writes_in_the_thread_is_no_note(desk, slack, number):
    slack.hire("Robot", "bot")
    assert desk.heard(lambda: slack.say("Robot", "#support", "Beep", thread=desk.card(number))).status == 200
    assert notes(desk, number) == []


def test_a_note_that_is_edited_or_deleted_in_slack_stays_as_it_was_written(desk, slack, number):
    desk.type(number, "They called")
    [message] = slack.thread(desk.place(number).ts)
    assert desk.heard(lambda: slack.edit("Alice", message, "They never called")).status == 200
    assert desk.heard(lambda: slack.remove("Alice", message)).status == 200
    assert [note.text for note in notes(desk, number)] == ["They called"]


def test_what_is_typed_in_the_thread_of_something_else_is_no_note(desk, slack, number):
    lunch = slack.say("Bob", "#support", "Lunch?")
    assert desk.heard(lambda: slack.say("Alice", "#support", "Yes", thread=lunch)).status == 200
    assert notes(desk, number) == []


def test_a_message_beside_the_threads_is_no_note(desk, slack, number):
    assert desk.heard(lambda: slack.say("Alice", "#support", "Lunch?")).status == 200
    assert notes(desk, number) == []


def test_a_note_with_a_file_names_the_file(desk, number):
    desk.type(number, "", subtype="file_share", files=[{"id": "F1", "name": "log.txt"}])
    [note] = notes(desk, number)
    assert note.detail["files"] == [{"name": "log.txt", "slack_file": "F1"}]


def test_in_the_thread_of_a_closed_ticket_the_writer_is_told(desk, slack):
    number = desk.a_ticket(Status.CLOSED)
    desk.deliver()
    assert desk.type(number, "One more thing").status == 200
    assert "This ticket is closed" in slack.told[-1]["text"]
    assert slack.told[-1]["thread_ts"] == desk.place(number).ts
