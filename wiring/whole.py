"""Builds a running desk: every part, once, in the order in which they need one another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

from bot import app as slack_app
from bot import metrics, web
from bot.rereading import EVERY as A_THREAD_EVERY
from bot.socket import Socket
from bot.strip import Strip
from bot.turnstile import Turnstile
from config import Config
from desk.delivery import Audience
from heartbeat import heartbeat
from mail import canary
from mail.canary import Canary
from mail.delays import tell_of_delays
from mail.desks import Desks
from mail.mailbox import Mailbox
from mail.reader import Reader
from mail.sending import MailSender
from settings import agreed
from settings.promised import policy_of
from sla.ageing import Ageing
from sla.auditing import Auditor
from sla.keeping import database_of
from sla.policy import Policy
from sla.reschedule import AtStart
from sla.scheduler import Job, Scheduler
from sla.sweep import sweep
from store import ahead, cards, drafts, inbox, retention, schema
from store.aftermath import Gate
from store.courier import Courier
from store.database import Database
from store.drift import Drift
from store.sender import Sender
from wiring.checks import BEATS, alive_of, checks_of, problems_of
from wiring.letters import (
    canary_of,
    canary_outages_of,
    intake_of,
    mail_sender_of,
    outages_of,
    pages_of,
    releases_of,
    reporting_of,
)
from wiring.parts import Parts
from wiring.postroom import Postroom
from wiring.slackroom import Slackroom

Clock = Callable[[], datetime]

FILES_TAKE = timedelta(minutes=10)
"""One turn with the files of a mail: so many bytes take their time, and a slow one must not be overtaken."""

TOGETHER = 20
"""Messages to Slack claimed and settled at once, for each can be proved.  A mail cannot: it goes alone."""


def build(config: Config, *, clock: Clock, machine: Clock) -> Parts:
    """Wire the house.  Opens the database and brings its schema up to date; calls nobody else yet.

    clock: the desk's, which a test may turn; machine: the real one, for pulses and paces.
    Raises Unavailable, SchemaTooNew, TemplateRefused."""
    policy = policy_of(config)
    db = database_of(config.database.url.get_secret_value(), policy, on_commit=lambda: wake())
    schema.upgrade(db)
    post = Postroom(config, db, clock)
    mailer = mail_sender_of(config, db, policy, clock, post=post)
    reporting = reporting_of(config, db, policy, clock)
    slack = Slackroom(config, db, policy, mailer.foresee, reporting, clock=clock, machine=machine)
    reader = Reader(prefix=config.desk.prefix, zone=config.desk.timezone)
    couriers = _couriers_of(db, slack, mailer, reader, clock)
    listener = post.listener(lambda: scheduler.wake("intake"))
    mailboxes = post.mailboxes(lambda: scheduler.wake("intake"))
    strip = _strip_of(config, db, post, mailboxes, couriers, clock)
    strip = replace(strip, shut=slack.shut, overheard=slack.overheard)
    bird = canary_of(config, db, clock, post=post, slack=slack.people.problem)
    house = replace(slack.house, troubles=strip.lines, lead_troubles=lambda: _of_leads(bird))
    app = slack_app.build(house)
    socket = slack.socket(app)
    intake = intake_of(config, db, policy, clock, post=post, read=reader.ahead)
    comparing = slack.comparing()
    stop = Event()
    jobs = [
        Job("comparing", comparing.look, every=5),
        Job("intake", intake.receive_new, every=1),
        *_jobs_of_slack(slack, socket),
        *(Job(name, courier.deliver_due, every=_turns[name]) for name, courier in couriers.items()),
        Job("reports", reporting.make_due, every=60),
        Job("report mails", releases_of(config, db, clock, post=post).send_due, every=2),
        *_jobs_of_time(config, db, policy, post, mailboxes, couriers, clock, stop.is_set),
        *_jobs_of_canary(config, db, bird, post),
        Job("audit", lambda: auditor.beat(), every=60 * config.watch.every_minutes),
    ]
    scheduler = Scheduler(list(_held_back(jobs, Gate(db))), clock=machine)
    drift = None if db.is_sqlite else Drift(db, machine)
    checks = checks_of(db, scheduler, couriers, socket, mailboxes, slack.people, machine, slack.shut, drift)
    checks["restored"] = comparing.why_held
    checks["channels"] = slack.overheard.problem
    watched = checks | ({"canary": bird.trouble} if bird else {})
    auditor = Auditor(db, clock=clock, checks=watched, alive=_heartbeat_of(config))
    pages = pages_of(config, db, clock)
    figures = metrics.registry(db, clock=clock, pulse=_pulse_of(scheduler, bird, socket, drift, clock))
    alive = alive_of(db, scheduler)
    asgi = web.build(checks, figures, slack.inlet(app), pages, Turnstile(machine), alive=alive)

    def wake() -> None:
        for name in couriers:
            scheduler.wake(name)

    return Parts(
        config, db, policy, slack.people, asgi, scheduler, couriers, reader, intake,
        socket, listener, mailboxes, stop,
    )  # fmt: skip


def _couriers_of(
    db: Database, slack: Slackroom, mailer: MailSender | Desks, reader: Reader, clock: Clock
) -> dict[str, Courier]:
    """What carries the deliveries, by the road that each takes."""
    mail: dict[Audience, Sender] = {Audience.CUSTOMER: mailer}
    return {
        "slack": Courier(db, slack.senders(), clock=clock, together=TOGETHER),
        "mail": Courier(db, mail, clock=clock),
        "files": Courier(db, slack.file_senders(reader), clock=clock, lease=FILES_TAKE),
    }


def _pulse_of(
    scheduler: Scheduler, bird: Canary | None, socket: Socket | None, drift: Drift | None, clock: Clock
) -> metrics.Pulse:
    return metrics.Pulse(
        ticks=lambda: scheduler.last_goods(BEATS),
        canary=lambda session: canary.figures(session, clock()) if bird else {},
        connections=lambda: socket.connections if socket else None,
        drift=lambda: drift.look() if drift else None,
    )


def next_due(parts: Parts) -> datetime | None:
    """The next moment at which the desk has something to do by itself; in the past while it is busy."""
    with parts.db.read() as session:
        return ahead.next_due(session)


_turns = {"slack": 1.0, "mail": 1.0, "files": 5.0}
"""Seconds between two turns of a courier that nobody wakes."""


_HELD = frozenset(
    {"canary", "intake", "crowds", "anchor", "digest", "slack", "mail", "files", "delays", "sweep"}
    | {"reports", "report", "week"}
)
"""What waits in a restored desk until it has been compared with the world."""


def _held_back(jobs: Sequence[Job], gate: Gate) -> Iterator[Job]:
    return (replace(job, run=gate.guarding(job.run)) if is_held(job) else job for job in jobs)


def is_held(job: Job) -> bool:
    """Whether it waits in a restored desk."""
    return job.name.partition(" ")[0] in _HELD


def _jobs_of_slack(slack: Slackroom, socket: Socket | None) -> Iterator[Job]:
    for crowds in slack.crowds():
        yield Job(crowds.name, crowds.look, every=5)
    yield Job("channels", slack.overheard.look, every=60)
    yield Job("threads", slack.rereading(socket).look, every=A_THREAD_EVERY)
    yield Job("anchor", slack.anchors().tell_due, every=600)
    yield Job("wipe", slack.wiper().wipe_due, every=5)
    yield Job("report messages", slack.reports().tell_due, every=2)
    if weeks := slack.weeks():
        yield Job("week", weeks.tell_due, every=60)
    if digests := slack.digests():
        yield Job("digest", digests.send_due, every=30)
    if socket:
        yield Job("socket", socket.connect, every=5)


def _jobs_of_time(
    config: Config,
    db: Database,
    policy: Policy,
    post: Postroom,
    mailboxes: tuple[Mailbox, ...],
    couriers: Mapping[str, Courier],
    clock: Clock,
    stopping: Callable[[], bool],
) -> Iterator[Job]:
    """What the desk does because of the time alone."""
    sources = tuple(mailbox.name for mailbox in mailboxes)
    outages = outages_of(config, db, couriers["slack"], clock, post=post)
    yield Job("reschedule", AtStart(db, policy, agreed.text_of(config)).run, every=60)
    yield Job("delays", lambda: tell_of_delays(db, now=clock()), every=60)
    yield Job("sweep", lambda: sweep(db, policy, now=clock(), sources=sources), every=10)
    yield Job("outages", outages.look, every=30)
    yield Job("tidy", lambda: _tidy(db, clock, config.retention.drafts), every=3600)
    yield Job("ageing", Ageing(db, _days_of(config), clock, stopping).beat, every=60)
    yield Job("drafts", lambda: _redraw(db, clock), every=300)
    yield Job("stranded", lambda: _free_stranded(db), every=300)


def _jobs_of_canary(config: Config, db: Database, bird: Canary | None, post: Postroom) -> Iterator[Job]:
    if bird:
        yield Job("canary", bird.look, every=15)
        yield Job("canary outages", canary_outages_of(config, db, bird, post=post).look, every=30)


def _of_leads(bird: Canary | None) -> list[str]:
    trouble = bird.trouble() if bird else ""
    return [trouble] if trouble else []


def _strip_of(
    config: Config,
    db: Database,
    post: Postroom,
    mailboxes: tuple[Mailbox, ...],
    couriers: Mapping[str, Courier],
    clock: Clock,
) -> Strip:
    """What says on App Home that something does not move."""
    polls = [imap.poll_seconds for _, _, imap in post.accounts()]
    late = timedelta(seconds=max(polls, default=0)) + timedelta(minutes=5)
    sources = tuple(mailbox.name for mailbox in mailboxes)
    return Strip(db, sources, lambda: problems_of(mailboxes), couriers, config.desk.timezone, clock, late)


def _heartbeat_of(config: Config) -> Callable[[str], None]:
    watch = config.watch
    return heartbeat(
        watch.heartbeat_url.get_secret_value() if watch.heartbeat_url else "", watch.heartbeat_file
    )


def _days_of(config: Config) -> dict[str, int]:
    kept = {kind.name: config.retention.days_of(kind.name) for kind in retention.CLASSES}
    return {name: days for name, days in kept.items() if days}


def _tidy(db: Database, clock: Clock, days: int) -> None:
    """Slack repeats an event for an hour or so, and nobody clicks twice after a day."""
    with db.change() as session:
        inbox.forget_clicks(session, before=clock() - timedelta(days=2))
        drafts.tidy(session, before=clock() - timedelta(days=days))


def _free_stranded(db: Database) -> None:
    with db.read() as session:
        numbers = cards.stranded(session)
    if numbers:
        with db.change() as session:
            cards.free(session, numbers)


def _redraw(db: Database, clock: Clock) -> None:
    with db.change() as session:
        drafts.redraw(session, now=clock())
