"""What the desk says it keeps is on the disk when it says so: the system's own calls are the witness."""

import random
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests import postgres
from tests.storm import serverside
from tests.storm.clockwork import Patience
from tests.storm.engines import databases, server_home
from tests.storm.people import customer, marker
from tests.storm.scene import Scene, scene
from tests.storm.tracing import read

MANY = 200
"""Mails that servers hand in, messages in the mailbox, and notes in windows: of each."""

_WATCHED = ("-f", "-yy", "-e", "trace=pwrite64,fdatasync,fsync,sendto", "-s", "65536")


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not shutil.which("strace"), reason="no strace")
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_is_promised_and_nothing_leaves_before_it_is_on_the_disk(engine: str, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="storm-")))  # short: sockets lie in it
        url = stack.enter_context(databases(engine, home, postgres.LASTING))()
        here = stack.enter_context(scene(url, tmp_path, 1, random.Random(7), imap=True))
        servers = serverside.processes(server_home(home)) if engine == "postgresql" else []
        with traced(here, servers, calls):
            for n in range(MANY):
                here.customers.write(n)
            for n in range(MANY, 2 * MANY):
                here.customers.post(n, here.agents.visitor)
            for n in range(MANY):
                here.agents.note(n)
            assert here.verdict().wrongs() == []
        sent = {name for n in range(2 * MANY) for name in letters_of(here, n)}

    found = read(calls, first_in_mailbox=MANY)
    told = {
        "kept": {*range(MANY)},
        "marked": {*range(MANY, 2 * MANY)},
        "clicked": {marker("note", n) for n in range(MANY)},
        "left": sent,
    }
    orders = {name: getattr(found, name) for name in told}
    assert len(sent) == 2 * MANY
    assert {name: order.told for name, order in orders.items()} == told
    assert {name: order.too_early for name, order in orders.items()} == {name: [] for name in told}


def letters_of(here: Scene, n: int) -> set[str]:
    """The Message-IDs of what customer n got."""
    return {letter["message_id"].strip("<>") for letter in here.agents.visitor.inbox(customer(n))}


@contextmanager
def traced(here: Scene, servers: Sequence[int], calls: Path) -> Iterator[None]:
    """All threads of the one process of the desk, and all processes of the database's server."""
    everybody = [here.replicas[0].process_id, *servers]
    whom = [word for each in everybody for word in ("-p", str(each))]
    strace = subprocess.Popen(["strace", *_WATCHED, "-o", str(calls), *whom], stderr=subprocess.DEVNULL)
    patience = Patience(here.clocks.moves)
    while any("TracerPid:\t0\n" in Path(f"/proc/{each}/status").read_text() for each in everybody):
        patience.spend("nobody traces the desk")
    try:
        yield
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait()
