"""Windows with a form: the reply, resolve, cancel and priority."""

import json
import logging

import pytest

from desk.actor import Actor
from desk.event import Kind
from desk.priority import Priority
from desk.status import Status
from sandbox.visitor import buttons_of


def body_of(response):
    return json.loads(response.body) if response.body else {}


def texts_of(view):
    return json.dumps(view["blocks"], ensure_ascii=False)


def options_of(view, name):
    block = next(block for block in view["blocks"] if block.get("block_id") == name)
    return [option["value"] for option in block["element"]["options"]]


def test_the_reply_window_shows_to_whom_and_about_what(desk, slack):
    number = desk.a_ticket(subject="<!channel> & *bold*")
    desk.click("reply", f"{number}:1")
    [view] = slack.views
    assert "To: Anna de Boer <anna@bakery.example>" in texts_of(view)
    assert f"HD-{number} · <!channel> & *bold*" in texts_of(view)
    assert view["private_metadata"].startswith(f"{number}:1:")
    assert "mrkdwn" not in texts_of(view)


@pytest.mark.parametrize(
    ("then", "kind", "status"),
    [
        ("keep", Kind.REPLIED, Status.WAITING_FOR_SUPPORT),
        ("ask", Kind.ASKED, Status.WAITING_FOR_CUSTOMER),
        ("resolve", Kind.RESOLVED, Status.RESOLVED),
    ],
)
def test_a_reply_is_recorded_with_what_follows_it(desk, then, kind, status):
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    response = desk.submit({"text": "We look at it.", "then": then})
    assert (response.status, body_of(response)) == (200, {})
    ticket = desk.ticket(number)
    assert ticket.status is status
    assert (ticket.history[-1].kind, ticket.history[-1].text) == (kind, "We look at it.")
    assert ticket.history[-1].by.key == "U0ALICE"


@pytest.mark.both_engines
def test_a_form_that_is_sent_twice_mails_once(desk):
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    body = desk.a_submission({"text": "We look at it.", "then": "keep"})
    assert [desk.dispatch(body).status for _ in range(2)] == [200, 200]
    assert [event.kind for event in desk.ticket(number).history] == [Kind.OPENED, Kind.REPLIED]


@pytest.mark.parametrize("window", ["reply", "resolve", "cancel"])
def test_text_for_colleagues_stays_in_the_window_with_the_reason(desk, window):
    number = desk.a_ticket()
    opened = {"resolve": Status.RESOLVED, "cancel": Status.CANCELLED}
    if window == "reply":
        desk.click("reply", f"{number}:1")
    else:
        desk.choose("status", f"{number}:1:{opened[window]}")
    values = {"text": "intern: they never pay"} | ({"then": "keep"} if window == "reply" else {})
    said = body_of(desk.submit(values))
    assert said["response_action"] == "errors"
    assert "intern:" in said["errors"]["text"]
    assert desk.ticket(number).version == 1


def test_a_reply_to_a_ticket_that_moved_on_is_held_and_says_why(desk, at):
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    anna = Actor.customer("anna@bakery.example", "Anna de Boer")
    desk.change(number, lambda ticket: ticket.customer_wrote("Never mind", by=anna, at=at("mon 10:01")))
    said = body_of(desk.submit({"text": "We look at it.", "then": "keep"}))
    assert said["response_action"] == "update"
    assert "Anna de Boer was first" in texts_of(said["view"])
    assert "We look at it." in texts_of(said["view"])
    assert desk.ticket(number).version == 2


def test_after_reading_why_the_same_reply_can_be_sent_all_the_same(desk, slack, at):
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    anna = Actor.customer("anna@bakery.example", "Anna de Boer")
    desk.change(number, lambda ticket: ticket.customer_wrote("Never mind", by=anna, at=at("mon 10:01")))
    assert body_of(desk.submit({"text": "We look at it.", "then": "ask"}))["response_action"] == "update"
    assert body_of(desk.submit({"text": "We look at it.", "then": "ask"})) == {}
    assert desk.ticket(number).status is Status.WAITING_FOR_CUSTOMER


def test_status_waiting_for_customer_opens_the_reply_with_the_question_chosen(desk, slack):
    number = desk.a_ticket()
    desk.choose("status", f"{number}:1:waiting_for_customer")
    [view] = slack.views
    [block] = [block for block in view["blocks"] if block.get("block_id") == "then"]
    assert block["element"]["initial_option"]["value"] == "ask"


def test_a_resolved_ticket_is_not_offered_to_be_resolved(desk):
    assert buttons_of(desk.card(desk.a_ticket(Status.RESOLVED))) == [
        "reopen", "close", "log_time", "more",
    ]  # fmt: skip


def test_a_reply_offers_only_what_may_follow_it(desk, slack):
    number = desk.a_ticket()
    desk.click("reply", f"{number}:1")
    assert options_of(slack.views[-1], "then") == ["keep", "ask", "resolve"]


def test_resolving_needs_no_words_and_cancelling_does(desk):
    number = desk.a_ticket()
    desk.choose("more", f"{number}:1:resolve")
    desk.submit({"text": ""})
    assert desk.ticket(number).status is Status.RESOLVED
    other = desk.a_ticket()
    desk.choose("status", f"{other}:1:cancelled")
    assert body_of(desk.submit({"text": "  "}))["errors"]["text"].startswith("Write something first")
    desk.submit({"text": "This is the same as HD-1."})
    assert desk.ticket(other).status is Status.CANCELLED


def test_an_entry_of_more_that_is_no_longer_there_is_said_not_to_be(desk, slack):
    number = desk.a_ticket()
    desk.forge("more", f"{number}:1:forget")
    assert "no longer there" in slack.told[-1]["text"]


def test_the_priority_window_shows_the_dates_before_anybody_confirms(desk, slack):
    number = desk.a_ticket()
    desk.click("priority", f"{number}:1")
    assert "First response: *Tue 1 Dec 17:00*" in texts_of(slack.views[-1])
    assert "Recovery: *Fri 4 Dec 17:00*" in texts_of(slack.views[-1])
    desk.choose("level", "urgent", view=slack.views[-1])
    assert "First response: *Mon 30 Nov 17:00* (now Tue 1 Dec 17:00)" in texts_of(slack.views[-1])
    assert "Recovery: *Mon 30 Nov 17:00* (now Fri 4 Dec 17:00)" in texts_of(slack.views[-1])
    assert desk.ticket(number).version == 1
    desk.submit({"level": "urgent"})
    ticket = desk.ticket(number)
    assert ticket.priority is Priority.URGENT
    assert ticket.history[-1].detail["reclassified"] is False


def test_a_date_that_has_already_passed_is_said_and_recorded(desk, slack, at):
    number = desk.a_ticket()
    desk.time.at = at("wed 10:00")
    desk.click("priority", f"{number}:1")
    desk.choose("level", "urgent", view=slack.views[-1])
    shown = texts_of(slack.views[-1])
    assert "Recovery: *Mon 30 Nov 17:00* (now Fri 4 Dec 17:00)  ⚠️ *already passed*: a broken promise" in shown
    assert "marked as reclassified" in shown
    desk.submit({"level": "urgent"})
    assert desk.ticket(number).history[-1].detail["reclassified"] is True


def test_a_paused_ticket_shows_what_would_be_left_and_what_is_left_now(desk, slack, at):
    number = desk.a_ticket(Status.WAITING_FOR_CUSTOMER)
    desk.click("priority", f"{number}:2")
    view = slack.views[-1] | {"id": "V1", "hash": "1"}
    desk.choose("level", "high", view=view, response_url="", message=None)
    assert "Recovery: *paused, 2 d left* (now paused, 5 d left)" in texts_of(slack.views[-1])


def test_a_promise_that_was_broken_before_is_not_called_reclassified(desk, slack, at):
    number = desk.a_ticket(priority=Priority.HIGH)
    desk.time.at = at("thu 10:00")
    desk.click("priority", f"{number}:1")
    view = slack.views[-1] | {"id": "V1", "hash": "1"}
    desk.choose("level", "urgent", view=view, response_url="", message=None)
    assert "Recovery: *Mon 30 Nov 17:00* (now Tue 1 Dec 17:00)  ⚠️ *already passed*" in texts_of(
        slack.views[-1]
    )
    assert "reclassified" not in texts_of(slack.views[-1])


def test_an_improvement_promises_no_dates(desk, slack):
    number = desk.a_ticket()
    desk.click("priority", f"{number}:1")
    desk.choose("level", "improvement", view=slack.views[-1])
    assert "No dates are promised." in texts_of(slack.views[-1])


def test_a_refusal_inside_a_window_is_shown_in_the_window(desk, slack, at):
    number = desk.a_ticket()
    desk.click("priority", f"{number}:1")
    desk.change(number, lambda ticket: ticket.take(by=Actor.agent("U0BOB", "Bob"), at=at("mon 10:00")))
    desk.choose("level", "urgent", view=slack.views[-1])
    assert "Bob was first (taken)" in texts_of(slack.views[-1])


def test_a_window_that_slack_no_longer_opens_asks_for_another_click(desk, slack):
    number = desk.a_ticket()
    late = desk.a_click("reply", f"{number}:1")
    desk.time.sleep(4)
    assert desk.dispatch(late).status == 200
    assert "Please click again" in slack.told[-1]["text"]


@pytest.mark.parametrize(
    "moves_on",
    [
        lambda desk: desk.slack.close("Alice"),
        lambda desk: desk.submit({"level": "high"}),
        lambda desk: desk.choose("level", "low", view=desk.slack.views[-1]),
    ],
    ids=["closed it", "sent it", "chose again"],
)
def test_who_has_moved_on_before_the_dates_are_drawn_is_left_alone(desk, slack, caplog, moves_on):
    number = desk.a_ticket()
    desk.click("priority", f"{number}:1")
    late = desk.on_its_way(lambda: slack.click_in_view("Alice", "level", "urgent"))
    moves_on(desk)
    drawn = len(slack.views)
    with caplog.at_level(logging.WARNING):
        assert desk.dispatch(late).status == 200
    assert len(slack.views) == drawn
    assert slack.told == []
    assert caplog.text == ""


def test_a_refusal_is_told_to_nobody_when_its_window_was_closed_meanwhile(desk, slack, caplog):
    number = desk.a_ticket()
    desk.click("priority", f"{number}:1")
    late = desk.on_its_way(lambda: slack.click_in_view("Alice", "level", "urgent"))
    desk.click("take", f"{number}:1", by="U0BOB")
    slack.close("Alice")
    with caplog.at_level(logging.WARNING):
        assert desk.dispatch(late).status == 200
    assert caplog.text == ""
