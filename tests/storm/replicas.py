"""The desk as processes that are killed and started again."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.ports import free_ports

PATIENCE = 120.0


@dataclass
class Replica:
    """One process of the desk.  log: where it writes what goes wrong."""

    settings: Mapping[str, str]
    log: Path
    mail_port: int = 0
    _web_port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.mail_port, self._web_port = free_ports(2)
        ports = {
            "HELPDESK_MAIL__LISTENER__PORT": str(self.mail_port),
            "HELPDESK_WEB__PORT": str(self._web_port),
        }
        environ = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        command = [sys.executable, "-m", "helpdesk", "serve"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=environ | self.settings | ports, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the desk did not start: {self.log.read_text()[-4_000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Tell it to end; its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        return process.wait(timeout=PATIENCE)

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self._web_port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


_OURS = ("HELPDESK_", "SLACK_")


@dataclass
class Killer:
    """Kills one replica after the other, each some moments after the desk began to do things again.

    at_work: counts what the world has seen of the desk."""

    replicas: Sequence[Replica]
    random: random.Random
    most: int
    pause: tuple[float, float]
    at_work: Callable[[], int]
    kills: int = 0

    def run(self) -> None:
        """Kill as often as it was told to."""
        while self.kills < self.most:
            self._wait_for_work()
            time.sleep(self.random.uniform(*self.pause))
            replica = self.random.choice(self.replicas)
            replica.kill()
            self.kills += 1
            replica.start()

    def _wait_for_work(self) -> None:
        """A slow machine is killed no oftener than it can begin anew; where nothing is left to do, it is
        killed all the same."""
        seen, deadline = self.at_work(), time.monotonic() + _IDLE
        while self.at_work() < seen + _SOME and time.monotonic() < deadline:
            time.sleep(0.05)


_SOME, _IDLE = 5, 10.0
