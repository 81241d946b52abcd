"""A channel that becomes shared with another organization is told nothing, and everybody is told why."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import app as bot_app
from bot.overheard import Overheard
from bot.posting import CardSender
from bot.strip import Strip
from bot.wire import Wire
from desk.delivery import Audience
from store.courier import Courier
from tests.bot.desk_at_work import AtOnce
from tests.bot.strict_slack import LEADS, SUPPORT

NAMES = {SUPPORT: "Support", LEADS: "the leads"}
MEND = "end that in Slack, name another channel in the settings, or allow it in slack.shared_channels"
SAID = "Another organization reads the channel of Support"


@pytest.fixture
def database_url(one_engine):
    return one_engine


def guarded(desk, *, allowed=()):
    """Have the desk's cards go over a wire that looks who reads them."""
    overheard = Overheard(desk.read, NAMES, allowed=allowed)
    wire = Wire(desk.write, desk.read, desk.pace, overheard=overheard)
    card = CardSender(desk.db, wire, SUPPORT, desk.policy, desk.style, desk.time.now)
    desk.courier = Courier(desk.db, desk.senders | {Audience.CARD: card}, clock=desk.time.now)
    return overheard


def roots(slack):
    return [each["text"] for each in slack.channel(SUPPORT)]


def test_nothing_is_posted_where_others_read_and_all_of_it_once_they_do_not(desk, slack, caplog):
    slack.share("#support")
    overheard = guarded(desk)
    desk.a_ticket()

    desk.deliver()

    assert roots(slack) == []
    assert overheard.problem() == SAID
    assert desk.courier.closed_because.startswith(f"{SAID}: end that in Slack")
    assert [record.levelno for record in caplog.records if SAID in record.message][:1] == [logging.ERROR]
    slack.share("#support", shared=False)
    overheard.look()
    desk.time.sleep(31)
    desk.deliver()
    assert len(roots(slack)) == 1
    assert overheard.problem() is None


def test_what_was_shared_after_the_start_is_seen_at_the_next_look(desk, slack):
    overheard = guarded(desk)
    first = desk.a_ticket()
    desk.deliver()
    assert desk.place(first)
    slack.fault("event.channel_shared", never=True)
    slack.share("#support")

    overheard.look()
    desk.a_ticket()
    desk.deliver()

    assert len(roots(slack)) == 1
    overheard.look()
    assert overheard.lines() == [f"{SAID}. Nothing is posted there: {MEND}"]


def test_slacks_own_word_of_it_is_heard_at_once(desk, slack):
    overheard = guarded(desk)
    desk.house = replace(desk.house, moved=overheard.forget)
    desk.app = bot_app.build(desk.house, AtOnce())
    desk.listen()
    desk.a_ticket()
    desk.deliver()

    assert desk.heard(lambda: slack.share("#support")).status == 200
    desk.a_ticket()
    desk.deliver()
    assert len(roots(slack)) == 1

    assert desk.heard(lambda: slack.share("#support", shared=False)).status == 200
    desk.time.sleep(31)
    desk.deliver()
    assert len(roots(slack)) == 2


def test_a_channel_that_the_settings_allow_to_be_shared_is_told_all_the_same(desk, slack):
    slack.share("#support")
    overheard = guarded(desk, allowed=[SUPPORT])
    desk.a_ticket()
    desk.deliver()
    assert len(roots(slack)) == 1
    assert overheard.problem() is None


def test_where_slack_does_not_say_what_was_known_holds(desk, slack):
    overheard = guarded(desk)
    for is_shared in (False, True):
        slack.share("#support", shared=is_shared)
        overheard.look()
        slack.fault("conversations.info", error="internal_error", times=2)
        overheard.look()
        assert bool(overheard.problem()) is is_shared


@pytest.mark.parametrize("silence", ["internal_error", "missing_scope"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first look", "something became of it"])
def test_until_slack_says_who_reads_there_nothing_is_told(desk, slack, silence, is_first):
    overheard = guarded(desk)
    if not is_first:
        overheard.look()
        overheard.forget()
    slack.share("#support")
    slack.fault("conversations.info", error=silence)
    desk.a_ticket()

    desk.deliver()

    assert roots(slack) == []
    said = "Slack does not say whether another organization reads the channel of Support: "
    assert desk.courier.closed_because.startswith(said)
    slack.share("#support", shared=False)
    desk.time.sleep(31)
    desk.deliver()
    assert len(roots(slack)) == 1


def test_app_home_says_it_first(desk, slack):
    slack.share("#support")
    overheard = guarded(desk)
    overheard.look()
    zone, never = desk.style.zone, timedelta.max
    strip = Strip(desk.db, (), lambda: "", {}, zone, desk.time.now, never, overheard=overheard)
    assert strip.lines() == overheard.lines() != []
