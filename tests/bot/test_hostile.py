"""Hostile requests: none gets further than it may, none is answered with a fault of ours, none leaves a trace
of our code."""

import copy
import json
import logging
import random
from urllib.parse import urlencode

import pytest
from prometheus_client import CollectorRegistry
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from bot import web
from bot.envelope import Unfit, hand_over, sound
from bot.rights import RIGHTS
from bot.turnstile import Turnstile
from desk.event import Kind
from desk.status import Status
from tests.bot.strict_slack import SUPPORT
from tests.bot.test_rights_table import what_slack_sends
from tests.bot.test_web import SECRET, a_click, post, signed

AGENT, STRANGER = "U0ALICE", "U0NORA"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"

WRONG = [
    None, "", "\x00", "\ud800", "<!channel>", "1:1", "1:1:urgent", "9" * 300, "-1", "1:1:" + "x" * 40,
    "1:1:0", "1:1:999999", "1:1:one", "999999:1", "١:١",
    "1.0", "{}", "[]", "null", "%s{0}{{", "' OR 1=1 --", "𝔘" * 50,
    0, -1, 2**70, 1.5, True, [], {}, [[]], [None], [{}], {"id": None}, {"id": 7}, {"value": None},
    {"value": 7},
    {"*": {"*": []}}, {"values": []}, {"values": {"text": []}}, {"values": {"text": {"text": 5}}},
    {"values": {"text": {"text": {"value": ["x"]}}}}, "x" * 5000,
]  # fmt: skip
"""What stands where something else belongs."""


FORM_OF_OURS = {
    "state": {
        "values": {
            "text": {"text": {"value": "Hello"}},
            "then": {"then": {"selected_option": {"value": "keep"}}},
        }
    },
    "blocks": [{"type": "input", "block_id": "text", "element": {"type": "x", "action_id": "text"}}],
    "title": {}, "submit": {}, "close": {},
}  # fmt: skip


@pytest.fixture
def database_url(one_engine):
    return one_engine


def places(part, path=()):
    """Every place in a payload."""
    yield path
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, each in inside:
        yield from places(each, (*path, name))


def spoilt(payload, chance):
    """The payload with a few fields missing or wrong."""
    payload = copy.deepcopy(payload)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        path = chance.choice([each for each in places(payload) if each] or [("type",)])
        around = payload
        for step in path[:-1]:
            around = around[step]
        if chance.random() < 0.3 and isinstance(around, dict):
            around.pop(path[-1], None)
        else:
            around[path[-1]] = copy.deepcopy(chance.choice(WRONG))
    return payload


def samples(desk, user):
    """One sound payload for everything that can be asked of the desk, and some more events."""
    asked = [what_slack_sends(desk, name, user) for name in RIGHTS]
    for payload in asked:
        if payload.get("view"):
            payload["view"] |= copy.deepcopy(FORM_OF_OURS)
    message = {
        "ts": "2.0",
        "thread_ts": "1.0",
        "user": user,
        "text": "Hm",
        "edited": {"user": user, "ts": "3.0"},
    }
    event = {
        "type": "message",
        "channel": SUPPORT,
        "ts": "3.0",
        "message": message,
        "previous_message": message,
    }
    asked.append(desk.an_event(event | {"subtype": "message_changed"}))
    asked.append(desk.an_event(event | {"subtype": "message_deleted", "deleted_ts": "2.0"}))
    asked.append(desk.an_event({"type": "channel_rename", "channel": {"id": SUPPORT}}))
    return asked


def hostile(desk, caplog, user, count, seed):
    """Hand over so many; what was answered that should not have been."""
    chance, known = random.Random(seed), samples(desk, user)
    wrong = []
    parts = desk.slack.sandbox.parts
    for _ in range(count):
        payload = spoilt(chance.choice(known), chance)
        if str(payload.get("response_url")).startswith("http"):
            payload["response_url"] = parts.replies.address(AGENT, SUPPORT)
        if payload.get("trigger_id"):
            payload["trigger_id"] = parts.modals.trigger(AGENT)
        desk.time.sleep(2)
        caplog.clear()
        try:
            answer = hand_over(desk.app, sound(payload), {})
        except Unfit:
            continue
        traces = [
            record.getMessage()
            for record in caplog.records
            if record.exc_info or record.levelno >= logging.ERROR
        ]
        traces = [each for each in traces if not each.startswith("no row of bot.rights")]
        if answer.status >= 500 or traces or "Traceback" in str(answer.body):
            wrong.append((answer.status, traces, payload))
    return wrong


@pytest.mark.usefixtures("outsiders")
def test_what_an_agent_signs_and_nobody_can_mean_is_refused_in_words(desk, caplog):
    number = desk.a_ticket(Status.CLOSED)
    before = desk.ticket(number).version
    assert hostile(desk, caplog, AGENT, 800, seed=1)[:3] == []
    assert_only_taken_along(desk.ticket(number), before)


@pytest.mark.usefixtures("outsiders")
def test_nothing_that_an_outsider_signs_does_anything(desk, caplog):
    number = desk.a_ticket()
    assert hostile(desk, caplog, STRANGER, 150, seed=2)[:3] == []
    assert desk.ticket(number).version == 1


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.usefixtures("outsiders")
def test_a_hundred_thousand_of_them(desk, caplog):
    number = desk.a_ticket(Status.CLOSED)
    before = desk.ticket(number).version
    for seed in range(100):
        assert hostile(desk, caplog, AGENT, 1000, seed=1000 + seed)[:3] == []
    assert_only_taken_along(desk.ticket(number), before)


def assert_only_taken_along(ticket, before):
    since = {event.kind for event in ticket.history[before:]}
    assert since <= {Kind.EXPORTED}, "an agent may take along what is closed, and nothing else"


# at the edge, over HTTP


@pytest.fixture
def client(desk):
    inlet = web.Inlet(desk.app, SECRET, desk.time.now)
    with TestClient(web.build({}, CollectorRegistry(), inlet), raise_server_exceptions=True) as client:
        yield client  # of one loop, not of a new one for each request


def a_body(chance):
    """Bytes of any kind, of Slack's kinds above all."""
    what = chance.choice(WRONG)
    return chance.choice(
        [
            lambda: chance.randbytes(chance.randrange(200)),
            lambda: json.dumps(what).encode(),
            lambda: urlencode({"payload": json.dumps(what)}).encode(),
            lambda: b"payload=" + b"[" * chance.randrange(100_000),
            lambda: b"{" * chance.randrange(2000),
            lambda: b'{"a":' * 3000 + b"1" + b"}" * 3000,
            lambda: b"&".join([b"a=1"] * chance.randrange(300)),
            lambda: b"payload=%ff%fe&payload=%00",
            lambda: b'{"type":"event_callback","event":' + json.dumps(what).encode() + b"}",
            lambda: b'{"type":"url_verification","challenge":' + json.dumps(what).encode() + b"}",
            lambda: b'{"type": NaN}',
            lambda: b'{"n": ' + b"9" * 6000 + b"}",
        ]
    )()


def batter(desk, client, count, seed):
    """Send so many; every status that came back."""
    chance, number = random.Random(seed), desk.a_ticket()
    said = set()
    good = a_click(desk, number)
    for _ in range(count):
        body = good if chance.random() < 0.2 else a_body(chance)
        is_ours = body is not good and chance.random() < 0.5
        headers = signed(body, desk.time.now(), secret=SECRET if is_ours else "another")
        headers["Content-Type"] = chance.choice([FORM, JSON, JSON + "; charset=utf-8", "text/plain", ""])
        if not is_ours:
            broken = chance.choice(["X-Slack-Signature", "X-Slack-Request-Timestamp"])
            headers[broken] = chance.choice([b"", b"v0=", b"\xe9", b"v0=" + b"0" * 64, b"9" * 30, b"-1"])
        answer = post(client, body, headers)
        said.add(answer.status_code)
        assert answer.status_code == 401 or is_ours
        assert "Traceback" not in answer.text
    assert desk.ticket(number).version == 1
    return said


def test_whatever_comes_to_the_door_is_refused_and_never_a_fault(desk, client):
    assert batter(desk, client, 350, seed=3) <= {200, 400, 401, 415}


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("part", range(10))
def test_a_hundred_thousand_come_to_the_door(desk, client, caplog, part):
    for seed in range(10 * part, 10 * part + 10):
        caplog.clear()
        assert batter(desk, client, 1000, seed=2000 + seed) <= {200, 400, 401, 415}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_slacks_door_opens_to_a_post_alone(client, method):
    assert client.request(method, "/slack/events").status_code == 405


def test_what_slack_signed_in_another_tongue_is_refused(desk, client):
    body = b"<xml/>"
    headers = signed(body, desk.time.now(), **{"Content-Type": "application/xml"})
    assert post(client, body, headers).status_code == 415


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions"},
        {"type": "block_actions", "user": {"id": "U1"}, "trigger_id": "1", "actions": []},
        {"type": "view_submission", "user": {"id": "U1"}, "view": {"id": "V1"}},
        {"type": "event_callback", "event_id": "E1", "event": {"type": "message", "channel": "C1"}},
        {"type": "block_actions", "event": {}},
        {"type": "anything"},
        {"command": "/ticket"},
    ],
)
def test_what_has_another_shape_than_slacks_comes_to_no_listener(payload):
    with pytest.raises(Unfit, match="shape"):
        sound(payload)


def test_no_payload_is_deeper_than_slacks():
    deep = []
    for _ in range(50):
        deep = [deep]
    with pytest.raises(Unfit, match="deep"):
        sound({"type": "url_verification", "challenge": "x", "deep": deep})


def test_what_no_database_keeps_is_not_in_what_people_typed():
    payload = {"command": "/ticket", "text": "a\x00b\ud800c", "user_id": "U1", "team_id": "T1"}
    read = sound(payload | {"trigger_id": "1", "response_url": "https://hooks.slack.com/1"})
    assert read["text"] == "ab\ufffdc"


def test_that_slack_holds_events_back_is_heard(desk, client):
    body = json.dumps({"type": "app_rate_limited", "team_id": "T1"}).encode()
    assert post(client, body, signed(body, desk.time.now(), **{"Content-Type": JSON})).status_code == 200


def test_every_answer_tells_browsers_to_keep_and_frame_nothing(client):
    for path in ("/livez", "/healthz", "/readyz", "/metrics", "/nothing", "/slack/events"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_whoever_answers_on_a_page_again_and_again_waits_for_a_minute(desk, client):
    async def page(_request):
        return PlainTextResponse("thank you")

    pages = [Route("/approve/1", page, methods=["GET", "POST"])]
    app = web.build({}, CollectorRegistry(), pages=pages, turnstile=Turnstile(desk.time.now))
    browser, other = TestClient(app), TestClient(app, client=("10.0.0.9", 1))
    assert [browser.post("/approve/1").status_code for _ in range(31)] == [200] * 30 + [429]
    assert browser.get("/approve/1").status_code == 200
    assert other.post("/approve/1").status_code == 200
    desk.time.sleep(60)
    assert browser.post("/approve/1").status_code == 200


def test_a_retry_of_what_was_never_committed_is_worked(desk, client):
    number = desk.a_ticket()
    desk.deliver()
    event = json.dumps(desk.a_message(number, "They called")).encode()
    headers = signed(event, desk.time.now(), **{"Content-Type": JSON, "X-Slack-Retry-Num": "2"})
    assert post(client, event, headers).status_code == 200
    assert desk.ticket(number).version == 2


@pytest.mark.parametrize("facts", [{"api_app_id": "A0OTHER"}, {"team_id": "T0OTHER"}, {"team_id": None}])
def test_what_another_app_or_workspace_sends_is_refused_over_http_too(desk, client, facts):
    number = desk.a_ticket()
    desk.deliver()
    event = json.dumps(desk.a_message(number, "They called") | facts).encode()
    headers = signed(event, desk.time.now(), **{"Content-Type": JSON})
    assert post(client, event, headers).status_code == 403
    assert desk.ticket(number).version == 1


def test_whatever_was_signed_is_played_again_without_a_second_effect(desk, client):
    """The ledger of clicks is in the database: it outlives the process, and replicas share it."""
    number = desk.a_ticket()
    body = a_click(desk, number)
    for _ in range(50):
        assert post(client, body, signed(body, desk.time.now())).status_code == 200
    event = json.dumps(desk.a_message(number, "They called")).encode()
    for _ in range(50):
        assert (
            post(client, event, signed(event, desk.time.now(), **{"Content-Type": JSON})).status_code == 200
        )
    assert desk.ticket(number).version == 3
