"""What the import contracts cannot see: the single files at the top of the house."""

import ast
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOP = ["helpdesk.py", "config.py", "heartbeat.py"]
PACKAGES = {"bot", "desk", "mail", "rehearsal", "sandbox", "settings", "sla", "store", "terminal", "wiring"}
BELONGS_TO_A_PACKAGE = {
    "aiosmtpd",
    "alembic",
    "apscheduler",
    "imapclient",
    "psycopg",
    "slack_bolt",
    "slack_sdk",
    "smtplib",
    "sqlalchemy",
}


def imports(file, within=ast.walk):
    """The top names a file imports: everywhere, or only where importing the file would."""
    for node in within(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("name", TOP)
def test_the_top_leaves_each_library_to_the_package_that_owns_it(name):
    assert not BELONGS_TO_A_PACKAGE & set(imports(ROOT / name))


def test_the_config_knows_nothing_of_the_house_but_its_settings():
    assert (PACKAGES | {"helpdesk"}) & set(imports(ROOT / "config.py")) <= {"settings"}


def test_help_is_printed_before_the_house_is_built():
    slow = PACKAGES - {"terminal"} | BELONGS_TO_A_PACKAGE | {"config", "pydantic", "uvicorn"}
    look = "import sys, helpdesk; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "terminal.serve" in done.stdout.split()
    assert not slow & set(done.stdout.split())


def test_a_start_loads_the_tool_for_migrations_only_where_it_migrates():
    for file in (ROOT / "store").glob("*.py"):
        assert "alembic" not in imports(file, ast.iter_child_nodes), file


def test_the_contracts_cover_every_package():
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    assert set(contracts["importlinter"]["root_packages"].split()) == PACKAGES


def test_a_package_opens_with_one_docstring_and_nothing_more():
    for package in PACKAGES:
        body = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8")).body
        assert [type(line) for line in body] == [ast.Expr], package


def test_the_tables_of_settings_know_of_the_house_only_the_desk_and_its_hours():
    known = {name for file in (ROOT / "settings").glob("*.py") for name in imports(file)}
    assert PACKAGES & known <= {"settings", "desk", "sla"}
