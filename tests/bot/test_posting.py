"""Cards, threads and warnings reach Slack once, whatever Slack answers."""

from datetime import timedelta

import pytest

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.status import Status
from store import outbox

BOB = Actor.agent("U0BOB", "Bob")
ANNA = Actor.customer("anna@bakery.example", "Anna de Boer")
SWEEP = Actor.system("sweep")


def roots(slack, channel="C0SUPPORT"):
    return [message for message in slack.channel(channel) if message.get("subtype") != "tombstone"]


def broadcast(message):
    return message.get("subtype") == "thread_broadcast"


def texts(message):
    return str(message["blocks"])


def warn(desk, number, level, at):
    due = at("mon 17:00")
    desk.change(
        number,
        lambda ticket: ticket.warn("recovery", level, cycle=1, by=SWEEP, at=at("mon 10:00"), due=due),
    )


def test_a_new_ticket_gets_one_card_whose_place_is_remembered(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    [card] = roots(slack)
    assert desk.place(number).ts == card["ts"]
    [asked] = slack.asked("chat.postMessage")
    assert asked["unfurl_links"] is asked["unfurl_media"] is False
    assert card["text"].startswith(f"HD-{number} Blank page (Anna de Boer)")


def test_what_other_apps_can_read_of_a_message_is_a_token_and_nothing_else(desk, slack):
    desk.a_ticket()
    desk.deliver()
    [card] = roots(slack)
    payload = card["metadata"]["event_payload"]
    assert list(payload) == ["token"]
    assert len(payload["token"]) == 32


def test_a_change_redraws_the_card_where_it_stands(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    desk.click("take", f"{number}:1")
    desk.deliver()
    [card] = roots(slack)
    assert "In progress" in texts(card)


def test_fifty_changes_redraw_the_card_once(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    for _ in range(50):
        desk.change(number, lambda ticket: ticket.note("Hm.", by=BOB, at=desk.time.now()))
    desk.deliver()
    assert len(slack.asked("chat.update")) == 1


def test_a_card_that_a_person_deleted_comes_back(desk, slack):
    number = desk.a_ticket()
    slack.remove("Lena", desk.card(number))
    desk.click("take", f"{number}:1")
    desk.deliver()
    [card] = roots(slack)
    assert desk.place(number).ts == card["ts"]
    assert "Alice took it" in texts(slack.thread(card["ts"])[0])


def test_a_thread_line_whose_card_was_deleted_waits_for_a_new_one(desk, slack):
    number = desk.a_ticket()
    card = desk.card(number)
    desk.click("take", f"{number}:1")
    slack.remove("Lena", card)
    desk.deliver_only(Audience.AGENTS)
    assert slack.messages == []
    assert desk.place(number) is None
    desk.deliver()
    desk.time.sleep(3)
    desk.deliver()
    [card] = roots(slack)
    assert "Alice took it" in texts(slack.thread(card["ts"])[0])


@pytest.mark.parametrize(
    "answer",
    [{"drop": "after"}, {"error": "internal_error", "effect": True}, {"status": 500, "effect": True}],
    ids=["lost", "internal_error", "500"],
)
def test_a_card_whose_answer_was_lost_is_found_and_not_posted_again(desk, slack, answer):
    number = desk.a_ticket()
    slack.fault("chat.postMessage", **answer)
    desk.deliver()
    assert desk.place(number) is None
    desk.time.sleep(6)
    desk.deliver()
    [card] = roots(slack)
    assert desk.place(number).ts == card["ts"]


def test_a_card_that_never_arrived_is_posted_after_three_looks(desk, slack):
    number = desk.a_ticket()
    slack.fault("chat.postMessage", error="internal_error")
    for wait in (0, 6, 26, 91, 1):
        desk.time.sleep(wait)
        desk.deliver()
    assert len(roots(slack)) == 1
    assert desk.place(number) is not None


def test_of_two_cards_the_older_one_stays(desk, slack):
    number = desk.a_ticket()
    slack.fault("chat.postMessage", drop="after")
    desk.deliver()
    [first] = roots(slack)
    copied = {name: first[name] for name in ("channel", "text", "blocks", "metadata")}
    second = desk.write.chat_postMessage(**copied)
    assert len(roots(slack)) == 2
    desk.time.sleep(6)
    desk.deliver()
    [card] = roots(slack)
    assert desk.place(number).ts == card["ts"] == first["ts"] < second["ts"]


def test_a_redrawing_whose_answer_was_lost_is_done_again(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    slack.fault("chat.update", drop="after")
    desk.click("take", f"{number}:1")
    for wait in (0, 6, 3):
        desk.time.sleep(wait)
        desk.deliver()
    assert len(slack.asked("chat.update")) == 2
    assert "In progress" in texts(roots(slack)[0])


def test_a_thread_line_whose_answer_was_lost_is_found_in_the_thread(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    desk.click("take", f"{number}:1")
    slack.fault("chat.postMessage", drop="after")
    desk.deliver()
    desk.time.sleep(6)
    desk.deliver()
    assert len(slack.thread(desk.place(number).ts)) == 1


@pytest.mark.parametrize(
    "error",
    [
        "token_revoked",
        "account_inactive",
        "invalid_auth",
        "is_archived",
        "channel_not_found",
        "not_in_channel",
        "missing_scope",
        "restricted_action",
    ],
)
def test_a_closed_road_holds_everything_until_it_is_mended(desk, slack, error):
    for _ in range(2):
        desk.a_ticket()
    slack.fault("chat.postMessage", error=error)
    desk.deliver()
    assert roots(slack) == []
    assert error in desk.courier.closed_because
    desk.time.sleep(31)
    desk.deliver()
    assert len(roots(slack)) == 2
    assert desk.courier.closed_because == ""


def test_slack_asks_to_slow_down_and_is_obeyed(desk, slack):
    desk.a_ticket()
    slack.fault("chat.postMessage", error="ratelimited", retry_after=7)
    desk.deliver()
    desk.time.sleep(6)
    assert desk.deliver() == 0
    desk.time.sleep(2)
    desk.deliver()
    assert len(roots(slack)) == 1


def test_slack_out_of_reach_is_tried_again(desk, slack):
    number = desk.a_ticket()
    there, desk.write.base_url = desk.write.base_url, "http://127.0.0.1:9/api/"
    desk.deliver()
    desk.write.base_url = there
    desk.time.sleep(3)
    desk.deliver()
    assert desk.place(number) is not None


def test_a_card_that_slack_refuses_is_shown_plainly(desk, slack):
    number = desk.a_ticket()
    slack.fault("chat.postMessage", error="invalid_blocks")
    desk.deliver()
    [card] = roots(slack)
    assert [block["type"] for block in card["blocks"]] == ["section"]
    assert f"HD-{number}" in texts(card)


def test_a_card_that_slack_refuses_even_plainly_is_given_up_visibly(desk, slack):
    desk.a_ticket()
    other = desk.a_ticket()
    slack.fault("chat.postMessage", error="invalid_blocks", times=2)
    desk.deliver()
    assert desk.place(other) is not None
    with desk.db.read() as session:
        assert outbox.counts(session)[Audience.CARD, DeliveryState.DEAD] == 1


def test_posting_keeps_to_about_one_message_a_second(desk):
    for _ in range(8):
        desk.a_ticket()
    began = desk.time.now()
    desk.deliver()
    assert timedelta(seconds=5) <= desk.time.now() - began <= timedelta(seconds=7)


def test_a_warning_goes_to_the_thread_and_to_the_leads_with_a_link(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 75, at)
    desk.deliver()
    [line] = slack.thread(desk.place(number).ts)
    assert broadcast(line)
    [leads] = roots(slack, "C0LEADS")
    ts = desk.place(number).ts.replace(".", "")
    assert leads["text"].startswith("🟠 *75 % used*: recovery is due Mon 30 Nov 17:00")
    assert f"<{slack.url}/archives/C0SUPPORT/p{ts}|HD-{number}>" in leads["text"]
    assert "<@" not in leads["text"]


def test_a_breach_calls_the_leads(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 100, at)
    desk.deliver()
    [leads] = roots(slack, "C0LEADS")
    assert leads["text"].startswith("<@U0LENA> 🔴 *Overdue*: recovery was due Mon 30 Nov 17:00")


def test_without_the_workspaces_address_a_warning_waits(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 75, at)
    assert len(slack.asked("auth.test")) == 1
    desk.time.sleep(86_400)  # what is known of the workspace is a day old
    slack.fault("auth.test", error="internal_error")
    desk.deliver()
    assert roots(slack, "C0LEADS") == []
    desk.time.sleep(3)
    desk.deliver()
    assert len(roots(slack, "C0LEADS")) == 1


def test_at_half_time_only_the_thread_hears_of_it(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 50, at)
    desk.deliver()
    [line] = slack.thread(desk.place(number).ts)
    assert not broadcast(line)
    assert roots(slack, "C0LEADS") == []


def test_the_channel_hears_of_a_reply_that_nobody_owns_and_of_no_other(desk, slack, at):
    free, owned = desk.a_ticket(), desk.a_ticket(Status.IN_PROGRESS)
    for number in (free, owned):
        desk.change(number, lambda ticket: ticket.customer_wrote("And?", by=ANNA, at=at("mon 09:30")))
    desk.deliver()
    assert broadcast(slack.thread(desk.place(free).ts)[-1])
    assert not broadcast(slack.thread(desk.place(owned).ts)[-1])


def test_the_thread_shows_a_sent_reply_with_its_exact_recipients(desk, slack, at):
    number = desk.a_ticket()
    desk.change(number, lambda ticket: ticket.reply("We look at it.", by=BOB, at=at("mon 09:30")))
    desk.change(
        number,
        lambda ticket: ticket.mailed(2, recipients=["anna@bakery.example"], by=SWEEP, at=at("mon 09:31")),
    )
    desk.deliver()
    [line] = slack.thread(desk.place(number).ts)
    assert "Bob replied to anna@bakery.example" in texts(line)
    assert "We look at it." in texts(line)
