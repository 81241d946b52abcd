"""The tests are tested: a fault that breaks a promise turns them red."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storm.faults import FAULTS, Fault

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.breaks)
def test_a_fault_still_fits_the_code_that_it_breaks(fault: Fault) -> None:
    assert (ROOT / fault.file).read_text(encoding="utf-8").count(fault.old) == 1
    assert all((ROOT / test).exists() for test in fault.found_by.split())


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.breaks)
def test_a_fault_is_found(fault: Fault, tmp_path: Path) -> None:
    tree = _copy(tmp_path / "tree")
    broken = tree / fault.file
    broken.write_text(broken.read_text(encoding="utf-8").replace(fault.old, fault.new), encoding="utf-8")

    told = _run_tests(tree, fault)

    assert told.returncode == 1, told.stdout[-2_000:]
    assert " failed" in told.stdout.splitlines()[-1], told.stdout


def _copy(tree: Path) -> Path:
    """The tree as it is, without what git does not know."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((ROOT / name).read_bytes())
    return tree


def _run_tests(tree: Path, fault: Fault) -> "subprocess.CompletedProcess[str]":
    """Exit status 1: tests have failed; anything else says that they could not be run."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *fault.found_by.split()]
    environ = os.environ | {"PYTHONPATH": str(tree)}
    return subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True)
