"""`helpdesk doctor`: one look at all that the desk depends on, in the sandbox's world."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from imapclient import IMAPClient
from sqlalchemy import text

import helpdesk
from desk.actor import Actor
from desk.ticket import Ticket
from sandbox.installed import Installed
from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from store import examining, tickets
from store.database import Database
from terminal import surroundings
from terminal.demo import demo_settings
from terminal.setup import MANIFEST
from tests.mailboxes import mailbox_of
from tests.near import Near
from tests.store.test_probe import locked

pytestmark = pytest.mark.both_engines

Doctor = Callable[..., Result]
AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
ANOTHER_DESK = json.dumps([{"name": "Sales", "support_channel": "C0NOWHERE", "subjects": ["invoice"]}])


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    with Sandbox(imap=True, app=Installed.of(MANIFEST)) as sandbox:
        yield sandbox


@pytest.fixture
def visitor(world: Sandbox) -> Visitor:
    return Near(world)


@pytest.fixture
def doctor(world: Sandbox, database_url: str) -> Doctor:
    """Runs it with the settings of a desk that lives in that world; a setting of None is taken away."""
    settings: Mapping[str, str] = demo_settings(world, database_url) | mailbox_of(world)

    def run(*words: str, **changed: str) -> Result:
        return CliRunner(env=settings | changed).invoke(helpdesk.main, ["doctor", *words])

    return run


def test_a_sound_desk_is_told_part_by_part_and_no_mail_is_sent(doctor: Doctor, visitor: Visitor) -> None:
    done = doctor()

    assert done.exit_code == 0, done.output
    for words in (
        "with this version's schema", "with a password", "can be read and written", "it asks for no login",
        "the token has every scope", "clock and Slack's differ by", "(support_channel)", "a commit takes",
        "the app's token opens Socket Mode", "python: it is",
    ):  # fmt: skip
        assert words in done.output
    assert "-> set tls" in done.output
    assert visitor.state()["faults"] == []
    assert visitor.inbox("carla@bakkerij-jansen.example") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_test_mail_is_sent_to_whoever_is_named(doctor: Doctor, visitor: Visitor, world: Sandbox) -> None:
    done = doctor("--json", "--send-to", "carla@bakkerij-jansen.example")

    assert json.loads(done.output)["ok"] is True
    (letter,) = visitor.inbox("carla@bakkerij-jansen.example")
    assert letter["subject"] == "A test by the helpdesk"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"HELPDESK_MAIL__IMAP__PASSWORD": "hush-wrong"}, 78, "check user and password"),
        ({"HELPDESK_MAIL__SMTP__PORT": "1"}, 75, "cannot be reached"),
        ({"SLACK_BOT_TOKEN": "xoxb-of-yesterday"}, 78, "Bot User OAuth Token"),
        ({"SLACK_APP_TOKEN": "xapp-of-yesterday"}, 78, "App-Level Tokens"),
        ({"HELPDESK_SLACK__LEADS_GROUP": "S0NOWHERE"}, 78, "check slack.leads_group"),
        ({"HELPDESK_SLACK__LEADS_CHANNEL": "C0NOWHERE"}, 78, "check slack.leads_channel"),
        ({"HELPDESK_DESKS": ANOTHER_DESK}, 78, "check support_channel of Sales in [[desks]]"),
        ({"DATABASE_URL": "postgresql://desk:hush@127.0.0.1:1/x"}, 75, "check DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///nowhere.sqlite3"}, 0, "the next `helpdesk serve` sees to it"),
        ({"HELPDESK_MAIL__CA_FILE": "/dev/null"}, 78, "mail.ca_file"),
        ({"HELPDESK_MAIL__SMTP__TLS": "starttls"}, 78, "of this server"),
    ],
    ids=[
        "password",
        "smtp away",
        "slack",
        "app",
        "group",
        "channel",
        "desk",
        "database away",
        "no database",
        "authority",
        "no tls",
    ],
)
def test_what_is_wrong_is_told_with_its_mend(
    doctor: Doctor,
    changed: dict[str, str],
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = doctor(**changed)

    assert (done.exit_code, words in done.output) == (status, True), done.output
    assert "hush" not in done.output
    assert not (tmp_path / "nowhere.sqlite3").exists()


def test_tickets_of_a_desk_that_no_setting_names_are_counted(doctor: Doctor, db: Database) -> None:
    by, at = Actor.customer("carla@bakkerij-jansen.example"), datetime(2026, 11, 30, 9, tzinfo=UTC)
    with db.change() as session:
        tickets.add(session, Ticket.open(by=by, at=at, subject="Oven", text="Cold", desk="Sales"))

    done = doctor()

    assert "of the desk 'Sales', which no setting names, there are 1 tickets" in done.output
    assert "the people of Helpdesk work them" in done.output


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_may_lose_what_it_said_it_has_is_told_of(doctor: Doctor, db: Database) -> None:
    with db.change() as session:
        name = db.engine.url.database
        session.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    db.close()

    done = doctor()

    assert done.exit_code == 0, done.output
    assert "the server may lose what it said it has: " in done.output
    assert "synchronous_commit off" in done.output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_others_say_does_not_act_on_the_terminal(
    doctor: Doctor, visitor: Visitor, world: Sandbox
) -> None:
    with IMAPClient(*world.imap_address, ssl=False, timeout=10) as human:
        human.login(world.desk_address, world.imap_password)
        human.append("INBOX", b"Authentication-Results: mx\x1b[2J.example; none\r\n\r\nx\r\n")

    done = doctor()

    assert "mx [2j.example" in done.output
    assert "\x1b" not in done.output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("allowed", "exit_code"), [("[]", 78), ('["C0SUPPORT"]', 0)])
def test_a_channel_that_another_organization_reads_is_told_of(
    doctor: Doctor, visitor: Visitor, allowed: str, exit_code: int
) -> None:
    visitor.share("#support")
    try:
        done = doctor(HELPDESK_SLACK__SHARED_CHANNELS=allowed)
    finally:
        visitor.share("#support", shared=False)
    assert done.exit_code == exit_code, done.output
    assert "#support (support_channel) is shared with another organization" in done.output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_message_is_posted_found_again_and_deleted_for_whoever_asks(
    doctor: Doctor, visitor: Visitor
) -> None:
    done = doctor("--post")

    assert (done.exit_code, "was posted, found again and deleted" in done.output) == (0, True), done.output
    assert "tries whether it can post" not in json.dumps(visitor.state()["channels"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_scopes_that_nobody_needs_are_named(database_url: str) -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    manifest["oauth_config"]["scopes"]["bot"].append("users:read.email")
    with Sandbox(app=Installed.of(manifest)) as world:
        settings = demo_settings(world, database_url)
        done = CliRunner(env=settings).invoke(helpdesk.main, ["doctor"])
    assert "scopes that the desk does not use: users:read.email" in done.output


def test_a_database_that_takes_nothing_is_told(database_url: str, db: Database) -> None:
    with locked(database_url, db):
        said = [finding.said for finding in examining.examine(db, clock=lambda: AT, within=0.1)]
    assert any("it cannot be written" in each for each in said)
    assert any("a commit takes" in each.said for each in examining.examine(db, clock=lambda: AT))


@pytest.mark.skipif(os.name == "nt", reason="modes are told otherwise there")
def test_what_everybody_may_read_is_named(doctor: Doctor, tmp_path: Path, db: Database) -> None:
    token = tmp_path / "token"
    token.write_text("xapp-1-example")
    token.chmod(0o644)
    done = doctor(SLACK_APP_TOKEN="", SLACK_APP_TOKEN_FILE=str(token))
    assert f"chmod o= {token}" in done.output
    if db.is_sqlite:
        Path(db.engine.url.database or "").chmod(0o600)
        assert "others on this machine may get at the file" not in doctor().output
        Path(db.engine.url.database or "").chmod(0o644)
        assert "others on this machine may get at the file" in doctor().output


@pytest.mark.parametrize(
    ("version", "is_noted"),
    [((3, 11, 9), True), ((3, 11, 10), False), ((3, 12, 4), True), ((3, 14, 0), False)],
)
def test_a_python_with_a_known_fault_is_noted(version: tuple[int, int, int], *, is_noted: bool) -> None:
    assert bool(surroundings.python(version).mend) == is_noted
