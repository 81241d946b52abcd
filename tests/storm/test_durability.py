"""What the desk says it keeps is on the disk when it says so: the system's own calls are the witness."""

import random
import re
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.storm.clockwork import Patience
from tests.storm.scene import Scene, scene

MAILS = 200
KEPT = "250 2.0.0 Kept"

_CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)")
_OF_MAIL = re.compile(r"Storm (\d{5}) in the shop|first-(\d{5})-said-once")


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.skipif(not shutil.which("strace"), reason="no strace")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_is_on_the_disk_before_its_server_hears_that_it_is_kept(
    database_url: str, tmp_path: Path
) -> None:
    with scene(database_url, tmp_path, 1, random.Random(7)) as here:
        with traced(here, tmp_path / "calls"):
            for n in range(MAILS):
                here.customers.write(n)
        assert here.verdict().wrongs() == []

    told, too_early = in_order(tmp_path / "calls")
    assert told == MAILS
    assert too_early == []


@contextmanager
def traced(here: Scene, calls: Path) -> Iterator[None]:
    """All threads of the one process."""
    pid = here.replicas[0].process_id
    watched = ["-e", "trace=pwrite64,fdatasync,fsync,sendto", "-s", "4200"]
    strace = subprocess.Popen(
        ["strace", "-f", *watched, "-o", str(calls), "-p", str(pid)], stderr=subprocess.DEVNULL
    )
    patience = Patience(here.clocks.moves)
    while "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text():
        patience.spend("nobody traces the desk")
    try:
        yield
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait()


def in_order(calls: Path) -> tuple[int, list[int]]:
    """How often the desk said that it keeps a mail; which mails were not on the disk by then.

    The mails come one after the other: the n-th answer is about the n-th of them."""
    written: defaultdict[str, set[int]] = defaultdict(set)
    lasting: set[int] = set()
    told, too_early = 0, []
    with calls.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            named = _CALL.match(line)
            thread, call = named.groups() if named else ("", "")
            if call == "pwrite64":
                written[thread] |= {int(one or other) for one, other in _OF_MAIL.findall(line)}
            elif call in ("fdatasync", "fsync") and line.rstrip().endswith("= 0"):
                lasting |= written.pop(thread, set())
            elif call == "sendto" and KEPT in line:
                too_early += [] if told in lasting else [told]
                told += 1
    return told, too_early
