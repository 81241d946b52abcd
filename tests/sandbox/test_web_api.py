"""The Web API of the sandbox, called with Slack's own client over the wire."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Visitor

Json = dict[str, Any]
MODAL: Json = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "T"},
    "blocks": [{"type": "divider"}],
}
SECTION: Json = {"type": "section", "text": {"type": "plain_text", "text": "Hello"}}


def refusal(call: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(*args, **named)
    return str(refused.value.response["error"])


def test_each_kind_of_token_opens_its_own_doors(sandbox: Sandbox, slack: WebClient) -> None:
    def client(token: str | None) -> WebClient:
        return WebClient(token=token, base_url=sandbox.api_url, retry_handlers=[])

    assert slack.auth_test()["team_id"] == sandbox.team_id
    assert refusal(client(None).auth_test) == "not_authed"
    assert refusal(client("xoxb-wrong").auth_test) == "invalid_auth"
    app = client(sandbox.app_token)
    assert refusal(app.chat_postMessage, channel="#support", text="x") == "not_allowed_token_type"
    assert refusal(slack.apps_connections_open, app_token=sandbox.bot_token) == "not_allowed_token_type"
    assert app.apps_connections_open(app_token=sandbox.app_token)["url"].startswith("ws://127.0.0.1")
    assert refusal(slack.api_call, "chat.unheardOf") == "unknown_method"


def test_a_revoked_token_opens_nothing(visitor: Visitor, slack: WebClient) -> None:
    visitor.revoke_tokens()
    assert refusal(slack.auth_test) == "token_revoked"
    visitor.revoke_tokens(False)
    assert slack.auth_test()["ok"]


def test_channels_refuse_as_slack_does(slack: WebClient, visitor: Visitor) -> None:
    def post(channel: str, **more: Any) -> str:
        return refusal(slack.chat_postMessage, channel=channel, text="x", **more)

    assert post("C0NOWHERE") == "channel_not_found"
    assert post("#general") == "not_in_channel"
    assert post("#support-2025") == "is_archived"
    assert post("#support", thread_ts="1.000001") == "thread_not_found"
    visitor.archive("#support")
    assert post("#support") == "is_archived"
    visitor.archive("#support", archived=False)
    visitor.invite("#support", "Helpdesk", there=False)
    assert post("#support") == "not_in_channel"
    assert slack.conversations_join(channel="C0SUPPORT")["ok"]
    assert slack.chat_postMessage(channel="#support", text="x")["ok"]


def test_an_update_with_text_alone_clears_the_blocks(slack: WebClient, visitor: Visitor) -> None:
    meta = {"event_type": "card", "event_payload": {"k": "1"}}
    posted = slack.chat_postMessage(channel="C0SUPPORT", text="a", blocks=[SECTION], metadata=meta)
    slack.chat_update(channel="C0SUPPORT", ts=posted["ts"], text="b", blocks=[SECTION, SECTION])
    assert len(visitor.channel("#support")[0]["blocks"]) == 2
    slack.chat_update(channel="C0SUPPORT", ts=posted["ts"], text="c")
    now = visitor.channel("#support")[0]
    assert (now["text"], "blocks" in now, now["metadata"]) == ("c", False, meta)
    slack.chat_update(channel="C0SUPPORT", ts=posted["ts"], text="d", metadata={})
    assert "metadata" not in visitor.channel("#support")[0]


def test_what_is_gone_or_not_ones_own_cannot_be_changed(slack: WebClient, visitor: Visitor) -> None:
    words = visitor.say("Alice", "#support", "mine")
    assert refusal(slack.chat_update, channel="C0SUPPORT", ts=words["ts"], text="x") == "cant_update_message"
    assert refusal(slack.chat_delete, channel="C0SUPPORT", ts=words["ts"]) == "cant_delete_message"
    card = slack.chat_postMessage(channel="C0SUPPORT", text="card")
    long = "x" * 4001
    assert refusal(slack.chat_update, channel="C0SUPPORT", ts=card["ts"], text=long) == "msg_too_long"
    slack.chat_postMessage(channel="C0SUPPORT", text="reply", thread_ts=card["ts"])
    visitor.remove("Lena", {"channel": "#support", "ts": card["ts"]})
    assert refusal(slack.chat_update, channel="C0SUPPORT", ts=card["ts"], text="x") == "message_not_found"
    tombstone = slack.conversations_replies(channel="C0SUPPORT", ts=card["ts"])["messages"][0]
    assert tombstone["subtype"] == "tombstone"


def test_metadata_is_shown_only_to_who_asks_for_all(slack: WebClient) -> None:
    meta = {"event_type": "card", "event_payload": {"k": "1"}}
    root = slack.chat_postMessage(channel="C0SUPPORT", text="a", metadata=meta)
    slack.chat_postMessage(channel="C0SUPPORT", text="b", metadata=meta, thread_ts=root["ts"])
    where = {"channel": "C0SUPPORT"}
    for read in (slack.conversations_history, lambda **k: slack.conversations_replies(ts=root["ts"], **k)):
        brief = read(**where)["messages"]
        full = read(**where, include_all_metadata=True)["messages"]
        assert {str(one["metadata"]) for one in brief} == {str({"event_type": "card"})}
        assert [one["metadata"] for one in full] == [meta] * len(full)


def test_history_comes_in_pages_newest_first_and_threads_oldest_first(
    slack: WebClient, visitor: Visitor
) -> None:
    visitor.limits("none")
    sent = [slack.chat_postMessage(channel="C0SUPPORT", text=str(n))["ts"] for n in range(5)]
    replies = [
        slack.chat_postMessage(channel="C0SUPPORT", text=f"r{n}", thread_ts=sent[0])["ts"] for n in range(3)
    ]
    pages = [page["messages"] for page in slack.conversations_history(channel="C0SUPPORT", limit=2)]
    assert [[one["text"] for one in page] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    assert pages[-1][0]["reply_count"] == 3

    between = {"channel": "C0SUPPORT", "oldest": sent[1], "latest": sent[3]}
    assert [one["text"] for one in slack.conversations_history(**between)["messages"]] == ["2"]
    inside = slack.conversations_history(**between, inclusive=True)["messages"]
    assert [one["text"] for one in inside] == ["3", "2", "1"]

    thread = [
        page["messages"] for page in slack.conversations_replies(channel="C0SUPPORT", ts=sent[0], limit=2)
    ]
    assert [[one["text"] for one in page] for page in thread] == [["0", "r0", "r1"], ["r2"]]
    late = slack.conversations_replies(channel="C0SUPPORT", ts=sent[0], oldest=replies[0])["messages"]
    assert [one["text"] for one in late] == ["0", "r1", "r2"]
    assert refusal(slack.conversations_history, channel="C0SUPPORT", cursor="nonsense") == "invalid_cursor"


def test_people_are_what_they_are(sandbox: Sandbox, slack: WebClient) -> None:
    everybody = {one["real_name"]: one for page in slack.users_list(limit=3) for one in page["members"]}
    assert everybody["Gus Brouwer"]["is_restricted"]
    assert everybody["Otto Elders"]["is_stranger"]
    assert everybody["Otto Elders"]["team_id"] != sandbox.team_id
    assert slack.users_lookupByEmail(email="alice@desk.example")["user"]["id"] == "U0ALICE"
    assert refusal(slack.users_info, user="U0NOBODY") == "user_not_found"
    assert refusal(slack.users_lookupByEmail, email="x@y.example") == "users_not_found"
    members = slack.conversations_members(channel=sandbox.support_channel)["members"]
    assert {"U0ALICE", "U0GUS", "U0OTTO"} <= set(members)
    assert slack.usergroups_users_list(usergroup=sandbox.leads_group)["users"] == ["U0LENA"]
    names = [one["name"] for one in slack.conversations_list(exclude_archived=True)["channels"]]
    assert names == ["support", "support-leads", "general"]
    assert slack.team_info()["team"]["id"] == sandbox.team_id
    assert slack.bots_info(bot=slack.auth_test()["bot_id"])["bot"]["app_id"] == sandbox.app_id


def test_a_permalink_leads_to_a_message_and_into_its_thread(sandbox: Sandbox, slack: WebClient) -> None:
    root = slack.chat_postMessage(channel="C0SUPPORT", text="a")["ts"]
    reply = slack.chat_postMessage(channel="C0SUPPORT", text="b", thread_ts=root)["ts"]
    link = slack.chat_getPermalink(channel="C0SUPPORT", message_ts=root)["permalink"]
    assert link == f"{sandbox.url}/archives/C0SUPPORT/p{root.replace('.', '')}"
    link = slack.chat_getPermalink(channel="C0SUPPORT", message_ts=reply)["permalink"]
    assert link.endswith(f"?thread_ts={root}&cid=C0SUPPORT")
    gone = {"channel": "C0SUPPORT", "message_ts": "1.000001"}
    assert refusal(slack.chat_getPermalink, **gone) == "message_not_found"


def test_a_deleted_message_is_gone_and_a_root_leaves_a_stone(slack: WebClient, visitor: Visitor) -> None:
    alone = slack.chat_postMessage(channel="C0SUPPORT", text="alone")["ts"]
    root = slack.chat_postMessage(channel="C0SUPPORT", text="root")["ts"]
    slack.chat_postMessage(channel="C0SUPPORT", text="reply", thread_ts=root)
    for ts in (alone, root):
        assert slack.chat_delete(channel="C0SUPPORT", ts=ts)["ts"] == ts
        assert refusal(slack.chat_delete, channel="C0SUPPORT", ts=ts) == "message_not_found"
    assert [one.get("subtype") for one in visitor.channel("#support")] == ["tombstone"]


def test_user_groups_are_listed_with_their_people_when_asked(sandbox: Sandbox, slack: WebClient) -> None:
    assert "users" not in slack.usergroups_list()["usergroups"][0]
    group = slack.usergroups_list(include_users=True)["usergroups"][0]
    assert (group["id"], group["users"]) == (sandbox.leads_group, ["U0LENA"])
    assert refusal(slack.usergroups_users_list, usergroup="S0NONE") == "no_such_subteam"
    assert refusal(slack.bots_info, bot="B0NONE") == "bot_not_found"


def test_an_ephemeral_is_only_for_members(slack: WebClient, visitor: Visitor) -> None:
    slack.chat_postEphemeral(channel="C0SUPPORT", user="U0BOB", text="psst")
    assert [one["text"] for one in visitor.ephemerals("Bob")] == ["psst"]
    everything = {"channel": "C0SUPPORT", "text": "x"}
    assert refusal(slack.chat_postEphemeral, user="U0NORA", **everything) == "user_not_in_channel"


def test_a_direct_message_opens_by_itself(slack: WebClient, visitor: Visitor) -> None:
    channel = slack.conversations_open(users=["U0LENA"])["channel"]["id"]
    sent = slack.chat_postMessage(channel="U0LENA", text="the digest")
    assert sent["channel"] == channel
    assert visitor.channel(channel)[0]["text"] == "the digest"


def test_a_trigger_opens_one_view_within_three_seconds(sandbox: Sandbox, slack: WebClient) -> None:
    modals = sandbox.parts.modals
    trigger = modals.trigger("U0ALICE")
    assert refusal(slack.views_open, trigger_id="1.2.3", view=MODAL) == "invalid_trigger_id"
    view = slack.views_open(trigger_id=trigger, view=MODAL)["view"]
    assert refusal(slack.views_open, trigger_id=trigger, view=MODAL) == "exchanged_trigger_id"
    late = modals.trigger("U0ALICE")
    Visitor(sandbox.url).turn_clock(4)
    assert refusal(slack.views_push, trigger_id=late, view=MODAL) == "expired_trigger_id"
    for _ in range(2):
        slack.views_push(trigger_id=modals.trigger("U0ALICE"), view=MODAL)
    fourth = modals.trigger("U0ALICE")
    assert refusal(slack.views_push, trigger_id=fourth, view=MODAL) == "push_limit_reached"

    changed = slack.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)["view"]
    assert changed["hash"] != view["hash"]
    stale = {"view_id": view["id"], "hash": view["hash"], "view": MODAL}
    assert refusal(slack.views_update, **stale) == "hash_conflict"
    assert refusal(slack.views_update, view_id="V0NONE", view=MODAL) == "not_found"


def test_bad_payloads_are_refused_on_the_wire(slack: WebClient) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(SlackApiError) as refused:
        slack.chat_postMessage(channel="C0SUPPORT", text="x", blocks=[header])
    assert refused.value.response["error"] == "invalid_blocks"
    assert "/blocks/0/text/text" in refused.value.response["response_metadata"]["messages"][0]
    view = {"type": "home", "blocks": [{"type": "nonsense"}]}
    assert refusal(slack.views_publish, user_id="U0ALICE", view=view) == "invalid_arguments"


def test_a_file_is_uploaded_in_three_steps_of_which_the_last_works_once(
    sandbox: Sandbox, slack: WebClient, visitor: Visitor
) -> None:
    root = slack.chat_postMessage(channel="C0SUPPORT", text="card")
    done = slack.files_upload_v2(
        channel="C0SUPPORT",
        thread_ts=root["ts"],
        filename="report.csv",
        content="a,b",
        initial_comment="here",
    )
    shared = visitor.thread(visitor.channel("#support")[0])[0]
    assert (shared["text"], shared["files"][0]["name"]) == ("here", "report.csv")
    file = slack.files_info(file=done["file"]["id"])["file"]
    assert file["shares"]["public"]["C0SUPPORT"][0]["ts"] == shared["ts"]
    again = [{"id": file["id"], "title": "x"}]
    assert refusal(slack.files_completeUploadExternal, files=again).startswith("file_")

    request = urllib.request.Request(
        file["url_private"], headers={"Authorization": f"Bearer {sandbox.bot_token}"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == b"a,b"
    with urllib.request.urlopen(file["url_private"]) as answer:  # as in Slack: a page, and no error
        assert (answer.headers.get_content_type(), b"Sign in" in answer.read()) == ("text/html", True)


def test_form_query_and_multipart_are_read_as_well(sandbox: Sandbox) -> None:
    boundary = b'--x\r\nContent-Disposition: form-data; name="channel"\r\n\r\nC0SUPPORT\r\n--x--\r\n'
    bodies = {
        "application/x-www-form-urlencoded": b"channel=C0SUPPORT",
        "multipart/form-data; boundary=x": boundary,
        "application/json": b'{"channel": "C0SUPPORT"}',
    }
    for kind, body in bodies.items():
        headers = {"Content-Type": kind, "Authorization": f"Bearer {sandbox.bot_token}"}
        request = urllib.request.Request(f"{sandbox.api_url}conversations.info", body, headers)
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["channel"]["name"] == "support"


def test_a_response_address_takes_five_answers(sandbox: Sandbox, visitor: Visitor) -> None:
    address = sandbox.parts.replies.address("U0ALICE", "C0SUPPORT")

    def answer() -> int:
        request = urllib.request.Request(address, b'{"text": "hi"}', {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as taken:
                return int(taken.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return int(refused.code)

    assert [answer() for _ in range(6)] == [200] * 5 + [404]
    assert len(visitor.ephemerals("Alice")) == 5


class TestFaults:
    """What goes wrong on the wire goes wrong here, on order."""

    def test_an_error_a_status_and_a_limit_have_no_effect(self, slack: WebClient, visitor: Visitor) -> None:
        visitor.fault("chat.postMessage", error="is_archived")
        assert refusal(slack.chat_postMessage, channel="C0SUPPORT", text="x") == "is_archived"
        visitor.fault("chat.postMessage", status=500, error="fatal_error")
        assert refusal(slack.chat_postMessage, channel="C0SUPPORT", text="x") == "fatal_error"
        visitor.fault("chat.postMessage", retry_after=30)
        with pytest.raises(SlackApiError) as limited:
            slack.chat_postMessage(channel="C0SUPPORT", text="x")
        assert limited.value.response.status_code == 429
        assert limited.value.response.headers["Retry-After"] == "30"
        assert visitor.channel("#support") == []
        assert slack.chat_postMessage(channel="C0SUPPORT", text="x")["ok"]

    @pytest.mark.parametrize(("drop", "there"), [("before", 0), ("after", 1)])
    def test_the_connection_drops(self, slack: WebClient, visitor: Visitor, drop: str, there: int) -> None:
        visitor.fault("chat.postMessage", drop=drop)
        with pytest.raises((OSError, urllib.error.URLError)):
            slack.chat_postMessage(channel="C0SUPPORT", text="x")
        assert len(visitor.channel("#support")) == there

    def test_an_error_may_hide_that_it_happened(self, slack: WebClient, visitor: Visitor) -> None:
        visitor.fault("chat.postMessage", status=500, error="internal_error", effect=True)
        assert refusal(slack.chat_postMessage, channel="C0SUPPORT", text="x") == "internal_error"
        assert len(visitor.channel("#support")) == 1

    def test_a_fault_waits_for_its_turn_and_can_be_called_off(
        self, slack: WebClient, visitor: Visitor
    ) -> None:
        visitor.fault("chat.postMessage", after=1, times=2, error="fatal_error")
        outcome = []
        for number in range(4):
            try:
                outcome.append(bool(slack.chat_postMessage(channel="C0SUPPORT", text=str(number))["ok"]))
            except SlackApiError:
                outcome.append(False)
        assert outcome == [True, False, False, True]
        visitor.fault("*", error="fatal_error", times=9)
        visitor.clear_faults()
        assert slack.auth_test()["ok"]

    def test_a_call_may_hang(self, slack: WebClient, visitor: Visitor) -> None:
        visitor.fault("auth.test", hang=0.2)
        began = time.monotonic()
        slack.auth_test()
        assert time.monotonic() - began >= 0.2


def test_pages_of_other_sites_stay_outside(sandbox: Sandbox) -> None:
    def status(path: str, **headers: str) -> int:
        request = urllib.request.Request(f"{sandbox.url}{path}", b"{}", headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return int(refused.code)

    assert status("/_control/faults") == 200
    assert status("/_control/faults", Origin=sandbox.url) == 200
    assert status("/_control/faults", Origin="https://evil.example") == 403
    assert status("/_control/faults", Host="evil.example") == 403


def test_the_journal_remembers_every_call(slack: WebClient, visitor: Visitor) -> None:
    slack.chat_postMessage(channel="C0SUPPORT", text="hello")
    entry = visitor.journal("api", "chat.postMessage")[0]
    assert entry["detail"]["given"]["text"] == "hello"
    assert entry["detail"]["answer"]["ok"]


def test_the_journal_stays_small_and_as_it_was(slack: WebClient, visitor: Visitor) -> None:
    posted = slack.chat_postMessage(channel="C0SUPPORT", text="x" * 20_000, blocks=[SECTION])
    slack.chat_update(channel="C0SUPPORT", ts=posted["ts"], text="y")
    told = visitor.journal("api", "chat.postMessage")[0]["detail"]
    assert told["given"]["text"].endswith("… (20000 characters)")
    assert len(told["given"]["text"]) < 10_100
    assert len(told["answer"]["message"]["blocks"]) == 1


def test_the_journal_keeps_the_acts_of_people_and_what_was_refused_them(visitor: Visitor) -> None:
    visitor.rename("#support", "tickets")
    with pytest.raises(NotPossibleHere):
        visitor.rename("#tickets", "general")
    told = [one["detail"]["status"] for one in visitor.journal("control", "rename")]
    assert told == [200, 409]
