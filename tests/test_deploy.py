"""What is handed to containers and systemd fits the desk that is started with it."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from config import load
from helpdesk import main

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
FILES = ("compose.sqlite.yml", "compose.postgresql.yml", "helpdesk.service")
SECRETS = {
    "slack_bot_token": "xoxb-1-secret",
    "slack_app_token": "xapp-1-secret",
    "slack_signing_secret": "0123456789abcdef0123456789abcdef",
    "mail_password": "secret",
    "database_url": "postgresql://helpdesk:secret@database/helpdesk",
}
SETTINGS = """
[desk]
address = "help@desk.example"
[slack]
support_channel = "C0SUPPORT"
leads_channel = "C0LEADS"
[mail.imap]
host = "imap.desk.example"
user = "help@desk.example"
[mail.smtp]
host = "smtp.desk.example"
tls = "starttls"
user = "help@desk.example"
"""


def environment_in(name: str) -> dict[str, str]:
    """What that file puts into the desk's environment."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    if name.endswith(".yml"):
        return dict(yaml.safe_load(text)["services"]["helpdesk"]["environment"])
    lines = re.findall(r"^Environment=(.+)$", text, re.MULTILINE)
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("name", FILES)
def test_the_desk_starts_with_what_the_file_gives_it(name: str, tmp_path: Path) -> None:
    settings = tmp_path / "helpdesk.toml"
    settings.write_text(SETTINGS)
    for secret, value in SECRETS.items():
        (tmp_path / secret).write_text(value)
    given = {
        key: str(tmp_path / Path(value).name) if key.endswith("_FILE") else value
        for key, value in environment_in(name).items()
        if key != "HELPDESK_CONFIG"
    }

    config = load(settings, given)

    assert config.slack.bot_token.get_secret_value() == SECRETS["slack_bot_token"]
    assert config.mail.imap.password is not None
    if name == "compose.postgresql.yml":
        assert config.slack.mode == "http"
        assert config.database.url.get_secret_value().startswith("postgresql")


@pytest.mark.parametrize("name", FILES[:2])
def test_every_secret_that_is_named_is_handed_over(name: str) -> None:
    compose = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    asked = {secret for service in compose["services"].values() for secret in service.get("secrets", [])}
    named = {
        Path(value).name
        for service in compose["services"].values()
        for key, value in service["environment"].items()
        if key.endswith("_FILE")
    }
    assert asked == named == set(compose["secrets"])


def test_what_is_started_is_a_command_of_the_desk() -> None:
    unit = (DEPLOY / "helpdesk.service").read_text(encoding="utf-8")
    [started] = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
    assert shlex.split(started)[-1] in main.commands
    assert 'CMD ["serve"]' in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_the_image_is_built_from_the_lock_and_runs_without_rights() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert all("--frozen" in line for line in lines if "uv sync" in line)
    assert [line for line in lines if line.startswith("USER ")] == ["USER helpdesk"]
    users = lines.index("USER helpdesk")
    assert not any(line.startswith(("RUN", "COPY")) for line in lines[users:])


def rules():
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_every_alarm_watches_figures_that_there_are_and_stands_in_the_guide() -> None:
    guide = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    figures = {*re.findall(r"^\| `([a-z_]+)", guide, re.MULTILINE), "up"}
    explained = set(re.findall(r"^\| `(Helpdesk\w+)`", guide, re.MULTILINE))
    assert {rule["alert"] for rule in rules()} == explained
    for rule in rules():
        bare = re.sub(r'\{[^}]*\}|\[[^]]*\]|\b(by|ignoring) \([^)]*\)|"[^"]*"', "", rule["expr"])
        watched = {
            re.sub(r"_(count|bucket|sum)$", "", name) for name in re.findall(r"\b[a-z_]{3,}\b(?!\s*\()", bare)
        }
        assert watched - {"ignoring"} <= figures | {"and", "or"}, rule["alert"]
        assert watched & figures, rule["alert"]


def test_a_container_is_judged_by_whether_it_lives() -> None:
    assert "/livez" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
