"""What a person at a terminal reads when the desk cannot start, and before it does."""

import os
import signal
import socket
from types import SimpleNamespace
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import yaml
from click.testing import CliRunner

import helpdesk
from store.alone import alone
from terminal.demo import demo_settings
from tests import warm
from tests.ports import free_ports

pytestmark = pytest.mark.both_engines


@pytest.fixture
def settings(world, tmp_path):
    """The environment of a desk that lives in this world; nothing of the machine's own counts."""
    return demo_settings(world, f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}")


@pytest.fixture
def run(settings, tmp_path, monkeypatch):
    """Runs a command until it ends by itself; a setting of None is taken away."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **changed):
        if "serve" not in arguments:
            done = CliRunner(env=settings | changed).invoke(helpdesk.main, arguments)
            return SimpleNamespace(status=done.exit_code, said=done.stderr, shown=done.stdout)
        done = warm.run(*arguments, cwd=tmp_path, env=_environment(settings, changed))
        return SimpleNamespace(status=done.returncode, said=done.stderr.decode(), shown=done.stdout.decode())

    return run


@pytest.fixture
def taken():
    """A port that somebody else has."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


def test_a_token_that_slack_refuses_is_named_with_its_mend(run):
    done = run("serve", SLACK_BOT_TOKEN="xoxb-of-yesterday")
    assert done.status == 78
    assert _last_line(done).startswith("Error: Slack refuses SLACK_BOT_TOKEN (invalid_auth); copy it again")
    assert "Bot User OAuth Token" in _last_line(done)
    _is_clean(done)


def test_every_missing_secret_is_named_at_once(run):
    done = run("serve", SLACK_BOT_TOKEN=None, SLACK_APP_TOKEN=None)
    assert done.status == 78
    assert "2 problems" in done.said
    assert "slack.bot_token: is missing; set SLACK_BOT_TOKEN" in done.said
    assert "slack.app_token: is missing; set SLACK_APP_TOKEN" in done.said
    _is_clean(done)


def test_over_http_the_signing_secret_is_asked_for(run):
    done = run("serve", HELPDESK_SLACK__MODE="http", SLACK_SIGNING_SECRET=None)
    assert done.status == 78
    assert "slack.signing_secret: is missing; set SLACK_SIGNING_SECRET" in done.said


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[desk]\nname = "Helpdesk\n', "line 2"),
        ('[desk]\nnmae = "Helpdesk"\n', "desk.nmae"),
        ("[promises]\nclose_after_days = true\n", "promises.close_after_days"),
        ('[mail]\nblocked = ["desk.example"]\n', "mail.blocked (line 2): desk.example is a domain of"),
    ],
)
def test_a_broken_settings_file_is_refused_with_the_place(run, tmp_path, text, where):
    (tmp_path / "helpdesk.toml").write_text(text)
    done = run("serve")
    assert done.status == 78
    assert where in done.said
    _is_clean(done)


def test_a_settings_file_that_is_not_there_is_refused(run):
    done = run("--config", "elsewhere.toml", "serve")
    assert done.status == 78
    assert "elsewhere.toml: cannot be read (No such file or directory)" in done.said


@pytest.mark.parametrize("door", ["HELPDESK_MAIL__LISTENER__PORT", "HELPDESK_WEB__PORT"])
def test_a_port_that_is_taken_is_named_and_may_be_free_later(run, taken, door):
    done = run("serve", **{door: str(taken)})
    assert done.status == 75
    assert "in use" in _last_line(done)
    assert str(taken) in _last_line(done)
    assert _last_line(done).endswith("try again later.")
    _is_clean(done)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://desk:hidden-word@127.0.0.1:1/desk", "Connection refused"),
        ("sqlite:////no/such/folder/desk.sqlite3", "unable to open database file"),
    ],
)
def test_without_its_database_it_does_not_start_and_may_later(run, url, why):
    done = run("serve", DATABASE_URL=url)
    assert done.status == 75
    assert why in _last_line(done)
    assert _last_line(done).endswith("try again later.")
    assert "hidden-word" not in done.said
    _is_clean(done)


def test_a_second_process_on_one_file_of_sqlite_is_turned_away(run, settings, tmp_path):
    with alone(settings["DATABASE_URL"]):
        done = run("serve")
    assert done.status == 75
    assert "another process serves" in _last_line(done)
    assert "use PostgreSQL" in _last_line(done)
    assert not (tmp_path / "helpdesk.sqlite3").exists()
    _is_clean(done)
    with alone(settings["DATABASE_URL"]), alone("postgresql+psycopg://desk@db/desk"):
        pass  # once the first has ended, and on PostgreSQL in any case


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hello {{ name }},\n\n{% if %}\n", "line 3"),
        ("Hello {{ nmae }}\n", "line 1: 'nmae' is no fact"),
    ],
)
def test_a_template_of_the_operator_that_cannot_be_used_is_refused_with_its_line(run, tmp_path, text, why):
    file = tmp_path / "ours" / "en" / "opened.txt"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    done = run("serve", HELPDESK_MAIL__TEMPLATES=str(tmp_path / "ours"))
    assert done.status == 78
    assert f"{file}, " in _last_line(done)
    assert why in _last_line(done)
    _is_clean(done)


def test_check_shows_what_would_be_used_and_no_secret(run, settings):
    done = run("check", DATABASE_URL="postgresql://desk:hidden-word@db.example/desk")
    assert done.status == 0
    secrets = [settings[f"SLACK_{name}"] for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET")]
    assert not [secret for secret in [*secrets, "hidden-word"] if secret in done.shown + done.said]
    assert "help@desk.example" in done.shown
    assert "slack.bot_token" in done.shown
    assert "Customers answer by replying." in done.shown
    assert "The settings can be used.  The desk is open from" in done.shown


def test_help_names_every_command(run):
    done = run("--help")
    assert done.status == 0
    assert {*helpdesk.main.commands} >= {"serve", "demo", "check", "deliver", "manifest", "example-config"}
    for command in helpdesk.main.commands:
        assert f"\n  {command} " in done.shown


@pytest.mark.parametrize("command", sorted(helpdesk.main.commands))
def test_every_command_says_how_it_is_used(command):
    done = CliRunner().invoke(helpdesk.main, [command, "--help"])
    assert done.exit_code == 0
    assert f"Example: helpdesk {command}" in done.output.replace("--config /etc/helpdesk.toml ", "")


def test_the_manifest_is_yaml_for_socket_mode_and_for_http(run):
    over_socket = yaml.safe_load(run("manifest", SLACK_BOT_TOKEN=None).shown)
    assert over_socket["settings"]["socket_mode_enabled"] is True
    done = run("manifest", "--http", "https://desk.example.com")
    over_http = yaml.safe_load(done.shown)
    assert done.status == 0
    assert over_http["settings"]["socket_mode_enabled"] is False
    address = "https://desk.example.com/slack/events"
    assert over_http["settings"]["interactivity"]["request_url"] == address
    assert over_http["settings"]["event_subscriptions"]["request_url"] == address
    assert {each["url"] for each in over_http["features"]["slash_commands"]} == {address}


def test_slack_calls_no_plain_http(run):
    done = run("manifest", "--http", "http://desk.example.com")
    assert done.status == 2
    assert "https addresses only" in done.said
    assert done.shown == ""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_lets_go_of_everything_and_ends_well(settings, tmp_path, visitor, how):
    # given a desk at work
    (port,) = free_ports(1)
    environ = _environment(settings, {"HELPDESK_WEB__PORT": str(port), "HELPDESK_LOG__LEVEL": "info"})
    log = tmp_path / "desk.log"
    with log.open("wb") as said:
        process = warm.Started("serve", env=environ, cwd=tmp_path, stderr=said)
    try:
        visitor.wait_until(lambda: _is_ready(port), seconds=100)
        # when it is told to stop
        process.send_signal(how)
        # then it did not just fall over
        assert process.wait(100) == 0
    finally:
        process.kill()
    assert "Traceback" not in log.read_text()
    assert not [each for each in tmp_path.iterdir() if each.name.endswith(("-wal", "-shm"))]


def _environment(settings, changed):
    wanted = {"PATH": os.environ["PATH"], **settings, **changed}
    return {name: value for name, value in wanted.items() if value is not None}


def _last_line(done):
    return done.said.splitlines()[-1]


def _is_clean(done):
    assert "Traceback" not in done.said
    assert done.shown == ""


def _is_ready(port):
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (URLError, ConnectionError, TimeoutError):
        return False
