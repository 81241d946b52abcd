"""What agents type in a card's thread is an internal note, once."""

import pytest

from desk.actor import Actor
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


@pytest.mark.both_engines
def test_an_event_that_slack_delivers_again_is_one_note(desk, number):
    event = desk.a_message(number, "They called")
    for _ in range(3):
        assert desk.dispatch(event).status == 200
    assert len(notes(desk, number)) == 1


@pytest.mark.both_engines
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


def test_a_note_that_is_edited_says_so_and_the_history_keeps_both(desk, slack, number):
    desk.type(number, "They called")
    [message] = slack.thread(desk.place(number).ts)
    assert desk.heard(lambda: slack.edit("Alice", message, "They never called")).status == 200
    [note] = notes(desk, number)
    ticket = desk.ticket(number)
    assert (note.text, ticket.note_as_it_is(note), ticket.is_edited(note)) == (
        "They called", "They never called", True,
    )  # fmt: skip
    assert (ticket.history[-1].kind, ticket.history[-1].by.key) == (Kind.NOTE_EDITED, "U0ALICE")


def test_a_note_that_is_deleted_is_taken_back_and_the_history_keeps_it(desk, slack, number):
    desk.type(number, "They called")
    [message] = slack.thread(desk.place(number).ts)
    assert desk.heard(lambda: slack.remove("Alice", message)).status == 200
    [note] = notes(desk, number)
    assert (note.text, desk.ticket(number).note_as_it_is(note)) == ("They called", None)


def test_of_two_edits_the_later_counts_whichever_is_heard_first(desk, slack, number):
    desk.type(number, "One")
    [message] = slack.thread(desk.place(number).ts)
    first = desk.on_its_way(lambda: slack.edit("Alice", message, "Two"))
    second = desk.on_its_way(lambda: slack.edit("Alice", message, "Three"))
    for body in (second, first, second):
        assert desk.dispatch(body).status == 200
    [note] = notes(desk, number)
    assert desk.ticket(number).note_as_it_is(note) == "Three"


def test_what_slack_itself_changes_on_a_note_is_no_edit(desk, slack, number):
    desk.type(number, "See https://example.com")
    [message] = slack.thread(desk.place(number).ts)
    preview = desk.on_its_way(lambda: slack.edit("Alice", message, "See https://example.com"))
    preview["event"]["message"].pop("edited")
    assert desk.dispatch(preview).status == 200
    assert [event.kind for event in desk.ticket(number).history] == [Kind.OPENED, Kind.NOTED]


def test_an_edit_on_a_closed_ticket_is_refused_where_its_writer_reads_it(desk, slack, number):
    desk.type(number, "They called")
    [message] = slack.thread(desk.place(number).ts)
    bob = Actor.lead("U0LENA", "Lena")
    desk.change(number, lambda ticket: ticket.resolve("Done", by=bob, at=desk.time.now()))
    desk.change(number, lambda ticket: ticket.close(by=bob, at=desk.time.now()))
    assert desk.heard(lambda: slack.edit("Alice", message, "They never called")).status == 200
    assert "This ticket is closed" in slack.told[-1]["text"]
    assert slack.told[-1]["thread_ts"] == desk.place(number).ts


def test_what_is_typed_in_the_thread_of_something_else_is_no_note(desk, slack, number):
    lunch = slack.say("Bob", "#support", "Lunch?")
    assert desk.heard(lambda: slack.say("Alice", "#support", "Yes", thread=lunch)).status == 200
    assert notes(desk, number) == []


def test_a_message_beside_the_threads_is_no_note(desk, slack, number):
    assert desk.heard(lambda: slack.say("Alice", "#support", "Lunch?")).status == 200
    assert notes(desk, number) == []


def test_a_file_that_an_agent_shares_in_the_thread_is_a_note_that_names_it(desk, slack, number):
    place = desk.place(number)
    assert desk.heard(
        lambda: slack.say("Alice", "#support", "The log", thread=place.ts, files=[("log.txt", b"E42")])
    ).status == 200  # fmt: skip
    [note] = notes(desk, number)
    [file] = note.detail["files"]
    assert (note.text, file["name"], file["bytes"]) == ("The log", "log.txt", 3)


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
