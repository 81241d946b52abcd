"""Health, metrics, and Slack's requests over HTTP: judged on the raw bytes before anything parses them."""

import hmac
import json
import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from bot import metrics, web
from desk.status import Status
from tests.counted import counting

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
def database_url(one_engine):
    return one_engine


def signed(body, at, *, secret=SECRET, **headers):
    stamp = str(int(at.timestamp()))
    signature = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
        "Content-Type": "application/x-www-form-urlencoded",
        **headers,
    }


@pytest.fixture
def client(desk):
    """The web application in HTTP mode."""
    inlet = web.Inlet(desk.app, SECRET, desk.time.now)
    registry = metrics.registry(desk.db, clock=desk.time.now)
    return TestClient(web.build({}, registry, inlet), raise_server_exceptions=False)


def a_click(desk, number):
    body = desk.a_click("take", f"{number}:1")
    return urlencode({"payload": json.dumps(body)}).encode()


def post(client, body, headers):
    return client.post("/slack/events", content=body, headers=headers)


def test_a_signed_click_counts(desk, client):
    number = desk.a_ticket()
    body = a_click(desk, number)
    with counting() as counts:
        assert post(client, body, signed(body, desk.time.now())).status_code == 200
    assert desk.ticket(number).owner == "U0ALICE"
    assert counts["slack_ack_seconds_count",] == 1
    assert counts["slack_last_envelope_timestamp",] > 0


def test_a_signed_click_that_is_replayed_counts_once(desk, client):
    number = desk.a_ticket()
    body = a_click(desk, number)
    headers = signed(body, desk.time.now())
    assert [post(client, body, headers).status_code for _ in range(3)] == [200] * 3
    assert desk.ticket(number).version == 2


def test_a_signed_command_is_answered(desk, slack, client):
    body = urlencode(desk.on_its_way(lambda: slack.slash("Alice", "/ticket", "help"))).encode()
    response = post(client, body, signed(body, desk.time.now()))
    assert response.json()["response_type"] == "ephemeral"


def test_slacks_challenge_is_answered(desk, client):
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    headers = signed(body, desk.time.now(), **{"Content-Type": "application/json"})
    assert post(client, body, headers).json() == {"challenge": "abc"}


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Slack-Signature", b"v0=" + b"0" * 64),
        ("X-Slack-Signature", "v0=é".encode("latin-1")),
        ("X-Slack-Signature", b""),
        ("X-Slack-Signature", None),
        ("X-Slack-Request-Timestamp", b"now"),
        ("X-Slack-Request-Timestamp", b"9" * 400),
        ("X-Slack-Request-Timestamp", b""),
        ("X-Slack-Request-Timestamp", None),
    ],
)
def test_what_slack_did_not_sign_is_refused(desk, client, header, value):
    number = desk.a_ticket()
    body = a_click(desk, number)
    headers = signed(body, desk.time.now()) | {header: value}
    assert post(client, body, {k: v for k, v in headers.items() if v is not None}).status_code == 401
    assert desk.ticket(number).version == 1


@pytest.mark.parametrize("seconds", [-301, 61])
def test_what_was_signed_long_ago_or_in_the_future_is_refused(desk, client, seconds):
    number = desk.a_ticket()
    body = a_click(desk, number)
    headers = signed(body, desk.time.now())
    desk.time.sleep(-seconds)
    assert post(client, body, headers).status_code == 401
    assert desk.ticket(number).version == 1


@pytest.mark.parametrize("body", [b"[1,2]", b"[" * 100_000, b"\xff\xfe", b"", b"payload=%7B"])
def test_a_body_that_nobody_signed_is_never_parsed(desk, client, body):
    headers = signed(body, desk.time.now(), secret="another")
    assert post(client, body, headers).status_code == 401


def test_another_secret_is_not_ours(desk, client):
    number = desk.a_ticket()
    body = a_click(desk, number)
    assert post(client, body, signed(body, desk.time.now(), secret="x")).status_code == 401


def test_a_body_larger_than_anything_slack_sends_is_refused(desk, client):
    body = b"x" * (256 * 1024 + 1)
    assert post(client, body, signed(body, desk.time.now())).status_code == 413


def test_over_a_socket_there_is_no_door_for_slack(desk):
    client = TestClient(web.build({}, CollectorRegistry()))
    assert client.post("/slack/events", content=b"").status_code == 404
    assert client.get("/livez").status_code == 200


def test_the_secret_is_not_in_what_is_printed(desk):
    assert SECRET not in repr(web.Inlet(desk.app, SECRET, desk.time.now))


def test_ready_when_everything_works():
    client = TestClient(web.build({"slack": lambda: None}, CollectorRegistry()))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": {"slack": "ok"}})


def test_not_ready_with_the_reason_when_one_thing_does_not():
    checks = {"slack": lambda: None, "database": lambda: "it does not answer"}
    answer = TestClient(web.build(checks, CollectorRegistry())).get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "checks": {"slack": "ok", "database": "it does not answer"}}


def test_alive_though_nothing_outside_works_and_dead_when_only_a_new_start_helps():
    pulse = {"pulse": lambda: None}
    away = {"slack": lambda: "it does not answer"}
    client = TestClient(web.build(away, CollectorRegistry(), alive=pulse))
    assert client.get("/livez").status_code == 200
    every = client.get("/healthz")
    assert (every.status_code, every.text) == (503, "pulse: ok\nslack: it does not answer\n")
    dead = TestClient(web.build({}, CollectorRegistry(), alive={"pulse": lambda: "it stands still"}))
    assert dead.get("/livez").status_code == 503


def test_every_name_of_the_guide_is_a_figure_and_every_figure_is_in_the_guide(client):
    # given the figures of a desk, and the tables of the operator's guide
    guide = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z_]+)", guide, re.MULTILINE))
    shown = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families(client.get("/metrics").text)
    }
    # then they name the same, but for what depends on the machine or on how it is set up
    assert {name for name in shown if not name.startswith(("process_", "build"))} <= told
    assert told - shown <= {
        "intake_last_sync_timestamp", "slack_ws_connections", "scheduler_last_tick_timestamp",
        "canary_last_home_timestamp", "canary_seconds", "canary_late", "clock_drift_seconds",
    }  # fmt: skip


def test_what_was_refused_is_counted(desk, client):
    body = a_click(desk, desk.a_ticket())
    before = figure(client, "signature_failures_total")
    post(client, body, signed(body, desk.time.now(), secret="x"))
    assert figure(client, "signature_failures_total") == before + 1


def figure(client, name):
    """The value of one figure."""
    lines = client.get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[-1])


def test_the_figures_say_how_many_tickets_stand_where_and_what_is_owed(desk, client):
    desk.a_ticket()
    desk.a_ticket(Status.RESOLVED)
    desk.time.sleep(90)
    text = client.get("/metrics").text
    assert 'tickets_open{priority="medium",status="waiting_for_support"} 1.0' in text
    assert "resolved" not in text
    assert 'outbox_depth{kind="card",state="ready"} 2.0' in text
    assert 'outbox_oldest_age_seconds{kind="card"} 3690.0' in text
    assert 'outbox_oldest_age_seconds{kind="customer"} 3690.0' in text
    assert "inbound_waiting 0.0" in text
    assert "inbound_poison 0.0" in text


def test_whoever_scrapes_often_does_not_load_the_database(desk, client):
    standing = 'tickets_open{priority="medium",status="waiting_for_support"}'
    assert f"{standing} 0.0" in client.get("/metrics").text
    desk.a_ticket()
    desk.time.sleep(14)
    assert f"{standing} 0.0" in client.get("/metrics").text
    desk.time.sleep(2)
    assert f"{standing} 1.0" in client.get("/metrics").text


def test_without_its_database_the_desk_still_shows_figures(desk):
    lost = desk.without_database()
    client = TestClient(web.build({}, metrics.registry(lost.db, clock=lost.time.now)))
    assert "db_up 0.0" in client.get("/metrics").text


@pytest.mark.parametrize("path", ["/slack/events/", "//slack/events", "/livez/", "/metrics/"])
def test_nobody_is_sent_on_to_the_host_that_they_name(client, path):
    for method in ("GET", "POST"):
        answer = client.request(method, path, headers={"Host": "evil.example"}, follow_redirects=False)
        assert (answer.status_code, answer.headers.get("location")) == (404, None)
