"""Wires what the desk says and hears in Slack, as the settings say."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from slack_bolt import App

from bot import canned, web
from bot.anchoring import Anchors
from bot.app import read_client, write_client
from bot.crowd import Crowds
from bot.digest import Digests
from bot.fetching import FilesFetcher
from bot.filewire import FileWire
from bot.house import House
from bot.lines import Style
from bot.pace import Pace
from bot.people import People, Rights
from bot.posting import CardSender, LeadsSender, ThreadSender
from bot.socket import Socket, app_of
from bot.uploading import FilesSender
from bot.wiping import Wiper
from bot.wire import Wire
from config import Config
from desk.delivery import Audience
from desk.event import Event
from desk.letter import Letter
from desk.ticket import Ticket
from mail.attached import Attached
from mail.reading import InboundEmail, Unreadable
from sla.policy import Policy
from store.database import Database
from store.sender import Sender

Clock = Callable[[], datetime]

_DRAWN_EVERY = 4.6
"""Two drawings of one card are as far apart as so many messages: about five seconds."""


class Slackroom:
    """clock: the desk's; machine: the real one, for the pace of messages.  foresee: words a mail."""

    def __init__(
        self,
        config: Config,
        db: Database,
        policy: Policy,
        foresee: Callable[[Ticket, Event], Letter],
        *,
        clock: Clock,
        machine: Clock,
    ) -> None:
        slack, desk = config.slack, config.desk
        self._config = config
        self._app_token = slack.app_token.get_secret_value() if slack.app_token else ""
        token = slack.bot_token.get_secret_value()
        write, read = write_client(token, api=slack.api_url), read_client(token, api=slack.api_url)
        self.people = People(read, rights_of(config), clock=clock)
        self.house = House(
            db, policy, self.people, write, Style(desk.prefix, desk.timezone), clock,
            app=app_of(self._app_token),
            language=desk.language,
            priority=desk.default_priority,
            alike_within=timedelta(days=desk.duplicate_days),
            a_mail_takes=config.mail.files.of_reply,
            undo=timedelta(seconds=desk.undo_seconds),
            foresee=foresee,
            canned=canned.read(desk.canned),
        )  # fmt: skip
        pace = Pace(clock=machine, sleep=time.sleep, every=timedelta(seconds=slack.seconds_between_messages))
        self._wire, self._files = Wire(write, read, pace), FileWire(write, read, pace, machine)

    def senders(self) -> dict[Audience, Sender]:
        """Who tells the people in Slack."""
        return slack_senders_of(self._config, self.house, self._wire)

    def file_senders(self, read: Callable[[bytes], InboundEmail | Unreadable]) -> dict[Audience, Sender]:
        """Who carries files to Slack and from it.  read: understands a mail."""
        return file_senders_of(self._config, self.house, self._files, read)

    def crowds(self) -> Crowds:
        """Who tells in one message of many new tickets."""
        house, channel = self.house, self._config.slack.support_channel
        return Crowds(house.db, self._wire, channel, house.style, link=house.permalink, clock=house.clock)

    def anchors(self) -> Anchors:
        """Who tells the anchor of each day."""
        audit = self._config.audit
        channel = self._config.slack.leads_channel if audit.anchor_in_slack else ""
        return Anchors(self.house.db, self._wire, channel, audit.anchor_file, self.house.clock)

    def wiper(self) -> Wiper:
        """Who takes out of Slack what was erased here."""
        return Wiper(self.house.db, self._wire, self.house.slack, self.house.clock)

    def digests(self) -> Digests | None:
        """Who tells each agent once a day what awaits them, where that is wished for."""
        digest = self._config.digest
        return Digests(self.house, self._wire, digest.moment) if digest.on else None

    def socket(self, app: App) -> Socket | None:
        """What Slack calls us through, where it is Socket Mode."""
        return Socket(app, self._app_token) if self._config.slack.mode == "socket" else None

    def inlet(self, app: App) -> web.Inlet | None:
        """What Slack calls us through, where it is HTTP."""
        slack = self._config.slack
        if slack.mode != "http" or not slack.signing_secret:
            return None
        return web.Inlet(app, slack.signing_secret.get_secret_value(), self.house.clock)


def rights_of(config: Config) -> Rights:
    """Who may work the desk."""
    slack = config.slack
    return Rights(slack.support_channel, frozenset(slack.leads), slack.leads_group, slack.team_id)


def slack_senders_of(config: Config, house: House, wire: Wire) -> dict[Audience, Sender]:
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
    house: House,
    wire: FileWire,
    read: Callable[[bytes], InboundEmail | Unreadable],
) -> dict[Audience, Sender]:
    """Who shows the files of mails, and who fetches those that go along with ours."""
    attached = Attached(house.db, read)
    return {
        Audience.FILES: FilesSender(house.db, wire, attached, house.style, house.clock),
        Audience.DESK: FilesFetcher(house.db, wire, attached, config.mail.files.of_reply, house.clock),
    }
