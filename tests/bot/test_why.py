"""Why a date is what it is, asked in Slack: by command, on a card, on a warning."""

import json

import pytest

from bot.click import value
from desk.actor import Actor
from desk.priority import Priority

SWEEP = Actor.system("sweep")


@pytest.fixture
def database_url(one_engine):
    return one_engine


def text_of(said):
    return json.dumps(said["blocks"], ensure_ascii=False)


@pytest.mark.parametrize("how", ["why {}", "WHY hd-{}", "why #{}"])
def test_the_command_explains_each_date(desk, how):
    number = desk.a_ticket(priority=Priority.URGENT, subject="Blank <page>")
    said = desk.ask(how.format(number))
    assert said["response_type"] == "ephemeral"
    assert "mail landed Mon 30 Nov 09:00" in text_of(said)
    assert "ran Mon 30 Nov 8:00" in text_of(said)
    assert "due Mon 30 Nov 17:00" in text_of(said)
    assert "mrkdwn" not in text_of(said)


def test_asked_in_dutch_it_answers_in_dutch(desk):
    assert "mail binnengekomen ma 30 nov 09:00" in text_of(desk.ask(f"waarom {desk.a_ticket()}"))


def test_who_uses_slack_in_dutch_reads_dutch(desk):
    number = desk.a_ticket()
    assert "mail landed" in text_of(desk.ask(f"why {number}", by="U0ALICE"))
    assert "mail binnengekomen" in text_of(desk.ask(f"why {number}", by="U0BOB"))


def test_a_ticket_that_does_not_exist_is_said_not_to(desk):
    assert desk.ask("why 4711")["text"] == "There is no ticket 4711."


def test_why_without_a_number_gets_help(desk):
    assert "/ticket why 42" in text_of(desk.ask("why"))


def test_more_on_the_card_opens_a_window_with_the_sum(desk, slack):
    number = desk.a_ticket()
    desk.choose("more", value(number, 1, "why"))
    assert "mail landed Mon 30 Nov 09:00" in text_of(slack.views[-1])
    assert slack.views[-1]["title"]["text"] == "Why this date"


def test_the_button_answers_however_old_its_picture_is(desk, slack, at):
    number = desk.a_ticket()
    desk.change(number, lambda ticket: ticket.take(by=Actor.agent("U0BOB", "Bob"), at=at("mon 10:00")))
    desk.click("why", value(number, 1), by="U0LENA")
    assert "mail landed Mon 30 Nov 09:00" in text_of(slack.views[-1])


@pytest.mark.parametrize("user", ["U0GUS", "U0NORA", "U0OTTO"])
def test_outsiders_are_told_nothing(desk, slack, user):
    number = desk.a_ticket()
    desk.forge("why", value(number, 1), by=user)
    assert slack.views == []
    assert "Sorry" in slack.told[-1]["text"]
