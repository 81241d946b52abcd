"""What is handed to containers and systemd fits the desk that is started with it."""

import re
import shlex
import shutil
import subprocess
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
DEFAULTS = {
    "SLACK_BOT_TOKEN": "xoxb-1-secret", "SLACK_APP_TOKEN": "xapp-1-secret",
    "HELPDESK_DESK__ADDRESS": "help@desk.example", "HELPDESK_SLACK__SUPPORT_CHANNEL": "C0SUPPORT",
    "HELPDESK_SLACK__LEADS_CHANNEL": "C0LEADS", "HELPDESK_MAIL__SMTP__HOST": "smtp.desk.example",
    "HELPDESK_MAIL__SMTP__TLS": "starttls",
}  # fmt: skip
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


COMPOSE = FILES[:2]
SERVICE_KEYS = {
    "build", "cap_drop", "depends_on", "deploy", "environment", "expose", "healthcheck", "image", "ports",
    "read_only", "restart", "secrets", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip
STOPS_WITHIN = 10
"""Seconds, as the operator's guide says."""


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_says_only_what_compose_knows_and_names_only_what_it_has(name: str) -> None:
    compose = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    assert set(compose) <= {"services", "volumes", "secrets"}
    named = {
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }
    assert {each for each in named if not each.startswith(".")} == set(compose["volumes"])
    for service in compose["services"].values():
        assert set(service) <= SERVICE_KEYS
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        assert ":" in service.get("image", ":") or service.get("build")
    build = compose["services"]["helpdesk"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


@pytest.mark.parametrize("name", FILES)
def test_whoever_stops_the_desk_waits_as_long_as_it_may_take(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    [seconds] = re.findall(r"(?:stop_grace_period: |TimeoutStopSec=)(\d+)", text)
    assert int(seconds) > STOPS_WITHIN


def test_a_file_system_that_is_read_only_leaves_the_desk_what_it_writes() -> None:
    for name in COMPOSE:
        helpdesk = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))["services"]["helpdesk"]
        writable = {*helpdesk["tmpfs"], *(each.split(":")[1] for each in helpdesk["volumes"])}
        assert helpdesk["read_only"]
        assert {"/tmp", "/data"} <= writable


def test_the_health_of_the_container_is_asked_at_the_port_it_listens_on() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    [exposed], [asked] = (
        re.findall(r"^EXPOSE (\d+)$", text, re.MULTILINE),
        re.findall(r"127\.0\.0\.1:(\d+)/", text),
    )
    assert exposed == asked == str(load(None, DEFAULTS).web.port)
    assert "HELPDESK_WEB__HOST=0.0.0.0" in text


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    unit = (DEPLOY / "helpdesk.service").read_text(encoding="utf-8")
    here = tmp_path / "helpdesk.service"
    here.write_text(re.sub(r"^ExecStart=.*$", "ExecStart=/bin/true", unit, flags=re.MULTILINE))
    done = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
