"""What customers say of how they were helped: in the thread, to the leads, on card and Home, in reports."""

import json

import pytest

from desk.actor import Actor
from desk.satisfaction import Opinion
from desk.status import Status
from sandbox.visitor import buttons_of, text_of
from tests.week import moment

ANNA = Actor.customer("anna@bakery.example", "Anna de Boer")
NASTY = "<!channel> *hm* <https://evil.example|x> "


@pytest.fixture
def database_url(one_engine):
    return one_engine


def rates(desk, number, opinion=Opinion.NOT_GOOD, words="", at=None):
    desk.change(
        number,
        lambda ticket: ticket.rate(
            2, opinion, words, by=ANNA, at=at or desk.time.now(), evidence={"via": "mail"}
        ),
    )
    desk.deliver()


def drawn(message):
    return json.dumps(message["blocks"], ensure_ascii=False)


def test_both_answers_stand_in_the_thread_and_on_the_card_and_good_is_no_news_for_leads(desk, slack):
    number = desk.a_ticket(Status.RESOLVED)
    rates(desk, number, Opinion.GOOD)
    said = [text_of(one) for one in slack.thread(desk.card(number))]
    assert any("👍 Anna de Boer says how it was solved: good (by mail)" in each for each in said)
    assert "👍 good" in drawn(desk.card(number))
    assert slack.channel("C0LEADS") == []
    rates(desk, number, words=NASTY)
    said = [text_of(one) for one in slack.thread(desk.card(number))]
    assert any("says how it was solved: not good, no longer good (by mail)" in each for each in said)
    assert "👎 not good" in drawn(desk.card(number))


def test_leads_read_what_was_not_good_with_the_customers_words_and_reopen_with_one_click(desk, slack):
    number = desk.a_ticket(Status.RESOLVED)
    desk.card(number)
    rates(desk, number, words=NASTY + "It broke again.")
    [told] = slack.channel("C0LEADS")
    assert "A customer was not helped well" in told["text"]
    assert f"|HD-{number}>" in told["text"]
    assert "It broke again." in drawn(told)
    assert buttons_of(told) == ["reopen", "reply"]
    slack.click("U0LENA", told, "reopen")
    assert desk.ticket(number).status is Status.WAITING_FOR_SUPPORT


def test_a_lead_replies_from_there(desk, slack):
    number = desk.a_ticket(Status.RESOLVED)
    rates(desk, number)
    [told] = slack.channel("C0LEADS")
    slack.click("U0LENA", told, "reply")
    assert slack.views[-1]["title"]["text"] == "Reply to customer"


def test_at_night_the_leads_are_left_alone_until_the_desk_opens(desk, slack):
    number = desk.a_ticket(Status.RESOLVED)
    desk.time.at = moment("mon 23:00")
    rates(desk, number)
    assert slack.channel("C0LEADS") == []
    desk.time.at = moment("tue 09:00")
    desk.deliver()
    assert len(slack.channel("C0LEADS")) == 1


def test_twenty_at_once_with_long_words_are_one_message_that_slack_takes(desk, slack):
    numbers = [desk.a_ticket(Status.RESOLVED, subject=NASTY + "x" * 800) for _ in range(20)]
    for number in numbers:
        desk.change(
            number,
            lambda ticket: ticket.rate(
                2, Opinion.NOT_GOOD, NASTY * 200, by=ANNA, at=desk.time.now(), evidence={"via": "link"}
            ),
        )
    desk.deliver()
    [told] = slack.channel("C0LEADS")
    assert "👎 *20 customers not helped well*" in told["text"]
    assert "<!channel>" not in drawn(told)


def test_home_and_the_report_show_the_share_of_good(desk, slack):
    for opinion in (Opinion.GOOD, Opinion.GOOD, Opinion.NOT_GOOD):
        rates(desk, desk.a_ticket(Status.RESOLVED), opinion)
    assert "66 %: 2 of 3" in drawn(desk.open_home("U0LENA"))
    desk.ask("report", by="U0LENA")
    assert any("Helped well 66 %: 2 of 3 who answered" in one["text"] for one in slack.told)


def test_where_nobody_answered_nothing_is_said_of_it(desk, slack):
    desk.a_ticket(Status.RESOLVED)
    assert "elped well" not in drawn(desk.open_home("U0LENA"))
    desk.ask("report", by="U0LENA")
    assert not [one for one in slack.told if "Helped well" in one["text"]]
