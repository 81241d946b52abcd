"""An app in the same process hears without a socket, over a road of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk import WebClient

from sandbox.delivery import Ack, Parcel
from sandbox.server import Sandbox
from sandbox.visitor import Unanswered, Visitor

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


class Ear:
    """Takes what it is brought, or not."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.takes = True

    async def bring(self, parcel: Parcel) -> Ack:
        self.parcels.append(parcel)
        return Ack(True, {"text": "heard"}) if self.takes else Ack(False, reason="timeout")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(at=MONDAY, stands_still=True) as running:
        yield running


@pytest.fixture
def ear(sandbox: Sandbox) -> Ear:
    ear = Ear()
    sandbox.deliver_by(ear)
    return ear


def test_gestures_and_events_come_over_it_and_its_answers_count(visitor: Visitor, ear: Ear) -> None:
    visitor.slash("Alice", "/ticket", "mine")
    assert visitor.ephemerals("Alice")[0]["text"] == "heard"
    visitor.say("Alice", "#support", "Hello")
    visitor.wait_until(lambda: visitor.state()["bringing"] == 0)
    assert [parcel.kind for parcel in ear.parcels] == ["slash_commands", "events_api"]
    ear.takes = False
    with pytest.raises(Unanswered, match="timeout"):
        visitor.slash("Alice", "/ticket", "mine")


def test_what_waits_to_be_tried_again_is_not_on_its_way_and_comes_when_the_clock_is_turned(
    visitor: Visitor, ear: Ear
) -> None:
    ear.takes = False
    visitor.say("Alice", "#support", "Hello")
    visitor.wait_until(lambda: visitor.state()["bringing"] == 0)
    assert len(ear.parcels) == 1
    ear.takes = True
    visitor.turn_clock(1)
    visitor.wait_until(lambda: len(ear.parcels) == 2)
    assert [parcel.attempt for parcel in ear.parcels] == [0, 1]


def test_a_clock_that_stands_still_moves_only_when_it_is_turned(
    sandbox: Sandbox, visitor: Visitor, slack: WebClient
) -> None:
    assert sandbox.clock.now() == MONDAY
    first, second = (visitor.say("Alice", "#support", words)["ts"] for words in ("one", "two"))
    assert first < second
    assert sandbox.clock.now() == MONDAY
    sandbox.clock.set(MONDAY + timedelta(days=1))
    sandbox.clock.turn(timedelta(seconds=3))
    assert sandbox.clock.now() == MONDAY + timedelta(days=1, seconds=3)


@pytest.mark.parametrize("method", ["conversations.members", "users.list", "conversations.history"])
def test_a_page_may_be_shorter_than_was_asked_for(visitor: Visitor, slack: WebClient, method: str) -> None:
    for words in ("one", "two", "three"):
        visitor.say("Alice", "#support", words)
    asked = {"users.list": {}}.get(method, {"channel": "C0SUPPORT"}) | {"limit": 200}
    visitor.fault(method, page=2)
    first = slack.api_call(method, params=asked)
    cursor = first["response_metadata"]["next_cursor"]
    rest = slack.api_call(method, params=asked | {"cursor": cursor})
    name = "messages" if method == "conversations.history" else "members"
    assert len(first[name]) == 2
    whole = slack.api_call(method, params=asked)[name]
    assert first[name] + rest[name] == whole
