"""`helpdesk doctor`: one look at all that the desk depends on, in the sandbox's world."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from imapclient import IMAPClient
from sqlalchemy import text

import helpdesk
from desk.actor import Actor
from desk.ticket import Ticket
from sandbox.installed import Installed
from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from store import tickets
from store.database import Database
from terminal.demo import demo_settings
from terminal.setup import MANIFEST

Doctor = Callable[..., Result]
ANOTHER_DESK = json.dumps([{"name": "Sales", "support_channel": "C0NOWHERE", "subjects": ["invoice"]}])


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    with Sandbox(imap=True, app=Installed.of(MANIFEST)) as sandbox:
        yield sandbox


@pytest.fixture
def visitor(world: Sandbox) -> Visitor:
    return Visitor(world.url)


@pytest.fixture
def doctor(world: Sandbox, database_url: str) -> Doctor:
    """Runs it with the settings of a desk that lives in that world; a setting of None is taken away."""
    host, port = world.imap_address
    settings: Mapping[str, str] = demo_settings(world, database_url) | {
        "HELPDESK_MAIL__IMAP__HOST": host,
        "HELPDESK_MAIL__IMAP__PORT": str(port),
        "HELPDESK_MAIL__IMAP__TLS": "none",
        "HELPDESK_MAIL__IMAP__USER": world.desk_address,
        "HELPDESK_MAIL__IMAP__PASSWORD": world.imap_password,
    }

    def run(*words: str, **changed: str) -> Result:
        return CliRunner(env=settings | changed).invoke(helpdesk.main, ["doctor", *words])

    return run


def test_a_sound_desk_is_told_part_by_part_and_no_mail_is_sent(doctor: Doctor, visitor: Visitor) -> None:
    done = doctor()

    assert done.exit_code == 0, done.output
    for words in (
        "with this version's schema", "with a password", "can be read and written", "it asks for no login",
        "the token has every scope", "clock and Slack's differ by", "(support_channel)",
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
def test_a_channel_that_another_organization_reads_is_told_of(doctor: Doctor, world: Sandbox) -> None:
    channel = world.parts.workspace.place(world.support_channel)
    channel.shared = True
    try:
        done = doctor()
    finally:
        channel.shared = False
    assert done.exit_code == 78
    assert "#support (support_channel) is shared with another organization" in done.output
