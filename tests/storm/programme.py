"""The proofs that take long, one after the other, as before a release."""

import subprocess
import sys
import time
from dataclasses import dataclass
from os import environ

_STORM = (sys.executable, "-m", "tests.storm")
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-m", "long")


@dataclass(frozen=True)
class Part:
    """shows: the demands in docs/reliability.md that it is for; environ: what it is told besides."""

    name: str
    shows: str
    command: tuple[str, ...]
    environ: tuple[tuple[str, str], ...] = ()

    def passes(self) -> bool:
        """Run it; it tells what it does itself."""
        return subprocess.call(self.command, env=environ | dict(self.environ)) == 0


PARTS = (
    Part("suite", "all on both engines", (*_PYTEST[:4], "-n", "4", "--dist", "worksteal", "--whole")),
    Part("whole", "A2, A3, A26", (*_STORM, "--whole")),
    Part("great", "A4", (*_STORM, "--great")),
    Part("durability", "A7", (*_PYTEST, "tests/storm/test_durability.py")),
    Part("days", "A10", (*_PYTEST, "tests/sla/test_desk_machine.py")),
    Part(
        "mails",
        "A12",
        (*_PYTEST, "-n", "2", "--timeout=0", "tests/mail/test_mutations.py"),
        (("DAMAGED_MAILS", "1000000"),),
    ),
    Part("bombs", "A14", (sys.executable, "bench/mail_bombs.py")),
)


def run(only: str = "") -> int:
    """All parts, or one by its name; the exit status is 0 where all pass."""
    parts = [part for part in PARTS if only in ("", part.name)]
    if not parts:
        print(f"No part is called {only}; there are: {', '.join(part.name for part in PARTS)}.")
        return 2
    failed = []
    for part in parts:
        print(f"\n{part.name} ({part.shows}): {' '.join(part.command[1:])}", flush=True)
        began = time.monotonic()
        passed = part.passes()
        said = "passed" if passed else "FAILED"
        print(f"{part.name} ({part.shows}) {said} after {time.monotonic() - began:.0f} s", flush=True)
        failed += [] if passed else [part.name]
    print(f"\n{'FAILED: ' + ', '.join(failed) if failed else 'All of them passed.'}")
    return 1 if failed else 0
