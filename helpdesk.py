"""The front door: the command line; builds every part of the desk, hands each what it needs, and runs."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from socket import AF_INET, AF_INET6, create_server
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from bot.people import People
    from bot.socket import Socket
    from bot.web import Check
    from config import Config
    from mail.listener import Listener
    from mail.mailbox import Mailbox
    from mail.sending import MailSender
    from sla.policy import Policy
    from sla.scheduler import Scheduler
    from store.courier import Courier
    from store.database import Database

log = logging.getLogger("helpdesk")

EX_FAILED, EX_DATAERR, EX_TEMPFAIL, EX_CONFIG = 1, 65, 75, 78
"""Exit statuses of sysexits.h: 65 that is no mail, 75 not now, try again later, 78 unusable settings."""


def now() -> datetime:
    """This moment, in UTC.  The one place that reads the clock."""
    return datetime.now(UTC)


# --- Building -----------------------------------------------------------------------------------------------


@dataclass
class Parts:
    """Every part of a running desk, wired by hand.

    clock: reads the time; the demo and the tests turn it."""

    config: Config
    db: Database
    policy: Policy
    people: People
    web: Starlette
    scheduler: Scheduler
    couriers: Mapping[str, Courier]
    socket: Socket | None = None
    listener: Listener | None = None
    mailbox: Mailbox | None = None
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Open the ways in and begin to work; the web application is served by whoever calls."""
        if self.listener:
            self.listener.start()
        if self.mailbox:
            self._threads.append(Thread(target=self.mailbox.run, args=(self._stop,), name="mailbox"))
        for thread in self._threads:
            thread.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Close the ways in, finish what is under way, and let go of everything."""
        self._stop.set()
        if self.socket:
            self.socket.close()
        if self.listener:
            self.listener.stop()
        self.scheduler.stop()
        for thread in self._threads:
            thread.join(timeout=30)
        self.db.close()


def build(config: Config, *, clock: Callable[[], datetime] = now) -> Parts:
    """Wire the house.  Opens the database and brings its schema up to date; calls nobody else yet.

    Raises store.database.Unavailable, store.schema.SchemaTooNew, mail.templates.loading.TemplateRefused."""
    from bot import app as slack_app
    from bot import metrics, web
    from bot.house import House
    from bot.lines import Style
    from bot.people import People
    from bot.socket import Socket, app_of
    from sla import clock as clocks
    from sla.scheduler import Job, Scheduler
    from sla.sweep import sweep
    from store import schema
    from store.database import Database

    policy = policy_of(config)

    def wake() -> None:
        scheduler.wake("slack")
        scheduler.wake("mail")

    db = Database(
        config.database.url.get_secret_value(),
        attention=lambda ticket: clocks.attention(ticket, policy),
        on_commit=lambda: wake(),
    )
    schema.upgrade(db)
    slack = config.slack
    token = slack.bot_token.get_secret_value()
    write = slack_app.write_client(token, api=slack.api_url)
    read = slack_app.read_client(token, api=slack.api_url)
    people = People(read, _rights(config), clock=clock)
    app_token = slack.app_token.get_secret_value() if slack.app_token else ""
    style = Style(config.desk.prefix, config.desk.timezone)
    house = House(db, policy, people, write, style, clock, app=app_of(app_token))
    app = slack_app.build(house)
    socket = Socket(app, app_token) if slack.mode == "socket" else None
    couriers = _couriers(config, house, read)
    intake, listener, mailbox = _ways_in(config, db, policy, clock, lambda: scheduler.wake("intake"))
    sources = (mailbox.name,) if mailbox else ()
    jobs = [
        Job("intake", intake, every=1),
        Job("slack", couriers["slack"].deliver_due, every=1),
        Job("mail", couriers["mail"].deliver_due, every=1),
        Job("sweep", lambda: sweep(db, policy, now=clock(), sources=sources), every=10),
        Job("tidy", lambda: _tidy(db, clock), every=3600),
    ]
    if socket:
        jobs.append(Job("socket", socket.connect, every=5))
    scheduler = Scheduler(jobs, clock=now)
    checks = _checks(db, scheduler, couriers, socket, mailbox, people)
    inlet = None
    if slack.mode == "http" and slack.signing_secret:
        inlet = web.Inlet(app, slack.signing_secret.get_secret_value(), clock)
    asgi = web.build(checks, metrics.registry(db, clock=clock), inlet)
    return Parts(config, db, policy, people, asgi, scheduler, couriers, socket, listener, mailbox)


def policy_of(config: Config) -> Policy:
    """The promises that the settings describe."""
    from desk.priority import Priority
    from sla.hours import BusinessHours
    from sla.policy import Contract, Policy, ResponseCounts

    def targets(table: Any) -> dict[Priority, timedelta]:
        return {Priority(name): timedelta(hours=hours) for name, hours in table if hours is not None}

    promises = config.promises
    contracts = tuple(
        Contract(
            name=each.name,
            domains=frozenset(each.domains),
            addresses=frozenset(address.lower() for address in each.addresses),
            first_response=targets(each.first_response),
            recovery=targets(each.recovery),
            hours=BusinessHours(each.hours.calendar()) if each.hours else None,
            language=each.language,
            rate=each.rate,
        )
        for each in config.contracts
    )
    return Policy(
        hours=BusinessHours(config.hours.calendar()),
        first_response=targets(promises.first_response),
        recovery=targets(promises.recovery),
        levels=promises.levels,
        silence=timedelta(hours=promises.silence_hours),
        reminder=timedelta(hours=promises.reminder_hours),
        close_after=timedelta(days=promises.close_after_days),
        response_counts=ResponseCounts(promises.response_counts),
        contracts=contracts,
    )


def _rights(config: Config) -> Any:
    from bot.people import Rights

    slack = config.slack
    return Rights(slack.support_channel, frozenset(slack.leads), slack.leads_group, slack.team_id)


def _couriers(config: Config, house: Any, read: Any) -> dict[str, Courier]:
    from bot.pace import Pace
    from bot.posting import CardSender, LeadsSender, ThreadSender
    from bot.wire import Wire
    from desk.delivery import Audience
    from store.courier import Courier, Sender

    db, style, clock = house.db, house.style, house.clock
    wire = Wire(house.slack, read, Pace(clock=now, sleep=time.sleep))
    leads = LeadsSender(
        db, wire, style, config.slack.leads_channel, house.people.rights.mention, house.permalink
    )
    slack: dict[Audience, Sender] = {
        Audience.CARD: CardSender(db, wire, config.slack.support_channel, house.policy, style, clock),
        Audience.AGENTS: ThreadSender(db, wire, style),
        Audience.LEADS: leads,
    }
    mail: dict[Audience, Sender] = {Audience.CUSTOMER: _mail_sender(config, db, house.policy, clock)}
    return {"slack": Courier(db, slack, clock=clock), "mail": Courier(db, mail, clock=clock)}


def _mail_sender(config: Config, db: Database, policy: Policy, clock: Callable[[], datetime]) -> MailSender:
    from mail.notifications import Letterhead, Templates
    from mail.sending import MailSender, read_promises
    from mail.smtp import Server
    from store import keepsakes

    desk, settings, smtp = config.desk, config.mail, config.mail.smtp
    if settings.message_secret:
        secret = settings.message_secret.get_secret_value()
    else:
        with db.change() as session:
            secret = keepsakes.get_or_make(session, "message secret", lambda: token_hex(32))
    password = smtp.password.get_secret_value() if smtp.password else None
    return MailSender(
        db,
        Server(host=smtp.host, port=smtp.port, tls=smtp.tls, user=smtp.user, password=password),
        letterhead=Letterhead(
            name=desk.name,
            address=desk.address,
            zone=desk.timezone,
            prefix=desk.prefix,
            silence=policy.silence,
        ),
        templates=Templates(settings.templates),
        secret=secret,
        promises=lambda ticket, at: read_promises(ticket, policy, now=at),
        clock=clock,
    )


def _ways_in(
    config: Config,
    db: Database,
    policy: Policy,
    clock: Callable[[], datetime],
    on_mail: Callable[[], None],
) -> tuple[Callable[[], object], Listener | None, Mailbox | None]:
    from mail.connection import Account
    from mail.house import Client, House
    from mail.intake import Intake
    from mail.listener import Listener
    from mail.mailbox import Mailbox

    def client_of(address: str) -> Client | None:
        contract = policy.contract_of(address)
        return Client(contract.name, contract.language) if contract else None

    desk, settings = config.desk, config.mail
    house = House(
        addresses=frozenset({desk.address}),
        prefix=desk.prefix,
        loop_mark=desk.address,
        language=desk.language,
        priority=desk.default_priority,
        trusted_authserv=settings.trusted_authserv,
        client_of=client_of,
    )
    listener = mailbox = None
    most = settings.listener.max_bytes
    if settings.listener.enabled:
        door = settings.listener
        listener = Listener(
            db, [desk.address], clock=clock, host=door.host, port=door.port,
            protocol=door.protocol, max_bytes=most, on_mail=on_mail,
        )  # fmt: skip
    imap = settings.imap
    if imap.host and imap.user and imap.password:
        password = imap.password.get_secret_value()
        account = Account(
            host=imap.host,
            user=imap.user,
            password=password,
            port=imap.port,
            tls=imap.tls,
            folder=imap.folder,
        )
        poll = timedelta(seconds=imap.poll_seconds)
        mailbox = Mailbox(
            db, account, clock=clock, max_bytes=most, poll=poll, idle=imap.idle, on_mail=on_mail
        )
    return Intake(db, house, clock=clock).receive_new, listener, mailbox


def _tidy(db: Database, clock: Callable[[], datetime]) -> None:
    """Slack repeats an event for an hour or so, and nobody clicks twice after a day."""
    from store import inbox

    with db.change() as session:
        inbox.forget_clicks(session, before=clock() - timedelta(days=2))


def _checks(
    db: Database,
    scheduler: Scheduler,
    couriers: Mapping[str, Courier],
    socket: Socket | None,
    mailbox: Mailbox | None,
    people: People,
) -> dict[str, Check]:
    """What must work, each with the words for when it does not."""
    from bot.people import SlackSilent
    from store import schema
    from store.database import Unavailable

    def database() -> str | None:
        try:
            return None if schema.is_current(db) else "the schema is not this version's"
        except Unavailable as problem:
            return str(problem)

    def beats() -> str | None:
        late = [name for name in ("intake", "slack", "mail", "sweep") if _is_late(scheduler, name)]
        return f"no good beat for a minute: {', '.join(late)}" if late else None

    def slack() -> str | None:
        try:
            people.home()
        except SlackSilent as problem:
            return str(problem)
        return None if socket is None or socket.connected else "no Socket Mode connection"

    def roads() -> str | None:
        closed = [f"{name}: {road.closed_because}" for name, road in couriers.items() if road.closed_because]
        return "; ".join(closed) or None

    checks: dict[str, Check] = {"database": database, "scheduler": beats, "slack": slack, "outbox": roads}
    if mailbox:
        checks["mailbox"] = lambda: mailbox.problem or None
    return checks


def _is_late(scheduler: Scheduler, name: str) -> bool:
    last = scheduler.last_good(name)
    return last is None or now() - last > timedelta(minutes=1)


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
        parts = build(config)
        _know_the_workspace(parts)
        _run(parts)


@main.command()
@click.pass_obj
def check(config_path: Path | None) -> None:
    """Show what would be used and where each value comes from; secrets are masked.

    Example: helpdesk check
    """
    from config import describe

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

    For a pipe from a mail server.  Exit status 75: it could not be kept, try again; 65: that is no mail.

    Example: helpdesk deliver < message.eml
    """
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
        raise Refused(
            f"The mail is larger than {most} bytes (mail.listener.max_bytes): not kept.", EX_DATAERR
        )
    with _refusals():
        db = Database(config.database.url.get_secret_value())
        schema.upgrade(db)
        with db.change() as session:
            kept = inbox.keep(session, Arrival(source="terminal", raw=raw, at=now()))
        db.close()
    click.echo(f"Kept as number {kept} of the inbox.", err=True)


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

    text = (Path(__file__).parent / "manifest.yml").read_text(encoding="utf-8")
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
    from sandbox.server import Sandbox
    from sandbox.story import tell

    with TemporaryDirectory(prefix="helpdesk-") as kept, Sandbox(port=port) as world:
        home = folder or Path(kept)
        home.mkdir(parents=True, exist_ok=True)
        config = load(None, demo_settings(world, f"sqlite:///{home / 'helpdesk.sqlite3'}"))
        _write_logs(config)
        with _refusals():
            parts = build(config)
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
