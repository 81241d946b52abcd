"""Snooze in Slack: the window, what it offers, the card, the lists, and the reminder in the thread."""

import json

import pytest

from bot.snoozing import choices
from desk.actor import Actor
from desk.event import Kind
from sla.sweep import sweep

ALICE = Actor.agent("U0ALICE", "Alice")


def words(found):
    return json.dumps(found, ensure_ascii=False)


def open_window(desk, number, by="U0ALICE"):
    desk.card(number)
    desk.choose("more", f"{number}:{desk.ticket(number).version}:snooze", by=by)


def put_aside(desk, number, **answers):
    open_window(desk, number)
    return desk.submit(answers)


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        ("mon 10:00", ["Tomorrow, Tue 1 Dec 09:00", "Monday, Mon 7 Dec 09:00"]),
        ("fri 16:00", ["When we open, Mon 7 Dec 09:00", "In a week, Fri 11 Dec 09:00"]),
        ("sun 12:00", ["Tomorrow, Mon 7 Dec 09:00", "When we open, Mon 14 Dec 09:00"]),
    ],
)
def test_what_is_offered_are_moments_at_which_the_desk_is_open(hours, at, now, offered):
    assert list(choices(hours, now=at(now)).values()) == offered


@pytest.mark.both_engines
def test_a_snoozed_ticket_says_so_on_the_card_and_in_every_list_and_sinks(desk):
    first, second = desk.a_ticket(), desk.a_ticket()
    assert put_aside(desk, first).body == ""
    assert "💤 Snoozed until *Tue 1 Dec 09:00*. Its promises run on." in words(desk.card(first))
    home = words(desk.open_home())
    assert home.index(f"HD-{second}") < home.index(f"HD-{first}")
    assert "💤 snoozed until Tue 1 Dec 09:00" in home
    queue = words(desk.ask(""))
    assert queue.index(f"HD-{second}") < queue.index(f"HD-{first}")
    assert "💤 uitgesteld tot di 1 dec 09:00" in words(desk.ask("lijst"))


def test_another_day_counts_instead_of_what_is_offered(desk, at):
    number = desk.a_ticket()
    put_aside(desk, number, day="2026-12-03", clock="14:30")
    assert desk.ticket(number).snoozed_until == at("thu 14:30")


def test_a_day_that_has_passed_is_refused_below_it(desk):
    number = desk.a_ticket()
    said = json.loads(put_aside(desk, number, day="2026-11-27").body)
    assert said["errors"] == {"day": "That moment has passed: choose a later one."}
    assert desk.ticket(number).snoozed_until is None


def test_the_owner_is_called_once_in_the_thread_when_it_is_time(desk, slack, at):
    number = desk.a_ticket()
    desk.change(number, lambda ticket: ticket.take(by=ALICE, at=at("mon 09:30")))
    put_aside(desk, number)
    for moment in ("tue 08:59", "tue 09:00", "tue 09:01"):
        desk.time.at = at(moment)
        sweep(desk.db, desk.policy, now=desk.time.now())
        desk.deliver()
    reminders = [each for each in slack.messages if "snoozed it until now" in words(each)]
    assert len(reminders) == 1
    assert '{"type": "user", "user_id": "U0ALICE"}' in words(reminders)
    assert "Snoozed until" not in words(desk.card(number))


def test_a_reminder_that_is_nobodys_is_for_the_channel(desk, slack, at):
    number = desk.a_ticket()
    put_aside(desk, number)
    desk.time.at = at("tue 09:00")
    sweep(desk.db, desk.policy, now=desk.time.now())
    desk.deliver()
    [told] = [each for each in slack.messages if "snoozed it until now" in words(each)]
    assert told["subtype"] == "thread_broadcast"
    assert "Nobody owns this" in words(told)


def test_who_wakes_it_is_told_to_nobody_loudly(desk, slack):
    number = desk.a_ticket()
    put_aside(desk, number)
    desk.card(number)
    desk.click("wake", f"{number}:{desk.ticket(number).version}")
    assert desk.ticket(number).history[-1].kind is Kind.WOKEN
    desk.deliver()
    [told] = [each for each in slack.messages if "ended the snooze" in words(each)]
    assert told.get("subtype") != "thread_broadcast"
