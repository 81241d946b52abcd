"""The front door: the command line, and what runs the desk that wiring.py builds."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from socket import AF_INET, AF_INET6, create_server
from threading import Event
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from config import Config
    from wiring import Parts

log = logging.getLogger("helpdesk")

MANIFEST = Path(__file__).parent / "manifest.yml"
"""What the desk asks of Slack; the demo installs just that."""

EX_FAILED, EX_DATAERR, EX_TEMPFAIL, EX_CONFIG = 1, 65, 75, 78
"""Exit statuses of sysexits.h: 65 that is no mail, 75 not now, try again later, 78 unusable settings."""


def now() -> datetime:
    """This moment, in UTC.  The one place that reads the clock."""
    return datetime.now(UTC)


# --- Commands -----------------------------------------------------------------------------------------------


class Refused(click.ClickException):
    """Ends a command with one line that says what to do, and an exit status."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code: int = exit_code  # type: ignore[misc]  # click says how in its own documentation


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("slack-mail-helpdesk"), prog_name="helpdesk")
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), envvar="HELPDESK_CONFIG",
    help="The settings file.  Default: helpdesk.toml in this folder, if there is one.",
)  # fmt: skip
@click.pass_context
def main(context: click.Context, config_path: Path | None) -> None:
    """A helpdesk that a team runs inside Slack: customers write email, agents work cards.

    Try it first, with nothing set up: helpdesk demo
    """
    context.obj = config_path


@main.command()
@click.pass_obj
def serve(config_path: Path | None) -> None:
    """Run the desk until it is told to stop.

    Example: helpdesk --config /etc/helpdesk.toml serve
    """
    config = _settings(config_path)
    _write_logs(config)
    with _refusals():
        parts = _built(config)
        _know_the_workspace(parts)
        _run(parts)


@main.command()
@click.pass_obj
def check(config_path: Path | None) -> None:
    """Show what would be used and where each value comes from; secrets are masked.

    Example: helpdesk check
    """
    from config import describe
    from wiring import policy_of

    config = _settings(config_path)
    for line in describe(config):
        click.echo(line)
    with _refusals():
        opens = policy_of(config).hours.next_opening(now()).astimezone(config.desk.timezone)
    click.echo(f"\nThe settings can be used.  The desk is open from {opens:%A %d %B %Y %H:%M}.")


@main.command()
@click.pass_obj
def deliver(config_path: Path | None) -> None:
    """Keep one mail from standard input; `serve` makes the ticket.

    For a pipe from a mail server.  Exit status 75: it could not be kept, for whatever reason, try again;
    65: that is no mail.

    Example: helpdesk deliver < message.eml
    """
    try:
        kept = _keep_one(config_path)
    except Refused as refused:
        # On 78 a mail server would send the mail back to the customer: settings can be mended, mails cannot.
        status = EX_TEMPFAIL if refused.exit_code == EX_CONFIG else refused.exit_code
        raise Refused(refused.message, status) from refused
    click.echo(f"Kept as number {kept} of the inbox.", err=True)


def _keep_one(config_path: Path | None) -> int | None:
    from store import inbox, schema
    from store.database import Database
    from store.inbox import Arrival

    config = _settings(config_path)
    most = config.mail.listener.max_bytes
    with _refusals():
        raw = _standard_input(most + 1)
    if not raw.strip():
        raise Refused("There was no mail on standard input: nothing was kept.", EX_DATAERR)
    if len(raw) > most:
        too_large = f"The mail is larger than {most} bytes (mail.listener.max_bytes): not kept."
        raise Refused(too_large, EX_DATAERR)
    with _refusals():
        db = Database(config.database.url.get_secret_value())
        schema.upgrade(db)
        with db.change() as session:
            kept = inbox.keep(session, Arrival(source="terminal", raw=raw, at=now()))
        db.close()
    return kept


def _standard_input(most: int) -> bytes:
    """At most so many bytes.  Raises OSError where there is nothing to read from."""
    if sys.stdin is None:  # whoever started us may have closed it
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read(most)


@main.command()
@click.option("--http", "url", help="For HTTP mode: the address under which Slack reaches the desk.")
def manifest(url: str | None) -> None:
    """Print the manifest of the Slack app, for Socket Mode or for HTTP.

    Example: helpdesk manifest --http https://desk.example.com
    """
    from bot.manifest import http_variant

    text = MANIFEST.read_text(encoding="utf-8")
    try:
        click.echo(http_variant(text, url) if url else text, nl=False)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem


@main.command("example-config")
def example_config() -> None:
    """Print helpdesk.example.toml: every setting, its default and what it is for.

    Example: helpdesk example-config > helpdesk.toml
    """
    from config import example

    click.echo(example(), nl=False)


@main.command()
@click.option("--port", default=8025, show_default=True, help="Where the page is; 0 takes any free port.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the database is kept, to go on later.")
def demo(port: int, folder: Path | None) -> None:
    """Try the whole desk on this machine: a local workspace page, made-up customers, no accounts.

    Example: helpdesk demo
    """
    from tempfile import TemporaryDirectory

    from config import load
    from sandbox.installed import Installed
    from sandbox.server import Sandbox
    from sandbox.story import tell

    app = Installed.of(MANIFEST)
    with TemporaryDirectory(prefix="helpdesk-") as kept, Sandbox(port=port, app=app) as world:
        home = folder or Path(kept)
        home.mkdir(parents=True, exist_ok=True)
        config = load(None, demo_settings(world, f"sqlite:///{home / 'helpdesk.sqlite3'}"))
        _write_logs(config)
        with _refusals():
            parts = _built(config)
        assert parts.listener is not None
        parts.start()
        world.deliver_mail_to = (parts.listener.host, parts.listener.port)
        click.echo(f"The desk is running. Open {world.url}   (Ctrl-C ends it)")
        tell(world.url)
        try:
            Event().wait()
        except KeyboardInterrupt:
            click.echo("\nEnding.")
        finally:
            parts.stop()


def demo_settings(world: Any, database: str) -> dict[str, str]:
    """The environment of a desk that lives in the sandbox."""
    return {
        "SLACK_BOT_TOKEN": world.bot_token,
        "SLACK_APP_TOKEN": world.app_token,
        "SLACK_SIGNING_SECRET": world.signing_secret,
        "SLACK_API_URL": world.api_url,
        "DATABASE_URL": database,
        "HELPDESK_DESK__ADDRESS": world.desk_address,
        "HELPDESK_SLACK__SUPPORT_CHANNEL": world.support_channel,
        "HELPDESK_SLACK__LEADS_CHANNEL": world.leads_channel,
        "HELPDESK_SLACK__LEADS_GROUP": world.leads_group,
        "HELPDESK_MAIL__LISTENER__ENABLED": "true",
        "HELPDESK_MAIL__LISTENER__PORT": "0",
        "HELPDESK_MAIL__SMTP__HOST": world.smtp_address[0],
        "HELPDESK_MAIL__SMTP__PORT": str(world.smtp_address[1]),
        "HELPDESK_WEB__PORT": "0",
        "HELPDESK_LOG__LEVEL": "warning",
    }


# --- Running ------------------------------------------------------------------------------------------------


def _built(config: Config) -> Parts:
    from wiring import build

    return build(config, clock=now, machine=now)


def _settings(path: Path | None) -> Config:
    from config import ConfigRefused, load

    usual = Path("helpdesk.toml")
    try:
        return load(path or (usual if usual.exists() else None), os.environ)
    except ConfigRefused as refused:
        raise Refused(str(refused), EX_CONFIG) from refused


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in one line, with the right exit status, what kept a command from its work."""
    from mail.templates.loading import TemplateRefused
    from store.database import Unavailable
    from store.schema import SchemaTooNew

    try:
        yield
    except (Unavailable, OSError) as problem:
        reason = " ".join(str(problem).split()).rstrip("?!.")  # libpq asks questions over several lines
        raise Refused(f"{reason}. Nothing was changed; try again later.", EX_TEMPFAIL) from problem
    except (SchemaTooNew, TemplateRefused, ValueError) as problem:
        raise Refused(str(problem), EX_CONFIG) from problem


def _know_the_workspace(parts: Parts) -> None:
    """Refuse a token that Slack refuses.  A Slack that does not answer is waited for while mail comes in."""
    from bot.people import SlackSilent

    try:
        home = parts.people.home()
    except SlackSilent as silent:
        if reason := _REFUSED_TOKEN.search(str(silent)):
            mend = "copy it again in Slack's page of your app: OAuth & Permissions, Bot User OAuth Token"
            raise Refused(f"Slack refuses SLACK_BOT_TOKEN ({reason[0]}); {mend}.", EX_CONFIG) from silent
        log.warning("%s; the desk goes on and keeps trying", silent)
    else:
        log.info("the desk works in workspace %s", home.team)


_REFUSED_TOKEN = re.compile(r"invalid_auth|not_authed|account_inactive|token_revoked|token_expired")


def _run(parts: Parts) -> None:
    import uvicorn

    web = parts.config.web
    family = AF_INET6 if ":" in web.host else AF_INET
    # Ours, not uvicorn's: a port that is taken is told of like every other refusal, before mail comes in.
    with create_server((web.host, web.port), family=family) as door:
        # log_config=None: our own logging stands.
        server = uvicorn.Server(uvicorn.Config(parts.web, log_config=None, access_log=False))
        # uvicorn ends on SIGTERM and then raises it again, which by default would end us before parts.stop.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            parts.start()
            server.run(sockets=[door])
        except KeyboardInterrupt:
            log.info("ended by hand")
        finally:
            parts.stop()


def _write_logs(config: Config) -> None:
    """Send every log line to stderr: coloured on a terminal, JSON elsewhere, secrets taken out."""
    import structlog

    plain = config.log.format == "console" or (config.log.format == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _without_secrets,
            renderer,
        ],
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=config.log.level.upper(), handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # else a line for each beat


def _without_secrets(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {
        key: _SECRET.sub("***", value) if isinstance(value, str) else value for key, value in line.items()
    }


_SECRET = re.compile(r"(xox[a-z]|xapp)-[\w-]+")

if __name__ == "__main__":
    main()
