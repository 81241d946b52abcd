"""Wires what the desk says and hears in Slack, as the settings say."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from slack_bolt import App

from bot import canned, web
from bot.anchoring import Anchors
from bot.app import people_client, read_client, write_client
from bot.asking import Messages
from bot.comparing import Comparing
from bot.crowd import Crowds
from bot.digest import Digests
from bot.fetching import FilesFetcher
from bot.filewire import FileWire
from bot.house import House
from bot.overheard import Overheard
from bot.pace import Pace
from bot.parcel import Packer
from bot.people import People, Rights
from bot.posting import CardSender, Leads, LeadsSender, ThreadSender
from bot.rereading import Rereading
from bot.shut import Shut
from bot.socket import Socket, app_of
from bot.style import Style
from bot.uploading import FilesSender
from bot.weekly import Weeks
from bot.wiping import Wiper
from bot.wire import Wire
from config import Config
from desk.delivery import Audience
from desk.event import Event
from desk.letter import Letter
from desk.reach import reach_of
from desk.ticket import Ticket
from mail.attached import Attached
from mail.heads import Heads
from mail.reading import InboundEmail, Unreadable
from mail.reporting import Reporting
from settings.desks import MoreDesk
from sla.policy import Policy
from store.database import Database
from store.sender import Sender

Clock = Callable[[], datetime]

_DRAWN_EVERY = 4.6
"""Two drawings of one card are as far apart as so many messages: about five seconds."""


class Slackroom:
    """clock: the desk's; machine: the real one, for the pace of messages.  foresee: words a mail.
    reporting: writes reports of months."""

    def __init__(
        self,
        config: Config,
        db: Database,
        policy: Policy,
        foresee: Callable[[Ticket, Event], Letter],
        reporting: Reporting,
        *,
        clock: Clock,
        machine: Clock,
    ) -> None:
        slack, desk = config.slack, config.desk
        self._config = config
        self._app_token = slack.app_token.get_secret_value() if slack.app_token else ""
        token = slack.bot_token.get_secret_value()
        write, read = write_client(token, api=slack.api_url), read_client(token, api=slack.api_url)
        asking = people_client(token, api=slack.api_url)
        self.people = People(asking, rights_of(config), clock=clock, others=others_of(config))
        self.overheard = Overheard(read, channels_of(config), allowed=slack.shared_channels)
        self.house = House(
            db, policy, self.people, write, Style(desk.prefix, desk.timezone), clock,
            app=app_of(self._app_token),
            addresses=config.addresses,
            language=desk.language,
            priority=desk.default_priority,
            alike_within=timedelta(days=desk.duplicate_days),
            a_mail_takes=config.mail.files.of_reply,
            undo=timedelta(seconds=desk.undo_seconds),
            foresee=foresee,
            write_report=reporting.make,
            desk_of=reporting.desk_of,
            heads=Heads(db),
            canned=canned.read(desk.canned),
            moved=self.overheard.forget,
        )  # fmt: skip
        pace = Pace(clock=machine, sleep=time.sleep, every=timedelta(seconds=slack.seconds_between_messages))
        self.shut = Shut(channels_of(config), clock=clock) if config.desks else None
        self._wire = Wire(write, read, pace, self.shut, self.overheard)
        self._unguarded = Wire(write, read, pace, self.shut)
        self._files = FileWire(write, read, pace, machine, self.shut, self.overheard)

    def senders(self) -> dict[Audience, Sender]:
        """Who tells the people in Slack."""
        return slack_senders_of(self._config, self.house, self._wire)

    def file_senders(self, read: Callable[[bytes], InboundEmail | Unreadable]) -> dict[Audience, Sender]:
        """Who carries files to Slack and from it.  read: understands a mail."""
        return file_senders_of(self._config, self.house, self._files, read)

    def crowds(self) -> list[Crowds]:
        """Who tells in one message of many new tickets, for each desk."""
        house, desks = self.house, self.people.desks
        return [
            Crowds(
                house.db, self._wire, desk.channel, house.style, link=house.permalink, clock=house.clock,
                reach=reach_of(frozenset({name}), frozenset(desks)), name=name,
            )
            for name, desk in desks.items()
        ]  # fmt: skip

    def anchors(self) -> Anchors:
        """Who tells the anchor of each day."""
        audit = self._config.audit
        channel = self._config.slack.leads_channel if audit.anchor_in_slack else ""
        return Anchors(self.house.db, self._wire, channel, audit.anchor_file, self.house.clock)

    def reports(self) -> Messages:
        """Who shows the leads what may be mailed to clients."""
        return Messages(self.house, self._wire, self._leads_of, self._config.desk.address)

    def weeks(self) -> Weeks | None:
        """Who tells the leads of the week, where that is wished for."""
        return Weeks(self.house, self._wire, self._leads_of) if self._config.digest.weekly else None

    def _leads_of(self, desk: str) -> str:
        elsewhere = _leads_elsewhere(self._config).get(desk)
        return elsewhere.channel if elsewhere else self._config.slack.leads_channel

    def wiper(self) -> Wiper:
        """Who takes out of Slack what was erased here, also where others read it."""
        return Wiper(self.house.db, self._unguarded, self.house.slack, self.house.clock)

    def comparing(self) -> Comparing:
        """What looks in Slack after a restore."""
        house, channels = self.house, [desk.channel for desk in self.people.desks.values()]
        return Comparing(house.db, self._wire, channels, house.style.prefix, house.clock)

    def digests(self) -> Digests | None:
        """Who tells each agent once a day what awaits them, where that is wished for."""
        digest = self._config.digest
        return Digests(self.house, self._wire, digest.moment) if digest.on else None

    def socket(self, app: App) -> Socket | None:
        """What Slack calls us through, where it is Socket Mode."""
        return Socket(app, self._app_token) if self._config.slack.mode == "socket" else None

    def rereading(self, socket: Socket | None) -> Rereading:
        """Who looks for what was typed while Slack told the desk nothing."""
        slack = self.house.slack
        return Rereading(self.house, slack, lambda: socket is None or socket.connected)

    def inlet(self, app: App) -> web.Inlet | None:
        """What Slack calls us through, where it is HTTP."""
        slack = self._config.slack
        if slack.mode != "http" or not slack.signing_secret:
            return None
        return web.Inlet(app, slack.signing_secret.get_secret_value(), self.house.clock)


def rights_of(config: Config) -> Rights:
    """Who may work the desk, or the first of several."""
    slack, title = config.slack, config.desk.name
    leads = frozenset(slack.leads)
    return Rights(slack.support_channel, leads, slack.leads_group, slack.team_id, title=title)


def others_of(config: Config) -> list[Rights]:
    """Who may work the desks beside the first."""
    return [_rights_of(desk, rights_of(config)) for desk in config.desks]


def _rights_of(desk: MoreDesk, first: Rights) -> Rights:
    leads, group = (
        (frozenset(desk.leads), desk.leads_group) if desk.has_leads else (first.leads, first.leads_group)
    )
    return Rights(
        desk.support_channel,
        leads,
        group,
        first.team,
        name=desk.name,
        title=desk.name,
        language=desk.language,
    )


def channels_of(config: Config) -> dict[str, str]:
    """What people call each channel that cards and warnings go to, by its id."""
    leads = {desk.leads_channel: f"the leads of {desk.name}" for desk in config.desks if desk.leads_channel}
    cards = {desk.support_channel: desk.name for desk in config.desks}
    slack = config.slack
    return leads | {slack.leads_channel: "the leads"} | cards | {slack.support_channel: config.desk.name}


def slack_senders_of(config: Config, house: House, wire: Wire) -> dict[Audience, Sender]:
    """Who tells the people in Slack."""
    db, style, clock = house.db, house.style, house.clock
    redrawn = _DRAWN_EVERY * timedelta(seconds=config.slack.seconds_between_messages)
    leads = LeadsSender(
        db, wire, house.policy, style, config.slack.leads_channel, house.people.rights.mention,
        house.permalink, clock, _leads_elsewhere(config),
    )  # fmt: skip
    elsewhere = {desk.name: desk.support_channel for desk in config.desks}
    return {
        Audience.CARD: CardSender(
            db, wire, config.slack.support_channel, house.policy, style, clock, redrawn, elsewhere
        ),
        Audience.AGENTS: ThreadSender(db, wire, house.policy, style, clock, house.permalink),
        Audience.LEADS: leads,
    }


def _leads_elsewhere(config: Config) -> dict[str, Leads]:
    rights = {each.name: each for each in others_of(config)}
    return {
        desk.name: Leads(desk.leads_channel or config.slack.leads_channel, rights[desk.name].mention)
        for desk in config.desks
    }


def file_senders_of(
    config: Config,
    house: House,
    wire: FileWire,
    read: Callable[[bytes], InboundEmail | Unreadable],
) -> dict[Audience, Sender]:
    """Who shows the files of mails, and who fetches those that go along with ours."""
    attached = Attached(house.db, read)
    packer = Packer(house.db, house.policy, house.style, attached)
    return {
        Audience.FILES: FilesSender(house.db, wire, attached, house.style, house.clock, packer),
        Audience.DESK: FilesFetcher(house.db, wire, attached, config.mail.files.of_reply, house.clock),
    }
