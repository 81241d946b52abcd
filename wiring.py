"""Wires the house by hand, once: builds every part, and hands each what it needs."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Event, Thread

from starlette.applications import Starlette
from starlette.routing import Route

from bot import app as slack_app
from bot import canned, metrics, web
from bot import house as slack_house
from bot.comparing import Comparing
from bot.crowd import Crowds
from bot.digest import Digests
from bot.fetching import FilesFetcher
from bot.filewire import FileWire
from bot.lines import Style
from bot.pace import Pace
from bot.people import People, Rights, SlackSilent
from bot.posting import CardSender, LeadsSender, ThreadSender
from bot.socket import Socket, app_of
from bot.strip import Strip
from bot.uploading import FilesSender
from bot.web import Check
from bot.wire import Wire
from config import Config
from desk.delivery import Audience
from heartbeat import heartbeat
from mail import house as mail_house
from mail.approving import Approvals
from mail.attached import Attached
from mail.delays import tell_of_delays
from mail.desks import Desks
from mail.intake import Intake, Read
from mail.letterhead import Brand, Letterhead
from mail.limits import Intakes, Limits
from mail.listener import Listener
from mail.mailbox import Mailbox
from mail.notifications import Templates
from mail.outages import Outages
from mail.promising import read_promises
from mail.reader import Reader
from mail.reading import InboundEmail, Unreadable
from mail.sending import MailSender, Road
from mail.showable import Rules
from mail.smtp import hand_over
from postroom import Postroom
from postroom import Sender as Address
from settings import agreed
from settings.promised import policy_of
from sla.auditing import Auditor
from sla.keeping import database_of
from sla.policy import Policy
from sla.reschedule import AtStart
from sla.scheduler import Job, Scheduler
from sla.sweep import sweep
from store import ahead, drafts, inbox, keepsakes, schema
from store.aftermath import Gate
from store.courier import Courier
from store.database import Database, Unavailable
from store.sender import Sender

Clock = Callable[[], datetime]

FILES_TAKE = timedelta(minutes=10)
"""One turn with the files of a mail: so many bytes take their time, and a slow one must not be overtaken."""

TOGETHER = 20
"""Messages to Slack claimed and settled at once, for each can be proved.  A mail cannot: it goes alone."""


_DRAWN_EVERY = 4.6
"""Two drawings of one card are as far apart as so many messages: about five seconds."""


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
    reader: Reader
    socket: Socket | None = None
    listener: Listener | None = None
    mailboxes: tuple[Mailbox, ...] = ()
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Open the ways in and begin to work; the web application is served by whoever calls."""
        if self.listener:
            self.listener.start()
        for mailbox in self.mailboxes:
            self._threads.append(Thread(target=mailbox.run, args=(self._stop,), name=mailbox.name))
        for thread in self._threads:
            thread.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Close the ways in, finish what is under way, and let go of everything."""
        self._stop.set()
        self.scheduler.stop()  # first: one of its jobs opens the socket
        if self.socket:
            self.socket.close()
        if self.listener:
            self.listener.stop()
        for thread in self._threads:
            thread.join(timeout=30)
        self.reader.stop()
        self.db.close()


def build(config: Config, *, clock: Clock, machine: Clock) -> Parts:
    """Wire the house.  Opens the database and brings its schema up to date; calls nobody else yet.

    clock: the desk's, which a test may turn; machine: the real one, for pulses and paces.
    Raises Unavailable, SchemaTooNew, TemplateRefused."""
    policy = policy_of(config)

    def wake() -> None:
        scheduler.wake("slack")
        scheduler.wake("mail")
        scheduler.wake("files")

    db = database_of(config.database.url.get_secret_value(), policy, on_commit=lambda: wake())
    schema.upgrade(db)
    post = Postroom(config, db, clock)
    mailer = mail_sender_of(config, db, policy, clock, post=post)
    slack = config.slack
    token = slack.bot_token.get_secret_value()
    write = slack_app.write_client(token, api=slack.api_url)
    read = slack_app.read_client(token, api=slack.api_url)
    people = People(read, rights_of(config), clock=clock)
    app_token = slack.app_token.get_secret_value() if slack.app_token else ""
    style = Style(config.desk.prefix, config.desk.timezone)
    house = slack_house.House(
        db,
        policy,
        people,
        write,
        style,
        clock,
        app=app_of(app_token),
        language=config.desk.language,
        priority=config.desk.default_priority,
        alike_within=timedelta(days=config.desk.duplicate_days),
        a_mail_takes=config.mail.files.of_reply,
        undo=timedelta(seconds=config.desk.undo_seconds),
        foresee=mailer.foresee,
        canned=canned.read(config.desk.canned),
    )
    apart = timedelta(seconds=slack.seconds_between_messages)
    pace = Pace(clock=machine, sleep=time.sleep, every=apart)
    wire, files = Wire(write, read, pace), FileWire(write, read, pace, machine)
    reader = Reader(prefix=config.desk.prefix, zone=config.desk.timezone)
    mail: dict[Audience, Sender] = {Audience.CUSTOMER: mailer}
    couriers = {
        "slack": Courier(db, slack_senders_of(config, house, wire), clock=clock, together=TOGETHER),
        "mail": Courier(db, mail, clock=clock),
        "files": Courier(db, file_senders_of(config, house, files, reader), clock=clock, lease=FILES_TAKE),
    }
    listener = post.listener(lambda: scheduler.wake("intake"))
    mailboxes = post.mailboxes(lambda: scheduler.wake("intake"))
    sources = tuple(mailbox.name for mailbox in mailboxes)
    polls = [imap.poll_seconds for _, _, imap in post.accounts()]
    late = timedelta(seconds=max(polls, default=0)) + timedelta(minutes=5)
    strip = Strip(db, sources, lambda: _problems(mailboxes), couriers, style.zone, clock, late)
    app = slack_app.build(replace(house, troubles=strip.lines))
    socket = Socket(app, app_token) if slack.mode == "socket" else None
    gate = Gate(db)
    comparing = Comparing(db, wire, slack.support_channel, config.desk.prefix, clock)
    crowds = Crowds(db, wire, slack.support_channel, style, link=house.permalink, clock=clock)
    intake = intake_of(config, db, policy, clock, post=post, read=reader.ahead)
    jobs = [
        Job("comparing", comparing.look, every=5),
        Job("intake", gate.guarding(intake.receive_new), every=1),
        Job("slack", gate.guarding(couriers["slack"].deliver_due), every=1),
        Job("crowds", gate.guarding(crowds.look), every=5),
        Job("mail", gate.guarding(couriers["mail"].deliver_due), every=1),
        Job("files", gate.guarding(couriers["files"].deliver_due), every=5),
        Job("reschedule", AtStart(db, policy, agreed.text_of(config)).run, every=60),
        Job("delays", gate.guarding(lambda: tell_of_delays(db, now=clock())), every=60),
        Job("sweep", gate.guarding(lambda: sweep(db, policy, now=clock(), sources=sources)), every=10),
        Job("outages", outages_of(config, db, couriers["slack"], clock, post=post).look, every=30),
        Job("tidy", lambda: _tidy(db, clock), every=3600),
        Job("drafts", lambda: _redraw(db, clock), every=300),
        Job("audit", lambda: auditor.beat(), every=60 * config.watch.every_minutes),
    ]
    if config.digest.on:
        digests = Digests(house, wire, config.digest.moment)
        jobs.append(Job("digest", gate.guarding(digests.send_due), every=30))
    if socket:
        jobs.append(Job("socket", socket.connect, every=5))
    scheduler = Scheduler(jobs, clock=machine)
    checks = _checks(db, scheduler, couriers, socket, mailboxes, people, machine)
    checks["restored"] = comparing.why_held
    auditor = Auditor(db, clock=clock, checks=checks, alive=_heartbeat_of(config))
    inlet = None
    if slack.mode == "http" and slack.signing_secret:
        inlet = web.Inlet(app, slack.signing_secret.get_secret_value(), clock)
    asgi = web.build(checks, metrics.registry(db, clock=clock), inlet, pages_of(config, db, clock))
    return Parts(config, db, policy, people, asgi, scheduler, couriers, reader, socket, listener, mailboxes)


def next_due(parts: Parts) -> datetime | None:
    """The next moment at which the desk has something to do by itself; in the past while it is busy."""
    with parts.db.read() as session:
        return ahead.next_due(session)


def rights_of(config: Config) -> Rights:
    """Who may work the desk."""
    slack = config.slack
    return Rights(slack.support_channel, frozenset(slack.leads), slack.leads_group, slack.team_id)


def slack_senders_of(config: Config, house: slack_house.House, wire: Wire) -> dict[Audience, Sender]:
    """Who tells the people in Slack."""
    db, style, clock = house.db, house.style, house.clock
    redrawn = _DRAWN_EVERY * timedelta(seconds=config.slack.seconds_between_messages)
    leads = LeadsSender(
        db, wire, house.policy, style, config.slack.leads_channel, house.people.rights.mention,
        house.permalink, clock,
    )  # fmt: skip
    return {
        Audience.CARD: CardSender(
            db, wire, config.slack.support_channel, house.policy, style, clock, redrawn
        ),
        Audience.AGENTS: ThreadSender(db, wire, house.policy, style, clock, house.permalink),
        Audience.LEADS: leads,
    }


def file_senders_of(
    config: Config,
    house: slack_house.House,
    wire: FileWire,
    read: Callable[[bytes], InboundEmail | Unreadable],
) -> dict[Audience, Sender]:
    """Who shows the files of mails, and who fetches those that go along with ours."""
    attached = Attached(house.db, read)
    return {
        Audience.FILES: FilesSender(house.db, wire, attached, house.style, house.clock),
        Audience.DESK: FilesFetcher(house.db, wire, attached, config.mail.files.of_reply, house.clock),
    }


def mail_sender_of(
    config: Config,
    db: Database,
    policy: Policy,
    clock: Clock,
    *,
    road: Road = hand_over,
    post: Postroom | None = None,
) -> MailSender | Desks:
    """Who mails the customers.  road: what mails leave by; post: where tokens are shared with mailboxes."""
    settings = config.mail
    secret = secret_of(config, db)
    post, templates = post or Postroom(config, db, clock), Templates(settings.templates)
    journal = post.journal()

    def sender(of: Address) -> MailSender:
        return MailSender(
            db,
            of.server,
            letterhead=replace(letterhead_of(config), name=of.name, address=of.address),
            templates=templates,
            secret=secret,
            reply_tags=settings.reply_tags,
            public_address=config.web.public_address or "",
            promises=lambda ticket, at: read_promises(ticket, policy, now=at),
            clock=clock,
            null_sender=of.null_sender,
            copy_to=settings.journal.address or "",
            journal=journal,
            road=road,
        )

    first, *others = post.senders()
    if not others:
        return sender(first)
    return Desks(db, sender(first), {of.address.lower(): sender(of) for of in others})


def outages_of(config: Config, db: Database, road: Courier, clock: Clock, *, post: Postroom) -> Outages:
    """Who mails the leads when nothing reaches Slack."""
    first = post.senders()[0]
    return Outages(
        db, road, first.server, name=first.name, address=first.address, to=config.watch.mail_to, clock=clock
    )


def pages_of(config: Config, db: Database, clock: Clock) -> Sequence[Route]:
    """What customers see in a browser; nothing where the desk has no public address."""
    if not config.web.public_address:
        return ()
    letterhead = letterhead_of(config)
    return Approvals(db, secret=secret_of(config, db), letterhead=letterhead, clock=clock).routes()


def letterhead_of(config: Config) -> Letterhead:
    """How the desk presents itself in mails from its first address."""
    desk, brand = config.desk, config.mail.brand
    return Letterhead(
        name=desk.name,
        address=desk.address,
        zone=desk.timezone,
        prefix=desk.prefix,
        silence=timedelta(hours=config.promises.silence_hours),
        brand=Brand(
            signature=brand.signature or "",
            address_line=brand.address_line or "",
            logo=brand.logo or "",
            colour=brand.colour,
        ),
    )


def secret_of(config: Config, db: Database) -> str:
    """What seals our Message-IDs and reply addresses: the setting, else one that is made once."""
    if config.mail.message_secret:
        return config.mail.message_secret.get_secret_value()
    with db.change() as session:
        return keepsakes.get_or_make(session, "message secret", lambda: token_hex(32))


def intake_of(
    config: Config,
    db: Database,
    policy: Policy,
    clock: Clock,
    *,
    post: Postroom | None = None,
    read: Read | None = None,
) -> Intake:
    """What makes tickets of the mails that were kept.  read: understands them; here, if nothing is given."""
    post = post or Postroom(config, db, clock)

    def client_of(address: str) -> mail_house.Client | None:
        contract = policy.contract_of(address)
        return mail_house.Client(contract.name, contract.language) if contract else None

    desk, settings = config.desk, config.mail
    house = mail_house.House(
        addresses=post.addresses,
        others=post.known(),
        sources=post.sources(),
        prefix=desk.prefix,
        loop_mark=desk.address,
        language=desk.language,
        languages=frozenset(settings.languages),
        priority=desk.default_priority,
        trusted_authserv=settings.trusted_authserv,
        client_of=client_of,
        secret=secret_of(config, db),
        agents=frozenset(settings.agents),
        blocked=frozenset(settings.blocked),
        files=Rules(
            of_file=settings.files.of_file,
            of_mail=settings.files.of_mail,
            refused=settings.files.refused,
        ),
        alike_within=timedelta(days=desk.duplicate_days),
    )
    most = settings.limits
    intakes = Intakes(of_sender=most.of_sender, on_ticket=most.on_ticket, of_strangers=most.of_strangers)
    limits = Limits(per_minute=most.confirmations, intakes=intakes)
    return Intake(db, house, clock=clock, read=read, limits=limits)


def _heartbeat_of(config: Config) -> Callable[[str], None]:
    watch = config.watch
    return heartbeat(
        watch.heartbeat_url.get_secret_value() if watch.heartbeat_url else "", watch.heartbeat_file
    )


def _tidy(db: Database, clock: Clock) -> None:
    """Slack repeats an event for an hour or so, and nobody clicks twice after a day."""

    with db.change() as session:
        inbox.forget_clicks(session, before=clock() - timedelta(days=2))
        drafts.tidy(session, before=clock() - timedelta(days=2))


def _redraw(db: Database, clock: Clock) -> None:
    with db.change() as session:
        drafts.redraw(session, now=clock())


def _checks(
    db: Database,
    scheduler: Scheduler,
    couriers: Mapping[str, Courier],
    socket: Socket | None,
    mailboxes: Sequence[Mailbox],
    people: People,
    machine: Clock,
) -> dict[str, Check]:
    """What must work, each with the words for when it does not."""

    def database() -> str | None:
        try:
            return None if schema.is_current(db) else "the schema is not this version's"
        except Unavailable as problem:
            return str(problem)

    def beats() -> str | None:
        late = [name for name in ("intake", "slack", "mail", "sweep") if _is_late(scheduler, name, machine())]
        return f"no good beat for a minute: {', '.join(late)}" if late else None

    def slack() -> str | None:
        try:
            people.home()
        except SlackSilent as problem:
            return str(problem)
        return None if socket is None or socket.connected else "no Socket Mode connection"

    def roads() -> str | None:
        # Files that wait are told of on App Home; no supervisor should end a desk that works without them.
        vital = [(name, couriers[name]) for name in ("slack", "mail")]
        closed = [f"{name}: {road.closed_because}" for name, road in vital if road.closed_because]
        return "; ".join(closed) or None

    checks: dict[str, Check] = {"database": database, "scheduler": beats, "slack": slack, "outbox": roads}
    if mailboxes:
        checks["mailbox"] = lambda: _problems(mailboxes) or None
    return checks


def _problems(mailboxes: Sequence[Mailbox]) -> str:
    """What is wrong with reading; which mailbox is meant is said where there are several."""
    troubled = [mailbox for mailbox in mailboxes if mailbox.problem]
    if len(mailboxes) == 1:
        return "".join(mailbox.problem for mailbox in troubled)
    return "; ".join(f"{mailbox.name}: {mailbox.problem}" for mailbox in troubled)


def _is_late(scheduler: Scheduler, name: str, now: datetime) -> bool:
    last = scheduler.last_good(name)
    return last is None or now - last > timedelta(minutes=1)
