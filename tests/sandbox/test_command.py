"""The sandbox can be started from the command line, for a bot in any language."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from slack_sdk import WebClient

ROOT = Path(__file__).parents[2]


@contextmanager
def started(*words: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_with_which_tokens_and_ends_when_told(ending: signal.Signals) -> None:
    with started("--manifest", "manifest.yml", "--no-limits") as process:
        assert process.stdout is not None
        told = dict(process.stdout.readline().strip().partition("=")[::2] for _ in range(6))
        slack = WebClient(token=told["SLACK_BOT_TOKEN"], base_url=told["SLACK_API_URL"], retry_handlers=[])
        answer = slack.auth_test()
        assert answer["ok"]
        assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")
        process.send_signal(ending)
        assert process.wait(100) == 0


@pytest.mark.parametrize(("manifest", "why"), [("nowhere.yml", "No such file"), ("pyproject.toml", "YAML")])
def test_a_manifest_it_cannot_use_is_told_in_one_line(manifest: str, why: str) -> None:
    with started("--manifest", manifest) as process:
        assert process.wait(100) == 1
        assert process.stderr is not None
        told = process.stderr.read()
    assert why in told
    assert "Traceback" not in told
