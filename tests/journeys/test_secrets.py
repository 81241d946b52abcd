"""No secret is anywhere but in the settings: looked for, each by a mark of its own, after a day's work."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, select
from sqlalchemy.exc import ProgrammingError

import helpdesk
from config import Config
from sandbox.installed import Installed
from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from settings.walking import is_list, is_secret, leaves_of, model_in, settings_of, variable_of
from store import tables
from store.database import Database
from terminal.demo import demo_settings
from terminal.setup import MANIFEST
from tests.near import Near
from tests.ports import free_ports
from tests.warm import Started

pytestmark = pytest.mark.both_engines

CARLA = "carla@bakkerij-jansen.example"
PATIENCE = 100


def mark_of(key: str) -> str:
    """What stands in that secret, and nowhere else in the world."""
    return "Mark" + key.encode().hex()


class MarkedWorld(Sandbox):
    """A world whose tokens and passwords are marked."""

    bot_token = f"xoxb-{mark_of('slack.bot_token')}"
    app_token = f"xapp-1-A0HELPDESK-{mark_of('slack.app_token')}"
    signing_secret = mark_of("slack.signing_secret")
    imap_password = mark_of("mail.imap.password")


def secrets() -> set[str]:
    """Every setting that is a secret, those of a second mailbox too."""
    found = {key for key, field in leaves_of(Config) if is_secret(field)}
    for key, field in leaves_of(Config):
        item = model_in(field.annotation)
        if is_list(field) and item:
            found |= {f"{key}[0].{name}" for name, each in settings_of(item) if is_secret(each)}
    return found


NO_LOGIN = {
    "mail.oauth.client_secret", "mail.oauth.refresh_token", "mail.smtp.password", "mailboxes[0].password",
    "mailboxes[0].oauth.client_secret", "mailboxes[0].oauth.refresh_token", "mailboxes[0].smtp.password",
}  # fmt: skip
"""What the sandbox takes from nobody: with these the desk is turned away, and says so."""


MAILBOXES = f"""
[[mailboxes]]
address = "sales@desk.example"
user = "sales"
host = "127.0.0.1"
port = 9
password = "{mark_of("mailboxes[0].password")}"
smtp.host = "127.0.0.1"
smtp.port = 9
smtp.user = "sales"
smtp.password = "{mark_of("mailboxes[0].smtp.password")}"

[[mailboxes]]
address = "billing@desk.example"
user = "billing"
host = "127.0.0.1"
port = 9
oauth.token_url = "https://127.0.0.1:9/token"
oauth.client_id = "desk"
oauth.client_secret = "{mark_of("mailboxes[0].oauth.client_secret")}"
oauth.refresh_token = "{mark_of("mailboxes[0].oauth.refresh_token")}"
"""


@dataclass
class Desk:
    """The real desk, in a process of its own."""

    settings: Mapping[str, str]
    folder: Path
    url: str

    @contextmanager
    def serving(self, *, from_scratch: bool = False) -> Iterator["subprocess.Popen[bytes] | Started"]:
        """from_scratch: as an operator starts it, so that its arguments are its own."""
        environ = {**os.environ, "PYTHONUNBUFFERED": "1", **self.settings}
        command = [sys.executable, "-m", "helpdesk", "serve"]
        with (
            (self.folder / "out.log").open("wb") as out,
            (self.folder / "err.log").open("wb") as err,
            subprocess.Popen(command, cwd=self.folder, env=environ, stdout=out, stderr=err)
            if from_scratch
            else Started("serve", cwd=self.folder, env=environ, stdout=out, stderr=err) as process,
        ):
            try:
                yield process
            finally:
                process.terminate()
                process.wait(PATIENCE)

    def get(self, path: str) -> str:
        address = f"http://127.0.0.1:{self.settings['HELPDESK_WEB__PORT']}{path}"
        try:
            with urlopen(address, timeout=10) as answer:
                return str(answer.read().decode())
        except URLError:
            return ""

    def typed(self, *words: str) -> str:
        done = CliRunner(env=self.settings).invoke(helpdesk.main, words)
        return done.output + str(done.exc_info)

    def kept(self) -> str:
        """All that its database holds, and its files as they lie there."""
        db, held = Database(self.url), []
        with db.read() as session:
            for table in tables.metadata.sorted_tables:
                try:
                    held += [str(tuple(row)) for row in session.execute(select(table))]
                except ProgrammingError:
                    continue  # PostgreSQL's words of the index are no text
        db.close()
        files = [each.read_bytes().decode("latin-1") for each in self.folder.rglob("*") if each.is_file()]
        return "".join(held + files)


def environment(world: Sandbox, url: str, keys: set[str], **more: str) -> dict[str, str]:
    """Settings with a mark in each of these; the world knows where the desk takes mail."""
    web, mail = free_ports(2)
    world.deliver_mail_to = ("127.0.0.1", mail)
    ours = {variable_of(key): mark_of(key) for key in keys}
    return (
        ours
        | demo_settings(world, url)
        | {"HELPDESK_WEB__PORT": str(web), "HELPDESK_MAIL__LISTENER__PORT": str(mail)}
        | {"HELPDESK_LOG__LEVEL": "debug"}
        | more
    )


def assert_unsaid(places: Mapping[str, str], keys: set[str]) -> None:
    for key in keys:
        for place, said in places.items():
            assert mark_of(key) not in said, f"{key} stands in {place}"


def a_day(desk: Desk, visitor: Visitor) -> Mapping[str, str]:
    """A mail, a card, a click, a mail; and everything that anybody can then read."""
    with desk.serving(from_scratch=True) as process:
        visitor.wait_until(lambda: "ready" in desk.get("/readyz"), PATIENCE)
        visitor.mail(CARLA, subject="The oven page fails", text="It shows an error.")
        card = visitor.wait_until(lambda: visitor.find("#support", "The oven page fails"), PATIENCE)
        visitor.click("Alice", card, "take")
        visitor.wait_until(lambda: any("Alice" in each["text"] for each in visitor.inbox(CARLA)), PATIENCE)
        said = {
            "the process's arguments": Path(f"/proc/{process.pid}/cmdline").read_bytes().decode(),
            "/metrics": desk.get("/metrics"),
            "/readyz": desk.get("/readyz"),
            "check": desk.typed("check"),
            "doctor": desk.typed("doctor"),
            "doctor --json": desk.typed("doctor", "--json"),
            "fsck": desk.typed("fsck"),
        }
    return said | {"the database and the logs": desk.kept()}


def test_after_a_days_work_no_secret_stands_anywhere(database_url: str, tmp_path: Path) -> None:
    with MarkedWorld(imap=True, app=Installed.of(MANIFEST), ack_seconds=30) as world:
        host, port = world.imap_address
        url, keys = make_url(database_url), secrets() - NO_LOGIN
        if url.host:
            url = url.set(password=mark_of("database.url"))
        else:
            keys -= {"database.url"}  # a file has no password
        settings = environment(
            world, url.render_as_string(hide_password=False), keys,
            HELPDESK_MAIL__IMAP__HOST=host, HELPDESK_MAIL__IMAP__PORT=str(port),
            HELPDESK_MAIL__IMAP__TLS="none", HELPDESK_MAIL__IMAP__USER=world.desk_address,
            HELPDESK_WATCH__HEARTBEAT_URL=f"https://127.0.0.1:9/{mark_of('watch.heartbeat_url')}",
        )  # fmt: skip
        desk = Desk(settings, tmp_path, database_url)
        said = a_day(desk, Near(world))
        assert "Alice" in said["the database and the logs"]
        assert '"level": "debug"' in said["the database and the logs"]
        assert_unsaid(said, keys)


def test_whoever_is_turned_away_does_not_say_with_what(one_url: str, tmp_path: Path) -> None:
    """The desk's logins fail here one and all, which is when programs talk most."""
    with MarkedWorld(app=Installed.of(MANIFEST)) as world:
        host, port = world.smtp_address
        in_variables = {key for key in NO_LOGIN if "[" not in key}
        settings = environment(
            world, one_url, in_variables,
            HELPDESK_MAIL__SMTP__USER="help", HELPDESK_MAIL__SMTP__HOST=host,
            HELPDESK_MAIL__SMTP__PORT=str(port), HELPDESK_MAIL__SMTP__TLS="none",
            HELPDESK_MAIL__IMAP__HOST="127.0.0.1", HELPDESK_MAIL__IMAP__PORT="9",
            HELPDESK_MAIL__IMAP__USER="help",
            HELPDESK_MAIL__OAUTH__TOKEN_URL="https://127.0.0.1:9/token",
            HELPDESK_MAIL__OAUTH__CLIENT_ID="desk",
        )  # fmt: skip
        settings["HELPDESK_CONFIG"] = str(tmp_path / "desk.toml")
        (tmp_path / "desk.toml").write_text(MAILBOXES)
        desk = Desk(settings, tmp_path, one_url)
        said = {words: desk.typed(*words.split()) for words in ("check", "doctor", "doctor --json")}
        with desk.serving() as process:
            log = tmp_path / "err.log"
            Near(world).wait_until(lambda: log.read_text().count("127.0.0.1") > 3, PATIENCE)
            assert process.poll() is None, log.read_text()
        (tmp_path / "desk.toml").unlink()  # here they may stand
        assert "cannot be used" not in said["check"]
        assert_unsaid(said | {"the database and the logs": desk.kept()}, NO_LOGIN)


@pytest.fixture
def one_url(tmp_path: Path, sqlite_template: Path) -> str:
    file = tmp_path / "helpdesk.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"
