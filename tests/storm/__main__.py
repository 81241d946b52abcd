"""`./run storm`: kills the desk while people work and the world fails, and says what came of it."""

import argparse
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from tests import postgres
from tests.storm import programme, serverside, sizes, troubles
from tests.storm.ailing import Course, befall
from tests.storm.deaths import deaths
from tests.storm.engines import databases, server_home
from tests.storm.sizes import CLOCKS, REDUCED, Size
from tests.storm.storm import Outcome, storm
from tests.storm.troubles import Trouble
from tests.wire import wire

KEPT = Path(".storm")
"""Where the seeds, figures and logs of the last runs are."""

_PYTEST = (sys.executable, "-m", "pytest")
"""In a process of its own: it rewrites modules that are loaded here already."""

_HEAD = f"{'engine':<11} {'seed':>7} {'mails':>6} {'clicks':>6} {'replies':>7} {'kills':>6}"
_HEAD += f" {'naps':>5} {'shut':>5} {'clocks':>6} {'gone':>5} {'faults':>6} {'unread':>6} {'wrong':>6}"
_HEAD += f" {'seconds':>8}"


def main() -> int:
    given = _given()
    if given.long:
        return programme.run(given.only)
    if given.faults:
        return subprocess.call([*_PYTEST, "tests/storm/test_faults.py", "-m", "long or not long", "-q", "-s"])
    KEPT.mkdir(exist_ok=True)
    if given.database:
        return _befall(given)
    if given.points:
        return _die(given)
    wrong = 0
    print(_HEAD, flush=True)
    for engine, seed, size in _storms(given):
        outcome = _raise(engine, seed, size)
        _tell(engine, seed, outcome)
        wrong += len(outcome.wrongs) + (_tell_times(outcome) if given.great else 0)
    print(f"\n{'NOT all promises were kept.' if wrong else 'Every promise was kept.'}")
    return 1 if wrong else 0


def _tell_times(outcome: Outcome) -> bool:
    """Whether it took too long."""
    too_long = outcome.slowest > _TICKET_WITHIN
    late = [f"that is too long: 99 % have to be tickets within {_TICKET_WITHIN} s"] * too_long
    print("\n".join(f"    {each}" for each in [*outcome.times, *late]), flush=True)
    return too_long


_TICKET_WITHIN = 30
"""Seconds from a mail that is offered to its ticket, for 99 of 100, while everything fails (A4)."""


def _raise(engine: str, seed: int, size: Size) -> Outcome:
    """The database is one that may be ended hard where the storm does so."""
    folder = KEPT / f"{engine}-{seed}"
    folder.mkdir(exist_ok=True)
    settings = postgres.LASTING if size.restarts else postgres.SETTINGS
    with TemporaryDirectory(prefix="storm-") as made, databases(engine, Path(made), settings) as new:
        url, home = new(), server_home(Path(made))
        gone = partial(serverside.gone, home) if size.restarts else None
        return storm(url, folder, size, seed=seed, gone=gone)


def _storms(given: argparse.Namespace) -> Iterator[tuple[str, int, Size]]:
    dice = random.Random(given.seed)
    until, seed = time.monotonic() + 60 * given.minutes, given.seed
    while True:
        for engine in ["postgresql"] if given.great else _engines(given):
            yield engine, seed, _size(given, engine)
        if time.monotonic() > until:
            return
        seed = dice.randrange(1_000_000)


def _size(given: argparse.Namespace, engine: str) -> Size:
    replicas = given.replicas if engine == "postgresql" else 1
    if given.great:
        return sizes.great(given.mails, max(replicas, 3))
    if given.naps:
        return sizes.napping(given.naps, replicas)
    if given.whole:
        return sizes.whole(replicas)
    return (CLOCKS if given.clocks else REDUCED).with_replicas(replicas)


def _die(given: argparse.Namespace) -> int:
    """At every point, on each database; in parts, where minutes are given."""
    wrong, until = 0, time.monotonic() + 60 * (given.minutes or 1_000)
    for engine in _engines(given):
        with TemporaryDirectory(prefix="storm-") as home, databases(engine, Path(home)) as new:
            for each in deaths(new, Path(home), begin=given.begin):
                died = "died" if each.died else "not reached so often"
                print(f"{engine:<11} {each.name:<34} {each.hit:>4} {died}", *each.wrongs, flush=True)
                wrong += len(each.wrongs)
                if time.monotonic() > until:
                    print(f"the time is over: go on after this one with --from, on {engine}")
                    return 1 if wrong else 0
    return 1 if wrong else 0


def _engines(given: argparse.Namespace) -> list[str]:
    return [given.engine] if given.engine else ["sqlite", "postgresql"]


def _befall(given: argparse.Namespace) -> int:
    """The database is locked, full, gone and so on, while people work."""
    wrong = 0
    head = f"{'engine':<11} {'trouble':<10} {'red after':>10} {'green after':>12} {'taken':>6}"
    print(head, "lived", flush=True)
    for engine in _engines(given):
        with TemporaryDirectory(prefix="storm-") as home, _troubled(engine, Path(home)) as (url, befallen):
            folder = KEPT / f"{engine}-database"
            folder.mkdir(exist_ok=True)
            replicas = given.replicas if engine == "postgresql" else 1
            tell = partial(_tell_course, engine)
            named = [each for each in befallen if given.only in ("", each.name)]
            wrongs = befall(
                url, folder, named, tell, replicas=replicas, seed=given.seed, seconds=given.seconds
            )
        print("".join(f"    {each}\n" for each in wrongs), end="", flush=True)
        wrong += len(wrongs)
    print(f"\n{'NOT all promises were kept.' if wrong else 'Every promise was kept.'}")
    return 1 if wrong else 0


def _tell_course(engine: str, course: Course) -> None:
    red = "-" if course.red is None else f"{course.red:.1f} s"
    line = f"{engine:<11} {course.name:<10} {red:>10} {course.green:>10.1f} s {course.taken:>6}"
    print(line, "yes" if course.lived else " NO", flush=True)


@contextmanager
def _troubled(engine: str, home: Path) -> Iterator[tuple[str, list[Trouble]]]:
    """A database, and what may befall it."""
    with ExitStack() as stack:
        mounted = stack.enter_context(troubles.own_disk(home / "disk", troubles.ROOM[engine]))
        if not mounted:
            print("a full disk is left out: it takes a disk that only root may mount", flush=True)
        new = stack.enter_context(databases(engine, home / "disk", postgres.LASTING))
        if engine == "postgresql":
            line = stack.enter_context(wire(make_url(url := new())))
            behind = line.url.render_as_string(hide_password=False)
            yield behind, troubles.of_server(url, server_home(home / "disk"), line, on_own_disk=mounted)
            return
        traced = shutil.which("strace") is not None
        if not traced:
            print("a disk that may only be read is left out: it takes strace", flush=True)
        yield (url := new()), troubles.of_file(url, on_own_disk=mounted, traced=traced)


def _tell(engine: str, seed: int, outcome: Outcome) -> None:
    told = outcome.told
    mails = told["mails"] + told["machines"]
    line = f"{engine:<11} {seed:>7} {mails:>6} {told['clicks']:>6} {told['replies']:>7}"
    line += f" {outcome.kills:>6} {outcome.naps:>5} {outcome.closures:>5} {outcome.steps:>6}"
    line += f" {outcome.restarts:>5} {outcome.faults:>6} {told['unread']:>6} {len(outcome.wrongs):>6}"
    line += f" {outcome.seconds:>8.0f}"
    print("\n".join([line, *(f"    {wrong}" for wrong in outcome.wrongs)]), flush=True)
    with (KEPT / "seeds.txt").open("a") as kept:
        kept.write(f"{line}\n")


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run storm", description=__doc__)
    parser.add_argument(
        "--minutes",
        type=float,
        default=0,
        help="new storms, or points, until then; 0: one storm, all points",
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], help="both, where none is named")
    parser.add_argument("--replicas", type=int, default=2, help="processes on PostgreSQL")
    parser.add_argument("--whole", action="store_true", help="900 mails, Slack closed in between, naps")
    parser.add_argument(
        "--long",
        action="store_true",
        help="all that takes long, one after the other: the suite on both engines, --whole, --great, "
        "the order of durability, 400 days, a million damaged mails, bombs",
    )
    parser.add_argument(
        "--great",
        action="store_true",
        help="5,000 mails, three processes killed 200 times, PostgreSQL ended hard 25 times",
    )
    parser.add_argument("--mails", type=int, default=5_000, help="a smaller one, all in proportion (--great)")
    parser.add_argument("--naps", type=int, default=0, help="so many sleeps over the end of leases, no kills")
    parser.add_argument("--clocks", action="store_true", help="set the clocks of processes wrong meanwhile")
    parser.add_argument("--database", action="store_true", help="let the database fail, in each way, instead")
    parser.add_argument("--only", default="", help="that trouble, or that part, alone (--database, --long)")
    parser.add_argument(
        "--seconds",
        type=float,
        help="that each trouble lasts (--database): 20, or 60 where it is gone",
    )
    parser.add_argument("--points", action="store_true", help="end the desk at every crash point instead")
    parser.add_argument(
        "--from", dest="begin", default="", help="the point, or 'POINT in job', to begin with (--points)"
    )
    parser.add_argument("--faults", action="store_true", help="put faults into the code, one by one, instead")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
