"""Who watches from outside hears the heartbeat, and only from the address that was given."""

import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from heartbeat import heartbeat

AT_TEN = "2026-11-30T09:00:00+00:00"


class Watcher(HTTPServer):
    """Somebody outside, who sends whoever asks for /moved elsewhere."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Watcher

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    with Watcher() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_watcher_is_asked_and_the_file_has_the_moment(watcher: Watcher, tmp_path: Path) -> None:
    file = tmp_path / "well"
    heartbeat(f"{watcher.url}/ping/secret", file)(AT_TEN)
    assert watcher.asked == ["/ping/secret"]
    assert file.read_text() == AT_TEN + "\n"


def test_a_secret_address_is_not_taken_elsewhere_nor_logged(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    heartbeat(f"{watcher.url}/moved", None)(AT_TEN)
    assert watcher.asked == ["/moved"]
    assert "HTTP Error 302" in caplog.text
    assert "/moved" not in caplog.text


def test_nobody_there_and_nowhere_to_write_are_told_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        heartbeat("http://127.0.0.1:9/ping", tmp_path / "no folder" / "well")(AT_TEN)
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "the heartbeat could not be written", "the watcher was not reached",
    ]  # fmt: skip
