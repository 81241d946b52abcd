"""The demo as a newcomer starts and ends it: it leaves nothing behind, and says why it cannot start."""

import os
import signal
import socket
from contextlib import contextmanager

import pytest

from sandbox.visitor import Visitor
from terminal.story import REPORT
from tests.warm import Started

WAIT = 100
"""Seconds that a slow machine gets."""


@contextmanager
def demo(folder, *args):
    """`helpdesk demo` in a process of its own, and what it says; its temporary files lie in the folder."""
    environ = {**os.environ, "TMPDIR": str(folder)}
    reading, writing = os.pipe()
    with open(reading, encoding="utf-8") as said:
        with open(writing, "wb") as out:
            running = Started("demo", *args, cwd=folder, env=environ, stdout=out, stderr=out)
        try:
            yield running, said
        finally:
            running.kill()
            running.wait(WAIT)


def address(said):
    return next(word for word in said.readline().split() if word.startswith("http"))


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_without_a_story_it_begins_clean_and_it_leaves_nothing_behind_however_it_ends(tmp_path, ending):
    with demo(tmp_path, "--port", "0", "--empty") as (running, said):
        visitor = Visitor(address(said))
        visitor.wait_until(lambda: visitor.state()["sockets"])
        assert visitor.channel("#support") == []
        assert any(tmp_path.iterdir())
        running.send_signal(ending)
        assert running.wait(WAIT) == 0
    assert list(tmp_path.iterdir()) == []


def test_it_begins_with_a_story(tmp_path):
    with demo(tmp_path, "--port", "0") as (_, said):
        visitor = Visitor(address(said))
        card = visitor.wait_until(lambda: visitor.find("#support", REPORT), WAIT)
        visitor.wait_until(lambda: "Resolved" in str(visitor.again(card)), WAIT)


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with demo(tmp_path, "--port", port) as (running, out):
            said = out.read()
            assert running.wait(WAIT) == 75
    assert said.strip().splitlines() == [
        f"Error: Port {port} cannot be used (Address already in use): another demo may be running. "
        "Any free port: --port 0"
    ]
    assert list(tmp_path.iterdir()) == []
