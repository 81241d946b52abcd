"""Whatever can go wrong goes wrong here on order; an order that makes no sense is refused."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Unanswered, Visitor

Json = dict[str, Any]
Connect = Callable[[], Any]


def refusal(call: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(*args, **named)
    return str(refused.value.response["error"])


def post(url: str, body: bytes, kind: str = "application/json") -> tuple[int, str]:
    request = urllib.request.Request(url, body, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


SENSELESS: dict[str, tuple[Json, str]] = {
    "an unknown method": (
        {"method": "chat.shout", "error": "x"},
        "cannot be spoiled, only: .*chat",
    ),
    "an unknown event": ({"method": "event.full_moon", "never": True}, "cannot be spoiled"),
    "nothing at all": ({"method": "chat.update"}, "needs one of: drop, effect, error, hang"),
    "only effect": ({"method": "chat.update", "effect": True}, "effect goes with error or status"),
    "a call that comes twice": ({"method": "chat.update", "twice": True}, "needs one of"),
    "a late post": ({"method": "chat.update", "error": "x", "late": 1}, "has no late, only"),
    "an event with a status": ({"method": "event.message", "status": 500}, "never, twice"),
    "a gesture that comes twice": ({"method": "interactive", "twice": True}, "late, never"),
    "hidden posts": ({"method": "chat.postMessage", "hide": 1}, "needs one of"),
    "a status of 200": ({"method": "chat.update", "status": 200}, "from 400 to 599"),
    "a drop in the middle": ({"method": "chat.update", "drop": "during"}, "before or after"),
    "a drop with an answer": ({"method": "chat.update", "drop": "after", "error": "x"}, "answers nothing"),
    "never and late": ({"method": "event.message", "never": True, "late": 1}, "neither late nor twice"),
    "a negative wait": ({"method": "chat.update", "hang": -1}, "must not be negative"),
    "words for a number": ({"method": "chat.update", "hang": "long"}, "hang must be of type float"),
    "no times": ({"method": "chat.update", "error": "x", "times": 0}, "times must be at least 1"),
    "an unknown word": ({"method": "chat.update", "explode": True}, "a fault has no explode"),
}


@pytest.mark.parametrize(("plan", "why"), SENSELESS.values(), ids=SENSELESS.keys())
def test_a_fault_that_makes_no_sense_is_refused(visitor: Visitor, plan: Json, why: str) -> None:
    with pytest.raises(NotPossibleHere, match=why):
        visitor.fault(**plan)
    assert visitor.state()["faults"] == []


class TestHistory:
    """What was written is there, and history does not know of it yet."""

    def test_what_was_written_just_now_may_be_missing(self, slack: WebClient, visitor: Visitor) -> None:
        root = slack.chat_postMessage(channel="C0SUPPORT", text="old")
        slack.chat_postMessage(channel="C0SUPPORT", text="old reply", thread_ts=root["ts"])
        visitor.turn_clock(60)
        slack.chat_postMessage(channel="C0SUPPORT", text="new")
        slack.chat_postMessage(channel="C0SUPPORT", text="new reply", thread_ts=root["ts"])
        for method in ("conversations.history", "conversations.replies"):
            visitor.fault(method, delay=30, times=2)
        assert _texts(slack.conversations_history(channel="C0SUPPORT")) == ["old"]
        assert _texts(slack.conversations_replies(channel="C0SUPPORT", ts=root["ts"])) == ["old", "old reply"]
        visitor.turn_clock(30)
        assert _texts(slack.conversations_history(channel="C0SUPPORT")) == ["new", "old"]
        assert len(_texts(slack.conversations_replies(channel="C0SUPPORT", ts=root["ts"]))) == 3

    def test_the_newest_may_be_left_out(self, slack: WebClient, visitor: Visitor) -> None:
        root = slack.chat_postMessage(channel="C0SUPPORT", text="0")
        slack.chat_postMessage(channel="C0SUPPORT", text="1")
        slack.chat_postMessage(channel="C0SUPPORT", text="r", thread_ts=root["ts"])
        visitor.fault("conversations.history", hide=1)
        assert _texts(slack.conversations_history(channel="C0SUPPORT")) == ["0"]
        assert _texts(slack.conversations_history(channel="C0SUPPORT")) == ["1", "0"]
        visitor.fault("conversations.replies", hide=5)
        assert _texts(slack.conversations_replies(channel="C0SUPPORT", ts=root["ts"])) == ["0"]
        assert _texts(slack.conversations_replies(channel="C0SUPPORT", ts=root["ts"])) == ["0", "r"]


class TestResponseAddresses:
    """An answer to a response address goes astray like any other call."""

    @pytest.mark.parametrize(
        ("plan", "status", "arrived"),
        [
            ({"error": "fatal_error", "status": 500}, 500, 0),
            ({"error": "fatal_error", "status": 500, "effect": True}, 500, 1),
            ({"retry_after": 7}, 429, 0),
            ({"hang": 0.1}, 200, 1),
        ],
    )
    def test_it_fails(
        self, sandbox: Sandbox, visitor: Visitor, plan: Json, status: int, arrived: int
    ) -> None:
        address = sandbox.parts.replies.address("U0ALICE", "C0SUPPORT")
        visitor.fault("response", **plan)
        assert post(address, b'{"text": "hi"}')[0] == status
        assert len(visitor.ephemerals("Alice")) == arrived
        assert post(address, b'{"text": "hi"}') == (200, "ok")

    @pytest.mark.parametrize(("drop", "arrived"), [("before", 0), ("after", 1)])
    def test_the_connection_drops(self, sandbox: Sandbox, visitor: Visitor, drop: str, arrived: int) -> None:
        address = sandbox.parts.replies.address("U0ALICE", "C0SUPPORT")
        visitor.fault("response", drop=drop)
        with pytest.raises((OSError, urllib.error.URLError)):
            post(address, b'{"text": "hi"}')
        assert len(visitor.ephemerals("Alice")) == arrived

    def test_it_ends_after_half_an_hour_of_the_clock(self, sandbox: Sandbox, visitor: Visitor) -> None:
        address = sandbox.parts.replies.address("U0ALICE", "C0SUPPORT")
        visitor.turn_clock(1799)
        assert post(address, b'{"text": "hi"}')[0] == 200
        visitor.turn_clock(2)
        assert post(address, b'{"text": "hi"}') == (404, "expired_url")
        assert visitor.journal("hook", "response")[-1]["detail"]["status"] == 404

    def test_words_that_are_no_answer_are_refused(self, sandbox: Sandbox) -> None:
        address = sandbox.parts.replies.address("U0ALICE", "C0SUPPORT")
        assert post(address, b"[]")[0] == 400
        assert post(address, b"not json") == (400, "invalid_payload")
        assert post(address, json.dumps({"text": "x", "blocks": [{"type": "?"}]}).encode())[0] == 400


class TestUploads:
    """The bytes of a file get lost, or their answer does."""

    @pytest.mark.parametrize(
        ("plan", "status", "kept"),
        [
            ({"status": 503}, 503, False),
            ({"status": 503, "effect": True}, 503, True),
            ({"error": "x", "retry_after": 3}, 429, False),
        ],
    )
    def test_it_fails(self, slack: WebClient, visitor: Visitor, plan: Json, status: int, kept: bool) -> None:
        file = slack.files_getUploadURLExternal(filename="a.txt", length=3)
        visitor.fault("upload", **plan)
        assert post(file["upload_url"], b"abc", "application/octet-stream")[0] == status
        complete = {"files": [{"id": file["file_id"]}], "channel_id": "C0SUPPORT"}
        if kept:
            assert slack.files_completeUploadExternal(**complete)["ok"]
        else:
            assert refusal(slack.files_completeUploadExternal, **complete) == "file_not_found"
            assert visitor.channel("#support") == []

    @pytest.mark.parametrize(("drop", "kept"), [("before", False), ("after", True)])
    def test_the_connection_drops(self, slack: WebClient, visitor: Visitor, drop: str, kept: bool) -> None:
        file = slack.files_getUploadURLExternal(filename="a.txt", length=3)
        visitor.fault("upload", drop=drop)
        with pytest.raises((OSError, urllib.error.URLError)):
            post(file["upload_url"], b"abc", "application/octet-stream")
        complete = {"files": [{"id": file["file_id"]}]}
        if kept:
            assert slack.files_completeUploadExternal(**complete)["ok"]
        else:
            assert refusal(slack.files_completeUploadExternal, **complete) == "file_not_found"

    def test_a_file_of_another_length_is_not_taken(self, slack: WebClient) -> None:
        file = slack.files_getUploadURLExternal(filename="a.txt", length=3)
        assert post(file["upload_url"], b"abcd", "application/octet-stream")[0] == 400


class TestDeliveries:
    """Events and gestures are lost, doubled, or late."""

    def test_an_event_is_late_and_another_overtakes_it(
        self, visitor: Visitor, bot: App, connect: Connect
    ) -> None:
        heard = _listening(bot, connect)
        visitor.fault("event.message", late=30)
        visitor.say("Alice", "#support", "first")
        visitor.say("Alice", "#support", "second")
        visitor.wait_until(lambda: heard == ["second"])
        visitor.turn_clock(30)
        visitor.wait_until(lambda: heard == ["second", "first"])

    def test_an_event_comes_twice_with_one_id(self, visitor: Visitor, bot: App, connect: Connect) -> None:
        heard = _listening(bot, connect)
        visitor.fault("event.message", twice=True)
        visitor.say("Alice", "#support", "hello")
        visitor.wait_until(lambda: heard == ["hello", "hello"])
        told = visitor.wait_until(lambda: len(found := visitor.journal("delivery", "message")) == 2 and found)
        assert len({one["detail"]["payload"]["event_id"] for one in told}) == 1

    def test_an_event_never_comes(self, visitor: Visitor, bot: App, connect: Connect) -> None:
        heard = _listening(bot, connect)
        visitor.fault("event.message", never=True)
        visitor.say("Alice", "#support", "lost")
        visitor.say("Alice", "#support", "found")
        visitor.wait_until(lambda: heard == ["found"])
        assert visitor.journal("fault", "event.message")

    @pytest.mark.parametrize("road", ["interactive", "slash_commands"])
    def test_a_gesture_never_comes(
        self, slack: WebClient, visitor: Visitor, bot: App, connect: Connect, road: str
    ) -> None:
        act = _gesture(slack, visitor, bot, connect, road)
        visitor.fault(road, never=True)
        with pytest.raises(Unanswered, match="operation_timeout"):
            act()
        assert act()["acked"]

    @pytest.mark.parametrize("road", ["interactive", "slash_commands"])
    def test_a_gesture_is_late(
        self, slack: WebClient, visitor: Visitor, bot: App, connect: Connect, road: str
    ) -> None:
        act = _gesture(slack, visitor, bot, connect, road)
        visitor.fault(road, late=0.2)
        began = time.monotonic()
        assert act()["acked"]
        assert time.monotonic() - began >= 0.2


def test_a_revoked_token_is_told_and_opens_nothing(
    slack: WebClient, visitor: Visitor, bot: App, connect: Connect
) -> None:
    told: list[Json] = []
    bot.event("tokens_revoked")(lambda event: told.append(event))
    connect()
    visitor.revoke_tokens()
    visitor.wait_until(lambda: told)
    assert told[0]["tokens"]["bot"] == ["U0HELPDESK"]
    assert refusal(slack.auth_test) == "token_revoked"
    assert refusal(slack.chat_postMessage, channel="#support", text="x") == "token_revoked"
    visitor.revoke_tokens(False)
    assert slack.chat_postMessage(channel="#support", text="x")["ok"]


def test_the_journal_says_how_each_request_ended(slack: WebClient, visitor: Visitor) -> None:
    slack.chat_postMessage(channel="#support", text="x")
    visitor.fault("chat.postMessage", status=503)
    refusal(slack.chat_postMessage, channel="#support", text="x")
    visitor.fault("chat.postMessage", drop="after")
    with pytest.raises((OSError, urllib.error.URLError)):
        slack.chat_postMessage(channel="#support", text="x")
    told = [
        (one["kind"], one["detail"]["status"], one["detail"].get("drop", ""))
        for one in visitor.journal(name="chat.postMessage")
    ]
    assert told == [("api", 200, ""), ("fault", 503, ""), ("api", 0, "after")]


def _texts(answer: Any) -> list[str]:
    return [one["text"] for one in answer["messages"]]


def _listening(bot: App, connect: Connect) -> list[str]:
    heard: list[str] = []
    bot.event("message")(lambda event: heard.append(event["text"]))
    connect()
    return heard


def _gesture(slack: WebClient, visitor: Visitor, bot: App, connect: Connect, road: str) -> Callable[[], Json]:
    bot.action("go")(lambda ack: ack())
    bot.command("/ticket")(lambda ack: ack())
    connect()
    if road == "slash_commands":
        return lambda: visitor.slash("Alice", "/ticket")
    go = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    slack.chat_postMessage(channel="#support", text="x", blocks=[{"type": "actions", "elements": [go]}])
    card = visitor.channel("#support")[0]
    return lambda: visitor.click("Alice", card, "go")
