"""Who is hired, who is deactivated, and what Slack says of them and lets them do."""

import pytest
from slack_sdk import WebClient

from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Visitor

FLAGS = ("team_id", "is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        ("member", ("T0SANDBOX", False, False, None, False, False)),
        ("guest", ("T0SANDBOX", True, False, None, False, False)),
        ("single_channel_guest", ("T0SANDBOX", True, True, None, False, False)),
        ("stranger", ("T0ELSEWHERE", False, False, True, False, False)),
        ("elsewhere", ("T0ELSEWHERE", False, False, None, False, False)),
        ("bot", ("T0SANDBOX", False, False, None, True, False)),
    ],
)
def test_whoever_is_hired_is_shown_for_what_they_are(
    visitor: Visitor, slack: WebClient, kind: str, flags: tuple[object, ...]
) -> None:
    hired = visitor.hire("Gil Smit", kind)
    shown = slack.users_info(user="U0GIL")["user"]
    assert hired == shown | {"profile": hired["profile"]}
    assert tuple(shown.get(flag) for flag in FLAGS) == flags
    assert "U0GIL" in slack.conversations_members(channel="C0SUPPORT")["members"]


def test_whoever_is_hired_can_write_in_their_channels_and_in_no_other(visitor: Visitor) -> None:
    visitor.hire("Gil Smit", "guest", ["#general"])
    assert visitor.say("Gil", "#general", "Hello")["user"] == "U0GIL"
    with pytest.raises(NotPossibleHere, match="not in #support"):
        visitor.say("Gil", "#support", "Hello")


def test_another_apps_bot_writes_and_its_messages_say_so(visitor: Visitor, slack: WebClient) -> None:
    visitor.hire("Robot", "bot")
    said = visitor.say("Robot", "#support", "Beep")
    [seen] = slack.conversations_history(channel="C0SUPPORT")["messages"]
    assert (seen["user"], seen["bot_id"], seen.get("app_id")) == ("U0ROBOT", "B0ROBOT", None)
    with pytest.raises(NotPossibleHere, match="Robot is a bot"):
        visitor.open_home("Robot")
    for gesture in (lambda: visitor.click("Robot", said, "take"), lambda: visitor.slash("Robot", "/ticket")):
        with pytest.raises(NotPossibleHere, match="Robot is a bot"):
            gesture()


def test_who_was_deactivated_does_nothing_any_more_and_is_still_in_the_channel(
    visitor: Visitor, slack: WebClient
) -> None:
    said = visitor.say("Bob", "#support", "Bye")
    visitor.deactivate("Bob")
    shown = slack.users_info(user="U0BOB", include_locale=True)["user"]
    assert (shown["deleted"], "is_restricted" in shown, "locale" in shown) == (True, False, False)
    assert "U0BOB" in slack.conversations_members(channel="C0SUPPORT")["members"]
    for gesture in (
        lambda: visitor.say("Bob", "#support", "Still here"),
        lambda: visitor.remove("Bob", said),
        lambda: visitor.slash("Bob", "/ticket"),
        lambda: visitor.open_home("Bob"),
    ):
        with pytest.raises(NotPossibleHere, match="deactivated"):
            gesture()


def test_the_locale_is_told_to_who_asks_for_it(slack: WebClient) -> None:
    assert slack.users_info(user="U0BOB", include_locale=True)["user"]["locale"] == "nl-NL"
    assert "locale" not in slack.users_info(user="U0BOB")["user"]


@pytest.mark.parametrize(
    ("name", "kind", "channels", "why"),
    [
        ("Gil", "king", ["#support"], "only: member, guest"),
        ("", "member", ["#support"], "first name"),
        ("Alice Smit", "member", ["#support"], "somebody called Alice already"),
        ("Gil", "member", ["#nowhere"], "no channel #nowhere"),
        ("Gil", "single_channel_guest", ["#support", "#general"], "one channel only"),
    ],
)
def test_who_cannot_be_hired_is_not(
    visitor: Visitor, name: str, kind: str, channels: list[str], why: str
) -> None:
    with pytest.raises(NotPossibleHere, match=why):
        visitor.hire(name, kind, channels)
    assert len(visitor.state()["people"]) == 7


def test_the_app_itself_is_not_deactivated(sandbox: Sandbox, visitor: Visitor) -> None:
    with pytest.raises(NotPossibleHere, match="uninstalled"):
        visitor.deactivate(sandbox.bot_user_id)
