"""Who may do what: agents and leads, and nobody else.  Default is deny."""

import json

import pytest

from bot.gate import NOT_YOURS
from desk.status import Status
from tests.counted import counting

OUTSIDERS = ["U0NORA", "U0GUS", "U0GIL", "U0OTTO", "U0ODD", "U0ROBOT", "U0GONE", "U0UNKNOWN", ""]
AGENTS = ["U0ALICE", "U0BOB"]
LEADS = ["U0LENA"]

# Every act a click can do: the control, the state of the ticket it is on, and who may.
CLICKS = {
    "take": ("take", "", Status.WAITING_FOR_SUPPORT, AGENTS + LEADS),
    "status: in progress": ("status", "in_progress", Status.WAITING_FOR_CUSTOMER, AGENTS + LEADS),
    "status: back": ("status", "waiting_for_support", Status.WAITING_FOR_CUSTOMER, AGENTS + LEADS),
    "extend": ("extend", "", Status.WAITING_FOR_CUSTOMER, AGENTS + LEADS),
    "reopen": ("reopen", "", Status.RESOLVED, AGENTS + LEADS),
    "close": ("close", "", Status.RESOLVED, LEADS),
    "close by status": ("status", "closed", Status.CANCELLED, LEADS),
}
CLOSE_BY_STATUS = ("status", "closed")
"""Which no card offers, and somebody may send all the same."""

# Every window, and what opens it.
WINDOWS = {
    "reply": ("reply", ""),
    "priority": ("priority", ""),
    "ask": ("more", "ask"),
    "resolve": ("more", "resolve"),
    "snooze": ("more", "snooze"),
    "time": ("more", "time"),
    "budget": ("more", "budget"),
    "cancel": ("status", "cancelled"),
    "resolve by status": ("status", "resolved"),
}
FORMS = {
    "reply": ({"text": "Hello", "then": "keep"}, ("reply", "")),
    "resolve": ({"text": "Done"}, ("more", "resolve")),
    "cancel": ({"text": "No"}, ("status", "cancelled")),
    "snooze": ({}, ("more", "snooze")),
    "time": ({"span": "1h", "what": "", "counts": "free", "on": "2026-11-30"}, ("more", "time")),
    "priority": ({"level": "urgent"}, ("priority", "")),
}


@pytest.fixture
def database_url(one_engine):
    return one_engine


def use(desk, act, number, by):
    action, choice = act
    version = desk.ticket(number).version
    if act == CLOSE_BY_STATUS:
        return desk.forge(action, f"{number}:{version}:{choice}", by=by)
    carried = f"{number}:{version}:{choice}" if choice else f"{number}:{version}"
    return desk.choose(action, carried, by=by) if choice else desk.click(action, carried, by=by)


@pytest.mark.usefixtures("outsiders")
@pytest.mark.parametrize("act", CLICKS)
def test_a_click_does_something_for_those_who_may_and_nothing_for_others(desk, act):
    action, choice, status, allowed = CLICKS[act]
    for who in AGENTS + LEADS + OUTSIDERS:
        number = desk.a_ticket(status)
        before = desk.ticket(number).version
        response = use(desk, (action, choice), number, who)
        assert (desk.ticket(number).version > before) is (who in allowed), who
        assert response.status == 200
        if who in OUTSIDERS:
            assert desk.slack.told[-1]["text"] == NOT_YOURS


@pytest.mark.usefixtures("outsiders")
@pytest.mark.parametrize("act", WINDOWS)
def test_a_window_opens_for_those_who_may_and_not_for_others(desk, act):
    number = desk.a_ticket()
    for who in AGENTS + LEADS + OUTSIDERS:
        before = len(desk.slack.views)
        use(desk, WINDOWS[act], number, who)
        assert (len(desk.slack.views) > before) is (who not in OUTSIDERS), who


@pytest.mark.usefixtures("outsiders")
@pytest.mark.parametrize("form", FORMS)
def test_a_form_counts_from_those_who_may_whoever_opened_it(desk, form):
    values, opener = FORMS[form]
    for who in AGENTS + LEADS + OUTSIDERS:
        number = desk.a_ticket()
        use(desk, opener, number, "U0ALICE")
        response = desk.submit(values, by=who)
        assert (desk.ticket(number).version > 1) is (who not in OUTSIDERS), who
        if who in OUTSIDERS:
            assert json.loads(response.body)["response_action"] == "errors"


@pytest.mark.usefixtures("outsiders")
@pytest.mark.parametrize("text", ["", "1", "mine", "help"])
def test_outsiders_learn_nothing_from_the_command(desk, text):
    desk.a_ticket(subject="Secret")
    with counting() as counts:
        for who in OUTSIDERS:
            assert desk.ask(text, by=who) == {"response_type": "ephemeral", "text": NOT_YOURS}
    assert counts["slack_denied_total", "nobody here"] == len(OUTSIDERS)


@pytest.mark.usefixtures("outsiders")
def test_only_what_those_who_may_type_in_the_thread_becomes_a_note(desk):
    number = desk.a_ticket()
    desk.card(number)
    for who in AGENTS + LEADS + OUTSIDERS:
        before = desk.ticket(number).version
        assert desk.type(number, "I know them", by=who).status == 200
        assert (desk.ticket(number).version > before) is (who not in OUTSIDERS), who


@pytest.mark.parametrize(
    "envelope", [{"team": {"id": "T0OTHER"}}, {"team": None}, {"api_app_id": "A0OTHER"}, {"api_app_id": None}]
)
def test_an_envelope_of_another_workspace_or_app_is_refused(desk, envelope):
    number = desk.a_ticket()
    with counting() as counts:
        response = desk.click("take", f"{number}:1", **envelope)
    assert response.status == 403
    assert desk.ticket(number).version == 1
    assert counts["slack_denied_total", "another team or app"] == 1


def test_who_leaves_the_channel_is_nobody_at_once(desk, slack):
    number = desk.a_ticket()
    desk.click("priority", f"{number}:1")
    assert desk.heard(lambda: slack.invite("#support", "Alice", there=False)).status == 200
    desk.click("take", f"{number}:1")
    assert desk.ticket(number).version == 1


def test_what_was_known_of_people_is_asked_again_after_five_minutes(desk, slack):
    number = desk.a_ticket()
    desk.click("priority", f"{number}:1")
    slack.fault("event.member_left_channel", never=True)
    slack.invite("#support", "Alice", there=False)
    desk.time.sleep(299)
    desk.click("priority", f"{number}:1")
    assert len(slack.views) == 2
    desk.time.sleep(2)
    desk.click("priority", f"{number}:1")
    assert len(slack.views) == 2


def test_when_slack_does_not_say_who_somebody_is_nothing_is_done(desk, slack):
    number = desk.a_ticket()
    slack.fault("conversations.members", error="internal_error")
    assert desk.click("take", f"{number}:1").status == 200
    assert "Slack does not answer" in slack.told[-1]["text"]
    assert desk.ticket(number).version == 1
    desk.click("take", f"{number}:1")
    assert desk.ticket(number).owner == "U0ALICE"


def test_who_is_on_a_second_page_of_the_channel_may_as_well(desk, slack):
    number = desk.a_ticket()
    slack.fault("conversations.members", page=1)
    desk.click("take", f"{number}:1", by="U0BOB")
    assert desk.ticket(number).owner == "U0BOB"


NEWS = {
    "channel_archive": lambda slack: slack.archive("#support"),
    "channel_unarchive": lambda slack: slack.archive("#support", archived=False),
    "channel_rename": lambda slack: slack.rename("#support", "helpdesk"),
    "channel_deleted": lambda slack: slack.delete_channel("#support"),
    "tokens_revoked": lambda slack: slack.revoke_tokens(),
    "member_joined_channel": lambda slack: slack.invite("#support", "Nora"),
}


@pytest.mark.parametrize("kind", NEWS)
def test_news_of_the_workspace_is_acknowledged(desk, slack, kind):
    desk.click("take", f"{desk.a_ticket()}:1")
    assert desk.heard(lambda: NEWS[kind](slack)).status == 200
    assert slack.journal("delivery", kind)[-1]["detail"]["taken"]


def test_that_the_app_was_uninstalled_is_acknowledged(desk):
    assert desk.dispatch(desk.an_event({"type": "app_uninstalled"})).status == 200
