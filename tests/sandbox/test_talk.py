"""Reactions, and what becomes of channels: the app is told, and refused as Slack refuses it."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.visitor import NotPossibleHere, Visitor

Json = dict[str, Any]
Connect = Callable[[], Any]


def refusal(call: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(*args, **named)
    return str(refused.value.response["error"])


def test_a_reaction_is_put_under_a_message_once_and_taken_away_once(
    slack: WebClient, visitor: Visitor
) -> None:
    words = visitor.say("Alice", "#support", "it works")
    where = {"channel": "C0SUPPORT", "timestamp": words["ts"]}
    assert slack.reactions_add(name="white_check_mark", **where)["ok"]
    visitor.react("Bob", words, "white_check_mark")
    visitor.react("Bob", words, "wave::skin-tone-3")
    shown = slack.conversations_history(channel="C0SUPPORT")["messages"][0]["reactions"]
    bot = slack.auth_test()["user_id"]
    assert shown == [
        {"name": "white_check_mark", "users": [bot, "U0BOB"], "count": 2},
        {"name": "wave::skin-tone-3", "users": ["U0BOB"], "count": 1},
    ]
    assert refusal(slack.reactions_add, name="white_check_mark", **where) == "already_reacted"
    assert slack.reactions_remove(name="white_check_mark", **where)["ok"]
    assert refusal(slack.reactions_remove, name="white_check_mark", **where) == "no_reaction"
    visitor.react("Bob", words, "white_check_mark", there=False)
    visitor.react("Bob", words, "wave::skin-tone-3", there=False)
    assert "reactions" not in visitor.again(words)
    with pytest.raises(NotPossibleHere, match="no_reaction"):
        visitor.react("Bob", words, "wave", there=False)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": "Not An Emoji"}, "invalid_name"),
        ({"name": ":eyes:"}, "invalid_name"),
        ({"timestamp": "1.000001"}, "message_not_found"),
        ({"timestamp": ""}, "no_item_specified"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"channel": "C0GENERAL"}, "not_in_channel"),
        ({"channel": "C0ARCHIVED"}, "is_archived"),
    ],
)
def test_a_reaction_is_refused(slack: WebClient, visitor: Visitor, given: Json, error: str) -> None:
    words = visitor.say("Alice", "#support", "it works")
    right = {"channel": "C0SUPPORT", "timestamp": words["ts"], "name": "eyes"}
    assert refusal(slack.api_call, "reactions.add", json=right | given) == error
    assert "reactions" not in visitor.again(words)


def test_the_app_hears_of_reactions_and_mentions(visitor: Visitor, bot: App, connect: Connect) -> None:
    heard: list[Json] = []
    for kind in ("reaction_added", "reaction_removed", "app_mention"):
        bot.event(kind)(lambda event: heard.append(event))
    connect()
    words = visitor.say("Alice", "#support", "<@U0HELPDESK> help")
    visitor.react("Bob", words, "eyes")
    visitor.react("Bob", words, "eyes", there=False)
    visitor.wait_until(lambda: len(heard) == 3)
    told = {event["type"]: event for event in heard}
    assert told["app_mention"]["text"] == "<@U0HELPDESK> help"
    added = told["reaction_added"]
    assert (added["user"], added["reaction"], added["item_user"]) == ("U0BOB", "eyes", "U0ALICE")
    assert added["item"] == {"type": "message", "channel": "C0SUPPORT", "ts": words["ts"]}
    assert told["reaction_removed"]["item"] == added["item"]


def test_a_deleted_channel_is_gone_for_everybody(slack: WebClient, visitor: Visitor) -> None:
    card = slack.chat_postMessage(channel="#support", text="card")
    visitor.delete_channel("#support")
    for call in (slack.conversations_info, slack.conversations_history, slack.conversations_members):
        assert refusal(call, channel="C0SUPPORT") == "channel_not_found"
    assert refusal(slack.chat_postMessage, channel="#support", text="x") == "channel_not_found"
    assert refusal(slack.chat_update, channel="C0SUPPORT", ts=card["ts"], text="x") == "channel_not_found"
    with pytest.raises(NotPossibleHere):
        visitor.say("Alice", "#support", "hello?")
    with pytest.raises(NotPossibleHere):
        visitor.channel("#support")
    event = visitor.journal("event", "channel_deleted")[0]["detail"]["event"]
    assert event["channel"] == "C0SUPPORT"


def test_a_renamed_channel_keeps_its_id(slack: WebClient, visitor: Visitor) -> None:
    visitor.rename("#support", "tickets")
    assert slack.conversations_info(channel="C0SUPPORT")["channel"]["name"] == "tickets"
    assert refusal(slack.chat_postMessage, channel="#support", text="x") == "channel_not_found"
    assert slack.chat_postMessage(channel="#tickets", text="x")["channel"] == "C0SUPPORT"
    event = visitor.journal("event", "channel_rename")[0]["detail"]["event"]
    assert (event["channel"]["id"], event["channel"]["name"]) == ("C0SUPPORT", "tickets")
    with pytest.raises(NotPossibleHere, match="already"):
        visitor.rename("#tickets", "general")
    with pytest.raises(NotPossibleHere, match="no name for a channel"):
        visitor.rename("#tickets", "Not A Name")


def test_a_private_channel_cannot_be_joined(slack: WebClient, visitor: Visitor) -> None:
    private = visitor.new_channel("secret", ["Alice"], private=True)
    assert refusal(slack.conversations_join, channel=private["id"]) == "channel_not_found"
    visitor.invite(private["id"], "Helpdesk")
    assert refusal(slack.conversations_join, channel=private["id"]) == "method_not_supported_for_channel_type"
    assert slack.conversations_info(channel=private["id"])["channel"]["is_private"]


def test_what_somebody_says_to_the_bot_alone_is_a_message_of_that_kind(
    slack: WebClient, visitor: Visitor
) -> None:
    direct = slack.conversations_open(users="U0BOB")["channel"]["id"]
    visitor.say("Bob", direct, "psst")
    event = visitor.journal("event", "message")[0]["detail"]["event"]
    assert (event["channel"], event["channel_type"]) == (direct, "im")
