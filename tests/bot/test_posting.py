"""Cards, threads and warnings reach Slack once, whatever Slack answers."""

from datetime import timedelta

import pytest

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.status import Status
from store import outbox
from store.courier import Courier
from tests.counted import counting

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
    now = desk.time.now()
    desk.change(number, lambda ticket: ticket.warn("recovery", level, cycle=1, by=SWEEP, at=now, due=due))
    desk.time.sleep(6)  # the leads' news waits for what else falls due


def test_a_new_ticket_gets_one_card_whose_place_is_remembered(desk, slack):
    number = desk.a_ticket()
    with counting() as counts:
        desk.deliver()
    assert counts["outbox_attempts_total", "card", "arrived"] == 1
    assert counts["db_commit_seconds_count",] > 1
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
    assert list(payload) == ["token", "mark"]  # two numbers that nobody else can read anything into
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


NEVER_ARRIVED, ANSWER_LOST = {"error": "internal_error"}, {"drop": "after"}


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("ahead", "fault"),
    [(timedelta(), NEVER_ARRIVED), (timedelta(hours=1), ANSWER_LOST)],
    ids=["it never arrived", "it did, and our clock was an hour ahead"],
)
def test_after_three_looks_a_card_stands_once_whatever_became_of_the_first_try(desk, slack, ahead, fault):
    number = desk.a_ticket()
    courier = Courier(desk.db, desk.senders, clock=lambda: desk.time.now() + ahead)
    slack.fault("chat.postMessage", **fault)
    for wait in (0, 6, 26, 91, 1):
        desk.time.sleep(wait)
        courier.deliver_due()
    assert len(roots(slack)) == 1
    assert desk.place(number) is not None


@pytest.mark.both_engines
def test_of_two_cards_the_older_one_stays(desk, slack):
    number = desk.a_ticket()
    slack.fault("chat.postMessage", drop="after")
    desk.deliver()
    [first] = roots(slack)
    copied = {name: first[name] for name in ("channel", "text", "blocks", "metadata")}
    second = desk.write.chat_postMessage(**copied)
    assert len(roots(slack)) == 2
    desk.time.sleep(6)
    with counting() as counts:
        desk.deliver()
    [card] = roots(slack)
    assert desk.place(number).ts == card["ts"] == first["ts"] < second["ts"]
    assert counts["slack_duplicates_removed_total",] == 1
    assert counts["reconcile_total", "card", "yes"] == 1


@pytest.mark.parametrize(
    "error", ["compliance_exports_prevent_deletion", "message_not_found", "internal_error"]
)
def test_a_copy_that_slack_does_not_delete_holds_up_nothing(desk, slack, error):
    # given two cards of one ticket, in a workspace whose messages nobody may delete
    number, other = desk.a_ticket(), desk.a_ticket()
    slack.fault("chat.postMessage", drop="after")
    desk.deliver_only(Audience.CARD)
    first = next(card for card in roots(slack) if f"HD-{number} " in card["text"])
    desk.write.chat_postMessage(**{name: first[name] for name in ("channel", "text", "blocks", "metadata")})
    slack.fault("chat.delete", error=error)

    # when it is looked for
    desk.time.sleep(6)
    desk.deliver()

    # then the older one is its card, and the other ticket has its own
    assert desk.place(number).ts == first["ts"]
    assert desk.place(other) is not None


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
    with counting() as counts:
        desk.deliver()
    assert counts["slack_rate_limited_seconds_total",] == 7
    assert counts["outbox_attempts_total", "card", "held"] == 1
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
    desk.time.sleep(10)
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


def warn_many(desk, count, at, level=100):
    """Tickets whose promises broke in one sweep; their numbers."""
    numbers = [desk.a_ticket(subject=f"Oven {number}") for number in range(count)]
    for wait in (0, 60):
        desk.time.sleep(wait)
        desk.deliver()
    now, due = desk.time.now(), at("mon 10:00")
    for number in numbers:
        desk.change(number, lambda ticket: ticket.warn("recovery", level, cycle=1, by=SWEEP, at=now, due=due))
    desk.time.sleep(6)
    return numbers


def test_what_falls_due_together_is_told_to_the_leads_in_one_message(desk, slack, at):
    numbers = warn_many(desk, 5, at)
    desk.deliver()
    [leads] = roots(slack, "C0LEADS")
    assert leads["text"] == "<@U0LENA> 🔴 *5 promises overdue*"
    for number in numbers:
        assert f"|HD-{number}>" in texts(leads)
        assert len(slack.thread(desk.place(number).ts)) == 1
    assert desk.owed(Audience.LEADS) == desk.owed(Audience.AGENTS) == desk.owed(Audience.CARD) == 0


def test_more_than_fit_are_told_in_as_few_messages_as_it_takes(desk, slack, at):
    warn_many(desk, 23, at)
    desk.deliver()
    said = [message["text"] for message in roots(slack, "C0LEADS")]
    assert said == ["<@U0LENA> 🔴 *20 promises overdue*", "<@U0LENA> 🔴 *3 promises overdue*"]


def test_one_message_about_several_whose_answer_was_lost_is_found_for_each(desk, slack, at):
    warn_many(desk, 3, at)
    slack.fault("chat.postMessage", drop="after")
    desk.deliver_only(Audience.LEADS)
    assert desk.owed(Audience.LEADS) == 3
    desk.time.sleep(6)
    desk.deliver_only(Audience.LEADS)
    assert len(roots(slack, "C0LEADS")) == 1
    assert desk.owed(Audience.LEADS) == 0


def test_one_message_about_several_that_never_arrived_is_sent_again(desk, slack, at):
    warn_many(desk, 3, at)
    slack.fault("chat.postMessage", error="internal_error")
    for wait in (0, 6, 26, 91, 1):
        desk.time.sleep(wait)
        desk.deliver_only(Audience.LEADS)
    assert sum(text.count("Oven") for text in map(texts, roots(slack, "C0LEADS"))) == 3


def test_a_message_that_tells_something_else_as_well_is_not_deleted_as_a_copy(desk, slack, at):
    warn_many(desk, 2, at)
    slack.fault("chat.postMessage", drop="after")
    desk.deliver_only(Audience.LEADS)
    [first] = roots(slack, "C0LEADS")
    token = first["metadata"]["event_payload"]["token"].split()[0]
    both, _alone = (
        desk.write.chat_postMessage(
            **{name: first[name] for name in ("channel", "text", "blocks")},
            metadata={"event_type": "x", "event_payload": {"token": carried}},
        )
        for carried in (f"{token} other", token)
    )
    desk.time.sleep(6)
    desk.deliver_only(Audience.LEADS)
    assert [message["ts"] for message in roots(slack, "C0LEADS")] == [first["ts"], both["ts"]]


def test_a_warning_that_an_outage_held_up_waits_for_the_opening(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    desk.time.at = at("mon 16:30")
    desk.change(
        number,
        lambda t: t.warn("recovery", 75, cycle=1, by=SWEEP, at=at("mon 16:30"), due=at("fri 17:00")),
    )
    desk.time.at = at("mon 17:05")
    desk.deliver()
    desk.change(number, lambda ticket: ticket.customer_wrote("And?", by=ANNA, at=at("mon 17:06")))
    desk.time.at = at("mon 20:00")
    desk.deliver()
    thread = slack.thread(desk.place(number).ts)
    assert ["And?" in texts(line) for line in thread] == [True]
    assert roots(slack, "C0LEADS") == []
    desk.time.at = at("tue 09:00")
    desk.deliver()
    assert "75 % used" in texts(slack.thread(desk.place(number).ts)[-1])
    assert len(roots(slack, "C0LEADS")) == 1


def test_a_date_at_closing_time_is_told_in_the_minutes_after_it(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    desk.time.at = at("mon 17:00") + timedelta(seconds=4)
    warn(desk, number, 100, at)
    desk.deliver()
    assert len(roots(slack, "C0LEADS")) == 1
    assert len(slack.thread(desk.place(number).ts)) == 1


@pytest.mark.parametrize("end", ["resolve", "ask"])
def test_a_warning_that_came_to_nothing_before_it_was_posted_is_not_posted(desk, slack, at, end):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 100, at)
    desk.change(number, lambda ticket: getattr(ticket, end)("Which?", by=BOB, at=desk.time.now()))
    desk.deliver()
    assert roots(slack, "C0LEADS") == []
    assert not any("Overdue" in texts(line) for line in slack.thread(desk.place(number).ts))
    assert desk.owed(Audience.LEADS) == 0


def test_of_two_warnings_that_waited_for_slack_only_the_later_is_posted(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 75, at)
    warn(desk, number, 100, at)
    desk.deliver()
    [leads] = roots(slack, "C0LEADS")
    assert "Overdue" in leads["text"]
    assert len(slack.thread(desk.place(number).ts)) == 1


def a_breach_in(slack, channel="C0LEADS"):
    [message] = [m for m in slack.messages if m["channel"] == channel and "Overdue" in texts(m)]
    return message


def choices(message):
    [select] = [
        element
        for block in message["blocks"] if block["type"] == "actions"
        for element in block["elements"] if element["action_id"] == "breach"
    ]  # fmt: skip
    return select


def choose_reason(desk, message, label, **more):
    options = {option["text"]["text"]: option["value"] for option in choices(message)["options"]}
    return desk.choose("breach", options[label], **more)


def test_a_breach_asks_why_and_shows_the_answer_in_the_thread_and_to_the_leads(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 100, at)
    desk.deliver()
    choose_reason(desk, a_breach_in(slack), "Waiting for a supplier", by="U0LENA")
    desk.deliver()
    for channel in ("C0LEADS", "C0SUPPORT"):
        message = a_breach_in(slack, channel)
        assert "Reason: *Waiting for a supplier* (Lena, Mon 30 Nov 10:00)" in texts(message)
        assert choices(message)["initial_option"]["text"]["text"] == "Waiting for a supplier"
    choose_reason(desk, a_breach_in(slack, "C0SUPPORT"), "Underestimated", by="U0BOB")
    desk.deliver()
    for channel in ("C0LEADS", "C0SUPPORT"):
        assert "Reason: *Underestimated* (Bob" in texts(a_breach_in(slack, channel))
    events = [event for event in desk.ticket(number).history if event.kind == "breach_explained"]
    assert [(event.by.key, event.detail["reason"]) for event in events] == [
        ("U0LENA", "supplier"), ("U0BOB", "underestimated"),
    ]  # fmt: skip
    assert len(roots(slack, "C0LEADS")) == 1


def test_a_reason_changes_only_its_own_line_of_a_message_about_several(desk, slack, at):
    numbers = warn_many(desk, 3, at)
    desk.deliver()
    second = slack.thread(desk.place(numbers[1]).ts)[0]
    choose_reason(desk, second, "Nobody free")
    desk.deliver()
    [leads] = roots(slack, "C0LEADS")
    told = [str(block) for block in leads["blocks"] if "Oven" in str(block)]
    assert ["Nobody free" in each for each in told] == [False, True, False]


def test_a_reason_for_a_message_that_a_person_deleted_brings_nothing_back(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 100, at)
    desk.deliver()
    slack.remove("Lena", a_breach_in(slack))
    [line] = slack.thread(desk.place(number).ts)
    choose_reason(desk, line, "Other")
    desk.deliver()
    assert roots(slack, "C0LEADS") == []
    assert desk.owed(Audience.LEADS) == 0


def test_a_drawing_of_the_reason_whose_answer_was_lost_is_drawn_again(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 100, at)
    desk.deliver()
    choose_reason(desk, a_breach_in(slack), "Other")
    slack.fault("chat.update", error="internal_error", effect=True)
    for wait in (0, 6, 3):
        desk.time.sleep(wait)
        desk.deliver()
    assert desk.owed(Audience.LEADS) == desk.owed(Audience.AGENTS) == 0
    assert "Reason: *Other*" in texts(a_breach_in(slack))


def test_a_choice_that_means_nothing_is_refused_in_words(desk, slack):
    number = desk.a_ticket()
    desk.forge("breach", f"{number}:1:1_whatever")
    assert "another version of the desk" in slack.told[-1]["text"]


def test_a_warning_below_the_breach_asks_nothing_and_explains_its_date(desk, slack, at):
    number = desk.a_ticket()
    desk.deliver()
    warn(desk, number, 75, at)
    desk.deliver()
    [leads] = roots(slack, "C0LEADS")
    [line] = slack.thread(desk.place(number).ts)
    for message in (leads, line):
        [button] = [e for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
        assert (button["action_id"], button["text"]["text"]) == ("why", "Why this date")
