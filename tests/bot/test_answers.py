"""Whatever goes wrong, the person who asked reads why, and Slack delivers again what was not kept."""

import json
import logging

GONE = "The desk's database does not answer; nothing was changed. Try again in a minute."


def test_without_its_database_the_desk_says_so_to_whoever_clicked(desk, slack):
    assert desk.without_database().click("take", "1:1").status == 200
    assert slack.told[-1]["text"] == GONE


def test_without_its_database_a_form_stays_open_with_the_reason(desk):
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    said = json.loads(desk.without_database().submit({"text": "Hello", "then": "keep"}).body)
    assert said == {"response_action": "errors", "errors": {"text": GONE}}


def test_without_its_database_the_command_answers(desk):
    assert desk.without_database().ask("")["text"] == GONE


def test_a_note_that_could_not_be_kept_is_delivered_again(desk):
    number = desk.a_ticket()
    desk.deliver()
    event = desk.a_message(number, "They called")
    assert desk.without_database().dispatch(event).status == 500
    assert desk.dispatch(event).status == 200
    assert desk.ticket(number).version == 2


def test_a_fault_of_our_own_is_logged_and_the_person_is_told_nothing_changed(desk, slack, caplog):
    number = desk.a_ticket()
    slack.errors.append(("views.open", "invalid_arguments", 200))
    with caplog.at_level(logging.ERROR):
        assert desk.click("reply", f"{number}:1").status == 200
    assert slack.told[-1]["text"].startswith("Something went wrong; nothing was changed.")
    assert "invalid_arguments" in caplog.text
    assert "Traceback" in caplog.text


def test_where_nobody_can_be_told_slack_itself_marks_the_button(desk):
    response = desk.click("take", "4711:1", response_url="http://127.0.0.1:9/gone")
    assert response.status == 500


def test_the_first_event_after_a_start_without_slack_is_delivered_again(desk, slack):
    slack.errors.append(("auth.test", "internal_error", 200))
    message = {"type": "message", "channel": "C0SUPPORT", "user": "U0ALICE", "ts": "1.0", "text": "Hm"}
    event = desk.an_event(message)
    assert desk.dispatch(event).status == 500
    assert desk.dispatch(event).status == 200
