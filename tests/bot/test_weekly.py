"""The week in figures: the leads read it once, on the first morning of the next."""

import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from bot.weekly import Weeks
from bot.wire import Wire
from desk.actor import Actor
from tests.bot.strict_slack import LEADS

LENA = Actor.lead("U0LENA", "Lena")
WEEK = timedelta(days=7)


@pytest.fixture
def weeks(desk):
    return Weeks(desk.house, Wire(desk.write, desk.read, desk.pace), lambda name: LEADS)


def told(desk):
    channel = next(each for each in desk.slack.state()["channels"] if each["id"] == LEADS)
    return channel["messages"]


@pytest.mark.both_engines
def test_on_monday_morning_the_leads_read_what_happened_last_week(desk, weeks, at):
    number = desk.a_ticket()
    desk.change(number, lambda ticket: ticket.resolve("Done.", by=LENA, at=at("tue 10:00")))
    desk.time.at = at("mon 08:59") + WEEK
    assert weeks.tell_due() == 0
    desk.time.at = at("mon 09:00") + WEEK
    assert (weeks.tell_due(), weeks.tell_due()) == (1, 0)
    [message] = told(desk)
    assert message["text"].startswith(
        "The week of 30 November to 6 December 2026: Came in 1; 1 resolved; First response in time"
    )
    assert "data_visualization" in [block["type"] for block in message["blocks"]]
    assert "/ticket report" in json.dumps(message["blocks"])
    desk.time.at = at("tue 10:00") + WEEK
    assert weeks.tell_due() == 0


def test_a_week_in_which_nothing_happened_is_not_told(desk, weeks):
    assert weeks.tell_due() == 0
    assert told(desk) == []


def test_after_a_holiday_it_is_told_on_the_first_day_that_is_worked(desk, weeks, at):
    """Easter Monday 2027 is not worked, Tuesday is."""
    desk.a_ticket()
    easter = at("mon 10:00").replace(year=2027, month=3, day=29)
    desk.time.at = easter
    assert weeks.tell_due() == 0
    desk.time.at = easter + timedelta(days=1)
    assert weeks.tell_due() == 1


@pytest.mark.both_engines
def test_several_that_look_at_once_tell_it_once(desk, weeks, at):
    desk.a_ticket()
    desk.time.at = at("mon 09:00") + WEEK
    together = Barrier(3)

    def look():
        together.wait(30)
        weeks.tell_due()

    threads = [Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(told(desk)) == 1


def test_what_slack_refused_is_told_at_the_next_look(desk, weeks, slack, at):
    desk.a_ticket()
    desk.time.at = at("mon 09:00") + WEEK
    slack.fault("chat.postMessage", error="ratelimited")
    assert (weeks.tell_due(), weeks.tell_due()) == (0, 1)
    assert len(told(desk)) == 1
