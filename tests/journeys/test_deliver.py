"""`helpdesk deliver`, as a mail server runs it: kept and taken, or a clear line and the right exit status."""

import os
import random
import shlex
import subprocess
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, select, text

import helpdesk
from sandbox.visitor import text_of
from store import inbox, tables
from store.database import Database
from terminal.demo import demo_settings
from tests import warm

pytestmark = pytest.mark.both_engines

GOOD = (
    b"From: Carla Jansen <carla@bakkerij-jansen.example>\r\nTo: help@desk.example\r\n"
    b"Subject: The oven\r\nMessage-ID: <oven@bakkerij-jansen.example>\r\n"
    b"Content-Type: text/plain; charset=iso-8859-1\n\nThe caf\xe9's oven\r\nis cold.\n\x00"
)
NO_HEADERS = b"\n\nThe till has no paper any more, and nobody answers the phone.\n"
STOPPED = "postgresql://desk:secret@127.0.0.1:1/desk"


@pytest.fixture(scope="module")
def noise():
    """The same every time; not made where this file is merely looked at."""
    return random.Random(42).randbytes(30_000_000)


@pytest.fixture
def settings(world, tmp_path):
    """The environment of a desk that lives in this world; nothing of the machine's own counts."""
    return demo_settings(world, f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}")


@pytest.fixture
def piped(settings, tmp_path):
    """Runs the command as a mail server does; gives its exit status and what it said."""

    def run(raw, **more):
        environment = {"PATH": os.environ["PATH"], **settings, **more}
        done = warm.run("deliver", input=raw, cwd=tmp_path, env=environment)
        return SimpleNamespace(status=done.returncode, said=done.stderr.decode(), shown=done.stdout)

    return run


@pytest.fixture
def deliver(settings, tmp_path, monkeypatch):
    """The same without a process of its own, which costs a second."""
    monkeypatch.chdir(tmp_path)

    def run(raw, **more):
        done = CliRunner(env=settings | more).invoke(helpdesk.main, ["deliver"], input=raw)
        return SimpleNamespace(status=done.exit_code, said=done.stderr, shown=done.stdout_bytes)

    return run


def test_what_was_delivered_is_kept_byte_for_byte_and_becomes_tickets(
    piped, deliver, database_url, start, visitor, noise
):
    # given mails that a mail server piped in while the desk was not running
    for number, raw in enumerate((GOOD, NO_HEADERS, noise), 1):
        done = (piped if raw is noise else deliver)(raw, DATABASE_URL=database_url)
        assert (done.status, done.said, done.shown) == (0, f"Kept as number {number} of the inbox.\n", b"")
    assert _inbox(database_url) == [GOOD, NO_HEADERS, noise]

    # when the desk starts
    start()

    # then each has its card, the noise too
    visitor.wait_until(lambda: visitor.find("#support", "The oven"))
    visitor.wait_until(lambda: visitor.find("#support", "The till has no paper any more"))
    visitor.wait_until(lambda: len(visitor.channel("#support")) == 3)
    card = visitor.wait_until(lambda: visitor.find("#support", "it is no mail"))
    assert "has no headers, and is no text" in text_of(card)
    assert _states(database_url) == [inbox.State.DONE] * 3
    # and only a customer with an address was written to
    visitor.wait_until(lambda: visitor.inbox("carla@bakkerij-jansen.example"))
    assert list(_mailboxes_written_to(visitor)) == ["carla@bakkerij-jansen.example"]


@pytest.mark.parametrize("raw", [b"", b" \r\n\n"])
def test_an_empty_mail_is_no_mail(deliver, tmp_path, raw):
    done = deliver(raw)
    assert done.status == 65
    assert done.said == "Error: There was no mail on standard input: nothing was kept.\n"
    assert not (tmp_path / "helpdesk.sqlite3").exists()


def test_a_mail_larger_than_the_desk_takes_is_refused_for_good(deliver, tmp_path):
    assert deliver(b"x" * 2001, HELPDESK_MAIL__LISTENER__MAX_BYTES="2000").status == 65
    done = deliver(b"x" * 2000, HELPDESK_MAIL__LISTENER__MAX_BYTES="2000")
    assert done.status == 0
    assert _inbox(f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}") == [b"x" * 2000]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (STOPPED, "Connection refused"),
        ("sqlite:///{folder}/no/such/folder/desk.sqlite3", "unable to open database file"),
        ("sqlite:///{folder}/notes.txt", "file is not a database"),
        ("sqlite:////proc/version", "unable to open database file"),
    ],
)
def test_without_its_database_it_asks_the_mail_server_to_try_again(deliver, tmp_path, url, why):
    (tmp_path / "notes.txt").write_text("These are notes and no database. " * 200)
    done = deliver(GOOD, DATABASE_URL=url.format(folder=tmp_path))
    assert done.status == 75
    assert why in done.said
    assert done.said.endswith("try again later.\n")
    assert done.said.count("\n") == 1
    assert "secret" not in done.said


def test_a_database_that_nobody_may_write_is_tried_again_later(deliver, tmp_path):
    # given a database that this user can read and not write
    assert deliver(GOOD).status == 0
    file = tmp_path / "helpdesk.sqlite3"
    done = deliver(GOOD, DATABASE_URL=f"sqlite:///file:{file}?mode=ro&uri=true")
    assert done.status == 75
    assert "readonly database" in done.said
    assert done.said.count("\n") == 1
    assert _inbox(f"sqlite:///{file}") == [GOOD]


def test_a_table_that_somebody_took_away_sends_no_mail_back_to_its_writer(deliver, database_url):
    assert deliver(GOOD, DATABASE_URL=database_url).status == 0
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE inbox RENAME TO mails"))
    engine.dispose()
    done = deliver(GOOD, DATABASE_URL=database_url)
    assert done.status == 75
    assert done.said.count("\n") == 1
    assert "Carla" not in done.said


def test_a_database_of_a_newer_desk_is_left_alone(deliver, database_url, settings, tmp_path):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    kept = deliver(GOOD, DATABASE_URL=database_url)
    environment = {"PATH": os.environ["PATH"], **settings, "DATABASE_URL": database_url}
    started = warm.run("serve", cwd=tmp_path, env=environment)
    assert (kept.status, started.returncode) == (75, 78)
    for said in (kept.said, started.stderr.decode()):
        assert said.splitlines()[-1].startswith("Error: the database has schema 9999, which this version")
    assert _inbox(database_url) == []


def test_without_a_standard_input_it_asks_to_try_again(settings, tmp_path):
    command = f"exec {shlex.quote(sys.executable)} -m helpdesk deliver <&-"
    environment = {"PATH": os.environ["PATH"], **settings}
    done = subprocess.run(
        ["sh", "-c", command], env=environment, cwd=tmp_path, capture_output=True, timeout=100, check=False
    )
    assert done.returncode == 75
    assert done.stderr == b"Error: standard input is closed. Nothing was changed; try again later.\n"


def test_settings_that_cannot_be_used_make_the_mail_server_try_again_rather_than_bounce(piped):
    done = piped(GOOD, SLACK_BOT_TOKEN="")
    assert done.status == 75
    assert "slack.bot_token: is missing; set SLACK_BOT_TOKEN" in done.said


def _inbox(url):
    return _column(url, tables.inbox.c.raw)


def _states(url):
    return _column(url, tables.inbox.c.state)


def _column(url, column):
    db = Database(url)
    with db.read() as session:
        found = list(session.scalars(select(column).order_by(tables.inbox.c.id)))
    db.close()
    return found


def _mailboxes_written_to(visitor):
    for address, letters in visitor.state()["mailboxes"].items():
        if any(letter["way"] == "in" for letter in letters):
            yield address
