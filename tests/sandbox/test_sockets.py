"""Socket Mode as a bare client sees it: tickets, envelopes, acks in time, and being told to go."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Unanswered, Visitor

Json = dict[str, Any]
BOUND = 30


class Lines:
    """Bare connections of the app, which acknowledge only what a test tells them to."""

    def __init__(self, sandbox: Sandbox, stack: ExitStack) -> None:
        self._sandbox, self._stack = sandbox, stack
        self._slack = WebClient(token=sandbox.app_token, base_url=sandbox.api_url, retry_handlers=[])

    def url(self) -> str:
        return str(self._slack.apps_connections_open(app_token=self._sandbox.app_token)["url"])

    def open(self, url: str = "") -> tuple[ClientConnection, Json]:
        """A connection, and the first thing it was told."""
        line = self._stack.enter_context(connect(url or self.url(), open_timeout=BOUND))
        return line, heard(line)


@pytest.fixture
def sandbox(ack_seconds: float) -> Iterator[Sandbox]:
    with Sandbox(
        ack_seconds=ack_seconds
    ) as running:  # and events come again after a moment, a minute, five minutes
        yield running


@pytest.fixture
def lines(sandbox: Sandbox) -> Iterator[Lines]:
    with ExitStack() as stack:
        yield Lines(sandbox, stack)


def heard(line: ClientConnection) -> Json:
    return dict(json.loads(line.recv(BOUND)))


def ack(line: ClientConnection, envelope: Json) -> None:
    line.send(json.dumps({"envelope_id": envelope["envelope_id"]}))


def is_closed(line: ClientConnection) -> bool:
    with pytest.raises(ConnectionClosed):
        line.recv(BOUND)
    return True


def outcomes(visitor: Visitor) -> list[tuple[int, bool, str]]:
    told = [one["detail"] for one in visitor.journal("delivery", "message")]
    return [(one["attempt"], one["taken"], one["reason"]) for one in told]


def test_a_ticket_is_good_for_one_connection(lines: Lines, visitor: Visitor) -> None:
    url = lines.url()
    _, hello = lines.open(url)
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"]["app_id"] == "A0HELPDESK"
    assert hello["debug_info"]["approximate_connection_time"] == 3600
    with pytest.raises(InvalidStatus):
        lines.open(url)
    with pytest.raises(InvalidStatus):
        lines.open(url.replace("ticket=", "ticket=x"))
    assert visitor.state()["sockets"] == 1


def test_the_eleventh_connection_is_refused(lines: Lines, visitor: Visitor) -> None:
    told = [lines.open()[1] for _ in range(10)]
    assert [one["num_connections"] for one in told] == list(range(1, 11))
    eleventh, refused = lines.open()
    assert (refused["type"], refused["reason"]) == ("disconnect", "too_many_websockets")
    assert is_closed(eleventh)
    assert visitor.state()["sockets"] == 10


@pytest.mark.parametrize("ack_seconds", [1.0])
def test_an_event_without_an_ack_comes_again_by_the_sandboxs_clock(lines: Lines, visitor: Visitor) -> None:
    line, _ = lines.open()
    visitor.say("Alice", "#support", "hello")
    envelopes = [heard(line), heard(line)]  # the second try comes nearly at once
    visitor.wait_until(lambda: len(outcomes(visitor)) == 2)
    visitor.turn_clock(60)
    envelopes.append(heard(line))
    visitor.wait_until(lambda: len(outcomes(visitor)) == 3)
    visitor.turn_clock(300)
    envelopes.append(heard(line))
    ack(line, envelopes[-1])
    visitor.wait_until(lambda: len(outcomes(visitor)) == 4)
    assert [(one["retry_attempt"], one["retry_reason"]) for one in envelopes] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({one["payload"]["event_id"] for one in envelopes}) == 1
    assert len({one["envelope_id"] for one in envelopes}) == 4
    assert outcomes(visitor)[-2:] == [(2, False, "timeout"), (3, True, "")]


def test_after_three_more_tries_slack_gives_up(lines: Lines, visitor: Visitor) -> None:
    visitor.say("Alice", "#support", "is anybody there?")
    for tries, wait in ((2, 60), (3, 300), (4, 3600)):
        visitor.wait_until(lambda tries=tries: len(outcomes(visitor)) == tries)
        visitor.turn_clock(wait)
    line, _ = lines.open()
    visitor.say("Alice", "#support", "now?")
    assert heard(line)["payload"]["event"]["text"] == "now?"
    assert [reason for _, _, reason in outcomes(visitor)[:4]] == ["connection_failed"] * 4


def test_each_envelope_goes_to_exactly_one_connection(lines: Lines, visitor: Visitor) -> None:
    both = [lines.open()[0] for _ in range(2)]
    for number in range(4):
        visitor.say("Alice", "#support", str(number))
    told = [[heard(line) for _ in range(2)] for line in both]
    for line, envelopes in zip(both, told, strict=True):
        for envelope in envelopes:
            ack(line, envelope)
    texts = [envelope["payload"]["event"]["text"] for envelopes in told for envelope in envelopes]
    assert sorted(texts) == ["0", "1", "2", "3"]
    visitor.wait_until(lambda: outcomes(visitor) == [(0, True, "")] * 4)


def test_an_ack_that_comes_over_another_connection_counts(lines: Lines, visitor: Visitor) -> None:
    first, _ = lines.open()
    visitor.say("Alice", "#support", "hello")
    envelope = heard(first)
    second, _ = lines.open()
    first.close()
    ack(second, envelope)
    visitor.wait_until(lambda: outcomes(visitor) == [(0, True, "")])


def test_what_is_not_acknowledged_when_the_socket_is_cut_comes_again() -> None:
    with Sandbox(ack_seconds=60) as world, ExitStack() as stack:
        lines, visitor = Lines(world, stack), Visitor(world.url)
        line, _ = lines.open()
        visitor.say("Alice", "#support", "hello")
        envelope = heard(line)
        visitor.cut_sockets()
        assert is_closed(line)
        visitor.wait_until(lambda: (0, False, "connection_failed") in outcomes(visitor))
        again, _ = lines.open()
        visitor.turn_clock(60)
        told = heard(again)
        ack(again, told)
        assert told["payload"]["event_id"] == envelope["payload"]["event_id"]
        assert told["retry_reason"] == "connection_failed"
        visitor.wait_until(lambda: outcomes(visitor)[-1][1])


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
def test_who_is_asked_to_come_again_is_closed_a_little_later(
    lines: Lines, visitor: Visitor, reason: str
) -> None:
    line, _ = lines.open()
    visitor.refresh_sockets(reason)
    told = heard(line)
    assert (told["type"], told["reason"]) == ("disconnect", reason)
    visitor.say("Alice", "#support", "still here?")
    ack(line, heard(line))  # until then it works as before
    visitor.wait_until(lambda: outcomes(visitor) == [(0, True, "")])
    visitor.turn_clock(10)
    assert is_closed(line)
    visitor.wait_until(lambda: visitor.state()["sockets"] == 0)


def test_when_socket_mode_is_switched_off_every_connection_ends_at_once(
    lines: Lines, visitor: Visitor
) -> None:
    both = [lines.open()[0] for _ in range(2)]
    visitor.refresh_sockets("link_disabled")
    assert [heard(line)["reason"] for line in both] == ["link_disabled"] * 2
    assert all(map(is_closed, both))
    assert visitor.state()["sockets"] == 0


def test_nobody_is_disconnected_for_no_reason_of_slacks(visitor: Visitor) -> None:
    with pytest.raises(NotPossibleHere, match="warning, refresh_requested, link_disabled"):
        visitor.refresh_sockets("boredom")


def test_a_connection_lives_an_hour(lines: Lines, visitor: Visitor) -> None:
    line, _ = lines.open()
    visitor.turn_clock(3590)
    assert heard(line)["reason"] == "warning"
    visitor.turn_clock(10)
    assert heard(line)["reason"] == "refresh_requested"
    visitor.turn_clock(10)
    assert is_closed(line)


@pytest.mark.parametrize("ack_seconds", [0.3])
def test_a_gesture_that_nobody_acknowledges_is_not_tried_again(lines: Lines, visitor: Visitor) -> None:
    line, _ = lines.open()
    with pytest.raises(Unanswered, match="timeout"):
        visitor.slash("Alice", "/ticket", "mine")
    envelope = heard(line)
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert "retry_attempt" not in envelope
    visitor.turn_clock(3600)
    assert len(visitor.journal("delivery", "/ticket")) == 1
