"""The table of rights: every listener has its row, and nobody outside the desk gets past any of them."""

import json

import pytest

from bot import app as bot_app
from bot import home
from bot.asked import Verb
from bot.gate import NOT_YOURS
from bot.people import People, Rights
from bot.rights import RIGHTS, May
from desk.actor import Door, Role
from desk.status import Status
from tests.bot.desk_at_work import AtOnce
from tests.bot.strict_slack import APP, SUPPORT, TEAM

AGENT, LEAD = "U0ALICE", "U0LENA"
NOBODY_HERE = {
    "guest of one channel": "U0GIL",
    "guest of several channels": "U0GUS",
    "of another organization": "U0OTTO",
    "of another workspace": "U0ODD",
    "deactivated": "U0GONE",
    "bot": "U0ROBOT",
    "not in the channel": "U0NORA",
    "an administrator who is not in the channel": "U0ADA",
    "unknown": "U0UNKNOWN",
    "nobody": "",
}
"""With agents and leads these are the kinds of people there are."""


class Listening:
    """What stands where Bolt's app would, and hears which listeners there are."""

    def __init__(self):
        self.names = set()

    def __getattr__(self, kind):
        def listen(name):
            self.names.add(f"{kind} {name}")
            return lambda listener: listener

        return listen


@pytest.fixture
def database_url(one_engine):
    return one_engine


@pytest.fixture
def administrator(slack):
    """Somebody who rules the workspace, and is not of the desk."""
    slack.hire("Ada", channels=())


def test_every_listener_has_a_row_and_every_row_a_listener(desk):
    listening, threads = Listening(), AtOnce()
    bot_app.listen(listening, desk.house, threads, home.Homes(desk.house, threads))
    here = listening.names - {"command /ticket"} | {f"command {verb}" for verb in Verb}
    assert here == set(RIGHTS) - {"action status closed", "action more export"}


def what_slack_sends(desk, name, user):
    """Somebody asks for that."""
    kind, _, rest = name.partition(" ")
    who = {"id": user, "team_id": TEAM}
    common = {"team": {"id": TEAM}, "api_app_id": APP, "user": who, "trigger_id": "1.2.3"}
    match kind:
        case "action":
            action, _, choice = rest.partition(" ")
            return desk._a_forged_click(action, f"1:1:{choice}" if choice else "1:1", user)
        case "view" | "view_closed":
            view = {"id": "V1", "hash": "1.a", "type": "modal", "callback_id": rest, "blocks": []}
            type_ = {"view": "view_submission"}.get(kind, kind)
            return common | {"type": type_, "view": view | {"private_metadata": "1:1"}}
        case "shortcut" if rest in ("make_ticket", "send_to_customer"):
            message = {"ts": "2.0", "thread_ts": "1.0", "user": user, "text": "Hm"}
            chosen = {"type": "message_action", "callback_id": rest, "channel": {"id": SUPPORT}}
            return common | chosen | {"message": message}
        case "shortcut":
            working = {"trigger_id": desk.slack.sandbox.parts.modals.trigger(user)}
            return common | working | {"type": "shortcut", "callback_id": rest}
        case "command":
            return {
                "command": "/ticket", "text": "" if rest == "queue" else rest, "team_id": TEAM,
                "user_id": user, "api_app_id": APP, "trigger_id": "1.2.3",
                "response_url": "http://127.0.0.1:9/",
            }  # fmt: skip
    event = {"type": rest, "user": user, "channel": SUPPORT, "ts": "2.0", "thread_ts": "1.0", "text": "Hm"}
    return desk.an_event(event)


@pytest.mark.usefixtures("outsiders", "administrator")
def test_nobody_outside_the_desk_gets_past_any_row(desk, slack):
    number = desk.a_ticket(Status.RESOLVED)
    desk.card(number)
    before = desk.ticket(number).version
    for name in RIGHTS:
        if name.startswith("event") or name == "action home_refresh":
            continue  # what they write is none of our business, and Home draws a refusal
        for kind, user in NOBODY_HERE.items():
            said = desk.dispatch(what_slack_sends(desk, name, user))
            in_a_window = name == "shortcut new_ticket" and slack.views[-1]
            answered = said.body or in_a_window or slack.told[-1]["text"]
            assert NOT_YOURS[:60] in str(answered), (name, kind)
    assert desk.ticket(number).version == before
    assert {view["title"]["text"] for view in slack.views} == {"Not possible"}


@pytest.mark.usefixtures("outsiders", "administrator")
@pytest.mark.parametrize("kind", NOBODY_HERE)
def test_whoever_is_not_of_the_desk_is_nobody_to_it(desk, kind):
    assert desk.people.actor(NOBODY_HERE[kind], door=Door.BUTTON) is None


def test_agents_and_leads_are_known_and_leads_by_a_group_too(desk, slack):
    by_group = People(desk.read, Rights(SUPPORT, leads_group=slack.sandbox.leads_group), clock=desk.time.now)
    assert desk.people.actor(AGENT, door=Door.BUTTON).role is Role.AGENT
    assert desk.people.actor(LEAD, door=Door.BUTTON).role is Role.LEAD
    assert by_group.actor(LEAD, door=Door.BUTTON).role is Role.LEAD
    assert by_group.actor(AGENT, door=Door.BUTTON).role is Role.AGENT


def test_what_leads_may_is_refused_to_agents_who_read_whom_to_ask(desk, slack):
    number = desk.a_ticket(Status.RESOLVED)
    picture = f"{number}:{desk.ticket(number).version}"
    desk.forge("close", picture, by=AGENT)
    desk.forge("status", f"{picture}:closed", by=AGENT)
    refusals = {one["text"] for one in slack.told[-2:]}
    assert len(slack.told) == 2
    assert all("lead" in words for words in refusals), refusals
    assert desk.ticket(number).status is Status.RESOLVED
    assert {name for name, right in RIGHTS.items() if right.may is May.LEADS} == {
        "action close", "action status closed", "action write_report", "action send_report",
        "action skip_report", "action resend_report", "action report_arrived",
    }  # fmt: skip


@pytest.mark.parametrize("user", [AGENT, LEAD])
def test_whoever_is_of_the_desk_is_turned_away_from_no_row(desk, slack, user):
    """What becomes of it is the ticket's to say; the gate lets both in everywhere, by every way there is."""
    desk.card(desk.a_ticket(Status.RESOLVED))
    for name in RIGHTS:
        before = len(slack.told)
        desk.time.sleep(10)
        payload = what_slack_sends(desk, name, user)
        if "trigger_id" in payload:
            payload["trigger_id"] = slack.sandbox.parts.modals.trigger(user)
        said = desk.dispatch(payload)
        heard = str([said.body, *(one["text"] for one in slack.told[before:])])
        assert NOT_YOURS[:60] not in heard, name


def test_what_has_no_row_is_denied_to_everybody(desk, slack):
    for user in (AGENT, LEAD):
        desk.dispatch(what_slack_sends(desk, "action whatever", user))
        assert slack.told[-1]["text"] == NOT_YOURS


def test_for_what_cannot_be_undone_slack_is_asked_who_somebody_is_at_that_moment(desk, slack):
    desk.a_ticket(Status.RESOLVED)
    slack.fault("event.member_left_channel", never=True, times=50)
    for name in [name for name, right in RIGHTS.items() if right.final]:
        slack.invite("#support", "Alice")
        desk.people.forget()
        assert desk.people.actor(AGENT, door=Door.BUTTON) is not None
        slack.invite("#support", "Alice", there=False)
        said = desk.dispatch(what_slack_sends(desk, name, AGENT))
        assert NOT_YOURS[:60] in str(said.body or slack.told[-1]["text"]), name
        desk.time.sleep(10)


def test_a_refused_window_says_why_in_the_window(desk):
    said = desk.dispatch(what_slack_sends(desk, "view reply", ""))
    assert NOT_YOURS in json.dumps(json.loads(said.body))
