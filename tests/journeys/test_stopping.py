"""A desk that is told to stop does so within ten seconds and holds on to nothing, whatever hangs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select

from desk.delivery import Audience, DeliveryState
from sandbox.server import Sandbox
from store import tables
from store.database import Database
from terminal.demo import demo_settings
from tests.mailboxes import mailbox_alone
from tests.near import Near
from tests.ports import free_ports
from tests.warm import Started

pytestmark = pytest.mark.both_engines

CARLA, DIRK = "carla@bakkerij-jansen.example", "dirk@devries-transport.example"
PATIENCE = 100
STOPS = 10.0
"""Seconds from the signal until the process is gone, of which a busy machine is given a few more."""
_BUSY = 5.0


@dataclass
class Serving:
    """`helpdesk serve` in a process of its own, told of by its log.

    from_scratch: it is watched from its first moment, while it loads its modules."""

    settings: Mapping[str, str]
    folder: Path
    from_scratch: bool = False
    process: "subprocess.Popen[bytes] | Started" = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "desk.log"
        with self.log.open("ab") as log:
            self.process = self._started(log, {**os.environ, **self.settings})

    def _started(self, log: IO[bytes], environ: Mapping[str, str]) -> "subprocess.Popen[bytes] | Started":
        if not self.from_scratch:
            return Started("serve", cwd=self.folder, env=environ, stderr=log)
        command = [sys.executable, "-m", "helpdesk", "serve"]
        return subprocess.Popen(command, cwd=self.folder, env=environ, stderr=log)

    def says(self, words: str) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return words in self.log.read_text()

    @property
    def is_ready(self) -> bool:
        try:
            with urlopen(
                f"http://127.0.0.1:{self.settings['HELPDESK_WEB__PORT']}/readyz", timeout=5
            ) as answer:
                return bool(answer.status == 200)
        except (URLError, ConnectionError, TimeoutError):
            return False

    def end(self) -> tuple[int, float]:
        """Tell it to stop; its exit status, and the seconds that took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE), time.monotonic() - begun


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(imap=True, ack_seconds=30) as sandbox:
        sandbox.deliver_mail_by = "imap"
        yield sandbox


@pytest.fixture
def serving(world: Sandbox, tmp_path: Path) -> Callable[..., object]:
    """Starts the desk on that database; whatever still runs at the end is killed."""

    @contextmanager
    def serve(url: str, *, from_scratch: bool = False) -> Iterator[Serving]:
        own = {"HELPDESK_WEB__PORT": str(free_ports(1)[0]), "HELPDESK_LOG__LEVEL": "info"}
        settings = demo_settings(world, url) | mailbox_alone(world) | own
        desk = Serving(settings, tmp_path, from_scratch)
        try:
            yield desk
        finally:
            desk.process.kill()
            desk.process.wait()

    return serve


def _claimed(db: Database) -> dict[str, int]:
    """What a process holds on to, by table."""
    outbox, mailbox, came = tables.outbox.c, tables.mailboxes.c, tables.inbox.c
    asked = {
        "sending": select(func.count()).where(outbox.state == DeliveryState.SENDING),
        "mailboxes": select(func.count()).where(mailbox.reader.is_not(None)),
        "inbox": select(func.count()).where(came.state == "new", came.attempts > 0),
    }
    with db.read() as session:
        return {name: session.scalar(query) for name, query in asked.items()}


def test_told_to_stop_while_slack_and_the_mail_server_hang_it_holds_on_to_nothing(
    database_url: str, world: Sandbox, serving: Callable[..., object]
) -> None:
    visitor, db = Near(world), Database(database_url)
    with serving(database_url) as desk:
        # given a desk that waits for an answer of Slack and of the mail server, with more to tell behind
        visitor.wait_until(lambda: desk.is_ready, PATIENCE)
        visitor.fault("smtp.data", hang=40)
        visitor.fault("chat.postMessage", hang=40, times=9)
        for number in range(9):
            visitor.mail((CARLA, DIRK)[number % 2], subject=f"Matter {number}", text="Something fails.")
        sending = select(tables.outbox.c.audience).where(tables.outbox.c.state == DeliveryState.SENDING)

        def hangs() -> bool:
            with db.read() as session:
                return {Audience.CARD, Audience.CUSTOMER} <= {*session.scalars(sending)}

        visitor.wait_until(hangs, PATIENCE)
        visitor.wait_until(lambda: any(_claimed(db).values()), PATIENCE)

        # when it is told to stop
        status, took = desk.end()

        # then it does, in time, and whoever comes next need not wait for anything to run out
        assert status == 0, desk.log.read_text()
        assert took < STOPS + _BUSY
        assert _claimed(db) == {"sending": 0, "mailboxes": 0, "inbox": 0}
        assert "Traceback" not in desk.log.read_text()
    db.close()


def test_a_second_signal_ends_it_at_once(
    database_url: str, world: Sandbox, serving: Callable[..., object]
) -> None:
    visitor = Near(world)
    with serving(database_url) as desk:
        # given a desk that stops, and waits for the mail server
        visitor.wait_until(lambda: desk.is_ready, PATIENCE)
        visitor.fault("smtp.data", hang=40)
        visitor.mail(CARLA, subject="The oven page fails", text="It shows an error.")
        visitor.wait_until(lambda: visitor.journal("fault", "smtp.data"), PATIENCE)
        desk.process.send_signal(signal.SIGTERM)
        visitor.wait_until(lambda: desk.says("stopping"), PATIENCE)

        # when it is told again
        status, took = desk.end()

        # then it is gone, and says that it was cut short
        assert status == 128 + signal.SIGTERM
        assert took < 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_told_to_stop_at_any_moment_of_its_start_it_stops(
    database_url: str, world: Sandbox, serving: Callable[..., object]
) -> None:
    visitor, db = Near(world), Database(database_url)
    for words in ("", "works in workspace", "is at work", "all that can be said"):
        with serving(database_url, from_scratch=not words) as desk:
            desk.log.write_text("")
            visitor.wait_until(
                lambda words=words, desk=desk: words in desk.log.read_text() or desk.is_ready, PATIENCE
            )
            status, took = desk.end()
            assert status in (0, -signal.SIGTERM if not words else 0), desk.log.read_text()
            assert took < STOPS + _BUSY, words
            assert not any(_claimed(db).values()), words
            assert "Traceback" not in desk.log.read_text(), words
    db.close()
