"""Scenarios as people type them, played by the command."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import helpdesk

Line = dict[str, Any]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Types `helpdesk simulate` about a scenario."""
    monkeypatch.chdir(tmp_path)

    def run(scenario: str, *options: str) -> Result:
        (tmp_path / "scenario.yml").write_text(scenario, encoding="utf-8")
        return CliRunner().invoke(helpdesk.main, ["simulate", "scenario.yml", *options])

    return run


@pytest.fixture
def played(typed: Callable[..., Result]) -> Callable[[str], list[Line]]:
    """The lines that came of a scenario."""

    def play(scenario: str) -> list[Line]:
        done = typed(scenario, "--json")
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.output.splitlines()]

    return play
