"""The token goes to Slack's own place for files and nowhere else; what comes back is the file or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from slack_sdk import WebClient

from bot import hook
from bot.transfer import LOGS_IN, Transfer, origin_of
from desk.errors import DeliveryFailed

PAGE = b"<!DOCTYPE html><title>Sign in</title>"


class Place(ThreadingHTTPServer):
    """Somebody's web server: answers as it was told, and remembers who came with what."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.status, self.kind, self.body, self.location = 200, "application/pdf", b"%PDF", ""
        self.came: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Asked(BaseHTTPRequestHandler):
    server: Place

    def do_GET(self) -> None:
        place = self.server
        place.came.append((self.path, self.headers.get("Authorization")))
        self.send_response(place.status)
        self.send_header("Content-Type", place.kind)
        self.send_header("Content-Length", str(len(place.body)))
        if place.location:
            self.send_header("Location", place.location)
        self.end_headers()
        self.wfile.write(place.body)

    def log_message(self, *said: object) -> None:
        """Not into the tests' output."""


@contextmanager
def open_place() -> Iterator[Place]:
    with Place() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def place() -> Iterator[Place]:
    with open_place() as server:
        yield server


@pytest.fixture
def elsewhere() -> Iterator[Place]:
    with open_place() as server:
        yield server


def a_transfer(place: Place) -> Transfer:
    return Transfer(f"{place.url}/api/", lambda: datetime.now(UTC))


def refusal(transfer: Transfer, address: str, *, size: int = 4) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as refused:
        transfer.fetch(address, "xoxb-secret", size=size)
    return refused.value


def test_a_file_comes_with_the_token_that_opens_it(place):
    assert a_transfer(place).fetch(f"{place.url}/f", "xoxb-secret", size=4) == b"%PDF"
    assert place.came == [("/f", "Bearer xoxb-secret")]


@pytest.mark.parametrize(
    "address",
    [
        "{elsewhere}/f",
        "http://{host}@127.0.0.1:1/f",
        "https://files.slack.com/f",
        "file:///etc/passwd",
        "{place}.evil.example/f",
        "",
    ],
)
def test_no_other_address_is_asked(place, elsewhere, address):
    host = place.url.removeprefix("http://")
    asked = address.format(elsewhere=elsewhere.url, place=place.url, host=host)
    refused = refusal(a_transfer(place), asked)
    assert (refused.permanent, place.came, elsewhere.came) == (True, [], [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(place, elsewhere, status):
    place.status, place.location = status, f"{elsewhere.url}/login"
    refused = refusal(a_transfer(place), f"{place.url}/f")
    assert (str(refused), refused.permanent, elsewhere.came) == (LOGS_IN, True, [])


def test_a_page_to_log_in_is_not_taken_for_the_file(place):
    place.kind, place.body = "text/html; charset=utf-8", PAGE
    assert str(refusal(a_transfer(place), f"{place.url}/f")) == LOGS_IN


def test_a_file_that_is_a_page_comes_all_the_same(place):
    place.kind, place.body = "text/html", PAGE
    assert a_transfer(place).fetch(f"{place.url}/f", "t", size=len(PAGE)) == PAGE


@pytest.mark.parametrize("size", [3, 5])
def test_less_or_more_than_the_file_is_not_the_file(place, size):
    refused = refusal(a_transfer(place), f"{place.url}/f", size=size)
    assert not refused.permanent


@pytest.mark.parametrize(
    ("status", "permanent"), [(401, True), (403, True), (404, True), (410, True), (429, False), (500, False)]
)
def test_what_an_answer_means(place, status, permanent):
    place.status = status
    assert refusal(a_transfer(place), f"{place.url}/f").permanent is permanent


def test_a_place_that_is_too_slow_is_left(place):
    minutes = iter(range(0, 1000, 3))
    transfer = Transfer(
        f"{place.url}/api/", lambda: datetime(2026, 11, 30, tzinfo=UTC) + timedelta(minutes=next(minutes))
    )
    assert "too slow" in str(refusal(transfer, f"{place.url}/f"))


@pytest.mark.parametrize(
    ("api", "origin"),
    [
        ("https://slack.com/api/", "https://files.slack.com"),
        ("https://www.slack.com/api/", "https://files.slack.com"),
        ("https://slack-gov.com/api/", "https://files.slack-gov.com"),
        ("https://notslack.com/api/", "https://notslack.com"),
        ("http://127.0.0.1:8025/api/", "http://127.0.0.1:8025"),
    ],
)
def test_where_files_are(api, origin):
    assert origin_of(api) == origin


@pytest.mark.parametrize(
    ("api", "address", "is_slacks"),
    [
        ("https://slack.com/api/", "https://hooks.slack.com/commands/T1/1/x", True),
        ("https://slack-gov.com/api/", "https://hooks.slack-gov.com/commands/T1/1/x", True),
        ("https://slack.com/api/", "http://hooks.slack.com/commands/T1/1/x", False),
        ("https://slack.com/api/", "https://evilslack.com/x", False),
        ("https://slack.com/api/", "https://slack.com.evil.example/x", False),
        ("https://slack.com/api/", "https://hooks.slack.com@evil.example/x", False),
        ("https://slack.com/api/", "https://[::1/x", False),
    ],
)
def test_answers_go_to_the_slack_that_was_asked_and_to_no_other_place(api, address, is_slacks):
    nobody = WebClient(base_url=api, proxy="http://127.0.0.1:9")
    with pytest.raises(OSError, match="not Slack's" if not is_slacks else "refused"):
        hook.send(nobody, address, {"text": "Hm"})
