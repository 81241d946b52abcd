"""The command that sets the project up: what it installs, when it does not, what it says when it cannot."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parent.parent / "run"
RECORD = (
    '#!/bin/sh\n[ "$1" = --version ] && echo "uv {version}" && exit\necho "uv $@" >> "{log}"\nexit {status}\n'
)
TELL = '#!/bin/sh\necho "{name}" "$@"\nexit {status}\n'

pytestmark = pytest.mark.skipif(os.name == "nt", reason="stands on shell scripts")


class Checkout:
    """A checkout whose tools only tell how they were called, so that nothing is fetched."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path, self.bin = folder / "desk", folder / "path", folder / "desk/.venv/bin"
        self.log = folder / "uv.log"
        for each in (self.path, self.bin):
            each.mkdir(parents=True)
        shutil.copy(RUN, self.folder / "run")
        for name in ("pyproject.toml", "uv.lock"):
            (self.folder / name).write_text(name)
        for name in ("pytest", "helpdesk", "ruff", "mypy", "lint-imports"):
            self.tool(self.bin / name, TELL, name=name)
        (self.bin / "python").symlink_to(sys.executable)

    def tool(self, file: Path, text: str, **values: object) -> None:
        file.write_text(text.format(**{"status": 0, "log": self.log, **values}))
        file.chmod(0o755)

    def uv(self, file: Path, version: str = "0.13.9", status: int = 0) -> None:
        self.tool(file, RECORD, version=version, status=status)

    def run(self, *args: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, self.folder / "run", *args]
        return subprocess.run(
            command,
            env={"PATH": str(self.path), **environ},
            cwd=self.folder.parent,
            capture_output=True,
            text=True,
        )

    @property
    def set_ups(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path)
    made.uv(made.path / "uv")
    return made


def test_without_a_command_it_says_what_there_is(checkout):
    told = checkout.run()
    assert (told.returncode, checkout.set_ups) == (0, [])
    assert all(command in told.stdout for command in ("demo", "test", "check", "bench", "helpdesk"))


def test_an_unknown_command_is_a_mistake_of_usage(checkout):
    assert checkout.run("dmeo").returncode == 2


def test_the_first_start_sets_up_and_the_second_does_not(checkout):
    first, second = checkout.run("demo"), checkout.run("demo", "--port", "0")
    assert checkout.set_ups == ["uv sync --locked --inexact --no-default-groups"]
    assert "Setting up" in first.stderr
    assert (second.stdout, second.stderr) == ("helpdesk demo --port 0\n", "")


def test_a_new_lock_file_sets_up_again(checkout):
    checkout.run("demo")
    (checkout.folder / "uv.lock").write_text("newer")
    checkout.run("demo")
    assert len(checkout.set_ups) == 2


def test_each_command_brings_its_tools_and_takes_none_away(checkout):
    for command in ("check", "demo", "test", "helpdesk"):
        checkout.run(command)
    assert [line.partition("--no-default-groups")[2] for line in checkout.set_ups] == [
        " --group=check --group=test",
        "",
        " --group=test",
        " --extra=postgres",
    ]
    assert all("--inexact" in line for line in checkout.set_ups)


def test_where_there_is_a_browser_the_page_is_tested_in_it(checkout):
    checkout.tool(checkout.path / "chromium", TELL, name="chromium")
    checkout.run("test")
    assert checkout.set_ups[0].endswith(" --group=test --group=browser")


def test_a_set_up_that_failed_is_told_and_tried_again(checkout):
    checkout.uv(checkout.path / "uv", status=2)
    failed = checkout.run("test")
    assert failed.returncode == 1
    assert "Setting up failed" in failed.stderr
    assert failed.stdout == ""
    checkout.uv(checkout.path / "uv")
    assert checkout.run("test").returncode == 0


def test_a_fresh_folder_gets_the_python_that_was_asked(checkout):
    (checkout.bin / "python").unlink()
    checkout.run("demo")
    assert checkout.set_ups[0].endswith(f"--python {sys.executable}")


def test_tests_run_by_four_workers_unless_told_otherwise(checkout):
    assert checkout.run("test").stdout == "pytest -n 4 --dist worksteal\n"
    assert checkout.run("test", "tests/desk", "-q").stdout == "pytest tests/desk -q\n"


def test_tests_keep_compiled_modules_whatever_the_machine_says(checkout):
    checkout.tool(checkout.bin / "pytest", "#!/bin/sh\necho ${{PYTHONDONTWRITEBYTECODE-kept}}\n")
    assert checkout.run("test", PYTHONDONTWRITEBYTECODE="1").stdout == "kept\n"


def test_the_exit_status_of_the_desk_is_passed_on(checkout):
    checkout.tool(checkout.bin / "helpdesk", TELL, name="helpdesk", status=75)
    told = checkout.run("helpdesk", "deliver")
    assert (told.returncode, told.stdout) == (75, "helpdesk deliver\n")


def test_check_runs_every_tool_even_after_one_has_failed(checkout):
    checkout.tool(checkout.bin / "mypy", TELL, name="mypy", status=1)
    told = checkout.run("check")
    assert told.returncode == 1
    assert "lint-imports" in told.stdout
    assert told.stderr.splitlines()[-1] == "Failed: mypy"
    checkout.tool(checkout.bin / "mypy", TELL, name="mypy")
    assert checkout.run("check").returncode == 0


def test_an_unknown_measurement_names_the_known_ones(checkout):
    (checkout.folder / "bench").mkdir()
    (checkout.folder / "bench/storm.py").write_text("import sys; print('storm', *sys.argv[1:])")
    told = checkout.run("bench", "strom")
    assert (told.returncode, told.stdout) == (2, "Measurements: storm\n")
    assert checkout.run("bench", "storm", "9").stdout == "storm 9\n"


@pytest.mark.parametrize("version", ["0.8.17", ""])
def test_a_uv_that_is_too_old_gives_way_to_our_own(checkout, version):
    checkout.uv(checkout.path / "uv", version=version, status=1)
    checkout.uv(checkout.bin / "uv")
    assert checkout.run("demo").returncode == 0


def test_without_uv_our_own_is_used(checkout):
    (checkout.path / "uv").unlink()
    checkout.uv(checkout.bin / "uv")
    assert checkout.run("demo").returncode == 0
    assert len(checkout.set_ups) == 1


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(checkout, module):
    (checkout.path / "uv").unlink()
    (checkout.path / "sitecustomize.py").write_text(f"import sys; sys.modules[{module!r}] = None")
    told = checkout.run("demo", PYTHONPATH=str(checkout.path))
    assert told.returncode == 1
    assert "apt install python3-venv" in told.stderr
    assert f"no {module}" in told.stderr


def test_an_old_python_can_read_far_enough_to_say_that_it_is_too_old():
    tree = ast.parse(RUN.read_text(encoding="utf-8"), feature_version=(3, 7))
    first = [type(line).__name__ for line in tree.body[:3]]
    assert first == ["Expr", "Import", "If"]


def test_run_may_be_executed():
    assert os.access(RUN, os.X_OK)
