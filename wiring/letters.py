"""Wires what makes tickets of mails, and what writes to customers, as the settings say."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex

from starlette.routing import Route

from config import Config
from desk.folding import words_of
from mail import house as mail_house
from mail.approving import Approvals
from mail.asking import Opinions
from mail.canary import Canary
from mail.desks import Desks
from mail.intake import Intake, Read
from mail.letterhead import Brand, Letterhead
from mail.limits import Intakes, Limits
from mail.notifications import Templates
from mail.outages import Outages
from mail.promising import read_promises
from mail.releases import Releases
from mail.reporting import Reporting
from mail.sending import MailSender, Road
from mail.showable import Rules
from mail.smtp import hand_over
from mail.sorting import Rule
from settings.desks import MoreDesk
from sla.policy import Policy
from store import keepsakes
from store.courier import Courier
from store.database import Database
from wiring.postroom import Postroom
from wiring.postroom import Sender as Address

Clock = Callable[[], datetime]


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
            asks_opinion=config.desk.asks_opinion,
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


def reporting_of(config: Config, db: Database, policy: Policy, clock: Clock) -> Reporting:
    """What writes the reports of months for clients."""
    desks = {client.lower(): desk.name for desk in config.desks for client in desk.clients}
    return Reporting(
        db, policy, letterhead_of(config), Templates(config.mail.templates), secret_of(config, db),
        language=config.desk.language, desk_of=lambda client: desks.get(client.lower(), ""), clock=clock,
    )  # fmt: skip


def releases_of(config: Config, db: Database, clock: Clock, *, post: Postroom) -> Releases:
    """Who mails those that leads let go."""
    first, copies = post.senders()[0], config.mail.journal.address or ""
    return Releases(db, first.server, first.address, clock, copy_to=copies, journal=post.journal())


def canary_of(
    config: Config, db: Database, clock: Clock, *, post: Postroom, slack: Callable[[], str]
) -> Canary | None:
    """What mails itself, where that is wished for.  slack: what is wrong there."""
    if not config.watch.canary:
        return None
    first, every = post.senders()[0], timedelta(minutes=config.watch.canary_minutes)
    return Canary(
        db, first.server, first.name, first.address, secret_of(config, db), slack=slack, every=every,
        clock=clock,
    )  # fmt: skip


def canary_outages_of(config: Config, db: Database, canary: Canary, *, post: Postroom) -> Outages:
    """Who mails the leads when it is late."""
    first, to = post.senders()[0], config.watch.mail_to
    return Outages(
        db, canary, first.server, name=first.name, address=first.address, to=to, clock=canary.clock,
        about="mail",
    )  # fmt: skip


def pages_of(config: Config, db: Database, clock: Clock) -> Sequence[Route]:
    """What customers see in a browser; nothing where the desk has no public address."""
    if not config.web.public_address:
        return ()
    secret, letterhead = secret_of(config, db), letterhead_of(config)
    questions = (Approvals, Opinions)
    asked = (each(db, secret=secret, letterhead=letterhead, clock=clock) for each in questions)
    return [route for question in asked for route in question.routes()]


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
    house = _house_of(config, db, policy, post or Postroom(config, db, clock))
    most = config.mail.limits
    intakes = Intakes(of_sender=most.of_sender, on_ticket=most.on_ticket, of_strangers=most.of_strangers)
    limits = Limits(per_minute=most.confirmations, intakes=intakes)
    return Intake(db, house, clock=clock, read=read, limits=limits)


def _house_of(config: Config, db: Database, policy: Policy, post: Postroom) -> mail_house.House:
    """The desk as mail knows it."""
    desk, settings = config.desk, config.mail

    def client_of(address: str) -> mail_house.Client | None:
        contract = policy.contract_of(address)
        return mail_house.Client(contract.name, contract.language) if contract else None

    return mail_house.House(
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
        desks=tuple(map(_rule, config.desks)),
        asks_opinion=desk.asks_opinion,
    )


def _rule(desk: MoreDesk) -> Rule:
    """What a desk gets, as mail is sorted."""
    return Rule(
        desk=desk.name,
        addresses=frozenset(map(str.lower, desk.addresses)),
        clients=frozenset(map(str.lower, desk.clients)),
        subjects=tuple(tuple(words_of(each)) for each in desk.subjects),
        language=desk.language,
    )
