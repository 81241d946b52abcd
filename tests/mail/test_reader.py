"""Mails are read in a process that can be killed, and that nobody misses."""

import os
import signal
import sys
from collections.abc import Callable, Iterator

import pytest

from mail.reader import Bounds, Reader
from mail.reading import InboundEmail, Unreadable, read

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signal")
needs_limits = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux to limit memory")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One for all: what a test breaks, the next mail mends."""
    reader = Reader(prefix="HD")
    yield reader
    reader.stop()


@pytest.fixture
def a_reader() -> Iterator[Callable[..., Reader]]:
    made: list[Reader] = []

    def make(**bounds: object) -> Reader:
        made.append(Reader(bounds=Bounds(**bounds)))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def is_alive(process_id: int | None) -> bool:
    assert process_id is not None
    try:
        os.kill(process_id, 0)
    except OSError:
        return False
    return True


def test_it_says_what_reading_here_would_say_and_keeps_its_process(reader, letter):
    assert reader(letter()) == read(letter())
    first = reader.process_id
    assert reader(b"") == read(b"")
    assert reader(letter("Iets anders")) == read(letter("Iets anders"))
    assert reader.process_id == first != os.getpid()


@needs_signals
def test_a_process_that_was_killed_between_two_mails_is_replaced(reader, letter):
    reader(letter())
    before = reader.process_id
    os.kill(before, signal.SIGKILL)

    assert reader(letter()) == read(letter())
    assert reader.process_id != before


@needs_signals
def test_signals_to_the_whole_group_do_not_end_it(reader, letter):
    reader(letter())
    before = reader.process_id
    os.kill(before, signal.SIGINT)
    os.kill(before, signal.SIGTERM)

    assert reader(letter()) == read(letter())
    assert reader.process_id == before


def test_a_mail_that_outlasts_our_patience_is_unreadable_and_the_next_is_read(a_reader, letter):
    reader = a_reader(patience=0.0)
    unread = reader(letter(Subject="Bomb"))

    assert isinstance(unread, Unreadable)
    assert unread.reason == "reading it takes more than 0 seconds"
    assert (unread.subject, unread.sender.key) == ("Bomb", "sanne@bakkerij.example")
    assert reader.process_id is None


@needs_limits
def test_a_mail_that_takes_too_much_of_the_processor_is_unreadable(a_reader, letter):
    reader = a_reader(processor=-1)  # less than it has had by then
    unread = reader(letter("> x\n" * 200_000))

    assert isinstance(unread, Unreadable)
    assert "of the processor" in unread.reason


@needs_limits
def test_a_mail_that_takes_too_much_memory_is_unreadable_and_the_next_is_read(a_reader, letter):
    reader = a_reader(memory=80 * 1024 * 1024)
    unread = reader(letter("x" * 30_000_000))

    assert isinstance(unread, Unreadable)
    assert unread.reason == "reading it takes more memory than a mail may have"
    assert isinstance(reader(letter()), InboundEmail)


@needs_signals
def test_stopping_ends_the_process(a_reader, letter):
    reader = a_reader()
    reader(letter())
    process = reader.process_id
    reader.stop()

    assert not is_alive(process)
    assert reader.process_id is None
    reader.stop()


def test_it_is_told_nothing_secret(reader, letter, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    fresh = Reader()
    try:
        fresh(letter())
        with open(f"/proc/{fresh.process_id}/environ", "rb") as environ:
            assert b"xoxb" not in environ.read()
    except FileNotFoundError:
        pytest.skip("no /proc here")
    finally:
        fresh.stop()
