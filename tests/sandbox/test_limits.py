"""Who calls too often is told to wait, and nothing was done; when the clock is turned the lane is free."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.catalogue import METHODS
from sandbox.clock import Clock
from sandbox.limits import A_MINUTE, POST_BURST, Limits
from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Visitor

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


class Still(Clock):
    """A clock that goes only when it is turned."""

    at = MONDAY

    def now(self) -> datetime:
        return self.at

    def turn(self, by: timedelta) -> None:
        self.at += by


def test_a_channel_takes_a_short_burst_and_then_one_message_a_second() -> None:
    clock = Still()
    limits = Limits(clock)
    assert [limits.meet("chat.postMessage", "C1") for _ in range(POST_BURST + 1)] == [0] * POST_BURST + [1]
    assert limits.meet("chat.postMessage", "C2") == 0
    clock.turn(timedelta(seconds=1))
    assert [limits.meet("chat.postMessage", "C1") for _ in range(2)] == [0, 1]
    clock.turn(timedelta(seconds=2))
    assert [limits.meet("chat.postMessage", "C1") for _ in range(3)] == [0, 0, 1]
    clock.turn(timedelta(hours=1))
    assert [limits.meet("chat.postMessage", "C1") for _ in range(POST_BURST + 1)] == [0] * POST_BURST + [1]


@pytest.mark.parametrize(("method", "most"), A_MINUTE.items())
def test_every_other_method_has_so_many_calls_in_any_minute(method: str, most: int) -> None:
    clock = Still()
    limits = Limits(clock)
    assert not any(limits.meet(method) for _ in range(most - 1))
    clock.turn(timedelta(seconds=50))
    assert limits.meet(method) == 0
    assert limits.meet(method) == 10
    clock.turn(timedelta(seconds=10))
    assert not any(limits.meet(method) for _ in range(most - 1))
    assert limits.meet(method) == 50


def test_every_method_is_counted() -> None:
    assert set(METHODS) - set(A_MINUTE) == {"api.test", "chat.postMessage"}


def test_a_channel_that_is_posted_to_too_fast_answers_429_and_keeps_nothing(
    slack: WebClient, visitor: Visitor
) -> None:
    refused = _posts_until_refused(slack)
    assert refused.status_code == 429
    assert refused["error"] == "ratelimited"
    assert refused.headers["Retry-After"] == "1"
    assert "retry_after" not in refused.data
    done = [one for one in visitor.journal("api", "chat.postMessage") if one["detail"]["status"] == 200]
    assert len(visitor.channel("#support")) == len(done)
    assert visitor.journal("api", "chat.postMessage")[-1]["detail"]["status"] == 429


def test_by_whatever_name_the_channel_has_one_lane(slack: WebClient, visitor: Visitor) -> None:
    _posts_until_refused(slack, "#support", "C0SUPPORT")
    assert len(visitor.channel("#support")) < 2 * POST_BURST


def test_turning_the_clock_frees_the_lane(slack: WebClient, visitor: Visitor) -> None:
    for _ in range(20):
        slack.conversations_list()
    with pytest.raises(SlackApiError) as refused:
        slack.conversations_list()
    assert refused.value.response.status_code == 429
    visitor.turn_clock(int(refused.value.response.headers["Retry-After"]))
    assert slack.conversations_list()["ok"]


def test_the_limits_can_be_switched_off_for_a_storm(slack: WebClient, visitor: Visitor) -> None:
    visitor.limits("none")
    for number in range(3 * POST_BURST):
        slack.chat_postMessage(channel="#support", text=str(number))
    visitor.limits("slack")
    assert _posts_until_refused(slack)["error"] == "ratelimited"
    with pytest.raises(NotPossibleHere, match="slack or none"):
        visitor.limits("some")


def test_a_sandbox_may_be_without_limits_from_the_start() -> None:
    with Sandbox(limits="none") as world:
        slack = WebClient(token=world.bot_token, base_url=world.api_url, retry_handlers=[])
        for number in range(3 * POST_BURST):
            slack.chat_postMessage(channel="#support", text=str(number))


def _posts_until_refused(slack: WebClient, *channels: str) -> Any:
    names = channels or ("C0SUPPORT",)
    with pytest.raises(SlackApiError) as refused:  # noqa: PT012 - how many a second lets through is open
        for number in range(200):
            slack.chat_postMessage(channel=names[number % len(names)], text=str(number))
    return refused.value.response
