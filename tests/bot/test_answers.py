"""Whatever goes wrong, the person who asked reads why, and Slack delivers again what was not kept."""

import json
import logging
from time import monotonic

import pytest

from bot.gate import NOT_YOURS

GONE = "The desk's database does not answer; nothing was changed. Try again in a minute."


def test_without_its_database_the_desk_says_so_to_whoever_clicked(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    assert desk.without_database().click("take", f"{number}:1").status == 200
    assert slack.told[-1]["text"] == GONE


def test_without_its_database_a_form_stays_open_with_the_reason(desk):
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    said = json.loads(desk.without_database().submit({"text": "Hello", "then": "keep"}).body)
    assert said == {"response_action": "errors", "errors": {"text": GONE}}


def test_without_its_database_the_command_answers(desk):
    assert desk.without_database().ask("")["text"] == GONE


def test_a_note_that_could_not_be_kept_is_delivered_again(desk, slack):
    number = desk.a_ticket()
    card = desk.card(number)
    lost = desk.without_database()
    assert lost.heard(lambda: slack.say("Alice", "#support", "They called", thread=card)).status == 500
    desk.listen()
    desk.time.sleep(1)
    slack.wait_until(lambda: desk.ticket(number).version == 2)
    assert desk.ticket(number).history[-1].text == "They called"


def test_a_fault_of_our_own_is_logged_and_the_person_is_told_nothing_changed(desk, slack, caplog):
    number = desk.a_ticket()
    slack.fault("views.open", error="invalid_arguments")
    with caplog.at_level(logging.ERROR):
        assert desk.click("reply", f"{number}:1").status == 200
    assert slack.told[-1]["text"].startswith("Something went wrong; nothing was changed.")
    assert "invalid_arguments" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    "how", [{"drop": "before"}, {"status": 500}, {"status": 404}], ids=["no answer", "500", "404"]
)
def test_where_nobody_can_be_told_slack_itself_marks_the_button(desk, slack, how):
    slack.fault("response", **how)
    assert desk.click("take", "4711:1").status == 500
    assert slack.told == []


def test_the_first_event_after_a_start_without_slack_is_delivered_again(desk, slack):
    slack.fault("auth.test", error="internal_error")
    assert desk.heard(lambda: slack.say("Alice", "#support", "Hm")).status == 500
    desk.time.sleep(1)
    tries = slack.wait_until(lambda: slack.journal("delivery", "message")[1:] and slack.journal("delivery"))
    assert [(one["detail"]["taken"], one["detail"]["attempt"]) for one in tries] == [(False, 0), (True, 1)]


def test_where_slack_asks_to_slow_down_nobody_is_kept_waiting_for_that(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    slack.fault("users.info", retry_after=20)
    began = monotonic()
    assert desk.click("take", f"{number}:1").status == 200
    assert monotonic() - began < 3, "Slack would have told them that the desk does not answer"
    assert slack.told[-1]["text"].startswith("Slack does not answer the desk's questions")
    assert desk.ticket(number).version == 1


def test_a_window_that_slack_does_not_open_for_its_pace_is_no_fault_of_ours(desk, slack, caplog):
    number = desk.a_ticket()
    slack.fault("views.open", retry_after=20)
    assert desk.click("reply", f"{number}:1").status == 200
    assert (
        slack.told[-1]["text"]
        == "Slack asks the desk to slow down; nothing was changed. Try again in a minute."
    )
    assert "Traceback" not in caplog.text


def test_a_shortcut_that_nobody_answers_below_a_message_is_answered_in_a_window(desk, slack):
    slack.hire("Gil", "single_channel_guest")
    desk._gesture(lambda: slack.shortcut("Gil", "new_ticket"))
    assert NOT_YOURS[:60] in str(slack.modal_of("Gil")["blocks"])
    slack.fault("views.open", error="internal_error")
    assert desk._gesture(lambda: slack.shortcut("Alice", "new_ticket")).status == 200
    assert "Something went wrong" in str(slack.modal_of("Alice")["blocks"])
