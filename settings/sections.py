"""The tables of helpdesk.toml: every setting with its default and what it is for."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from desk.priority import Priority
from settings.files import Files
from settings.hours import Hours
from settings.mailboxes import Imap, OAuth, Smtp
from settings.section import Section
from settings.values import (
    CHANNEL,
    COLOUR,
    GROUP,
    PICTURE,
    TEAM,
    USER,
    Address,
    Allowed,
    AppToken,
    BotToken,
    Domain,
    Language,
    Port,
    Sender,
    Token,
    Unfit,
    Whole,
    database_url,
    https_url,
    no_switch,
    web_url,
)


class Desk(Section):
    name: str = Field(default="Helpdesk", description="What the desk calls itself in mails", min_length=1)
    address: Address = Field(
        default="helpdesk@localhost", description="The mail address that customers write to"
    )
    prefix: str = Field(
        default="HD", description="What stands before a ticket's number", pattern=r"^[A-Z][A-Z0-9]{0,9}$"
    )
    language: Language = Field(
        default="en", description="The language of mails where nothing else decides: nl, en, de or fr"
    )
    default_priority: Priority = Field(default=Priority.MEDIUM, description="The priority of a new ticket")
    duplicate_days: int = Field(
        default=7,
        ge=0,
        le=365,
        description="Days for which a new ticket is compared with earlier ones of its customer; 0: never",
    )
    undo_seconds: int = Field(
        default=20,
        ge=0,
        le=60,
        description="Seconds for which a mail of an agent waits, so that it can be taken back; 0: none",
    )
    asks_opinion: bool = Field(
        default=True,
        description="Whether the mail that says it is solved asks if the customer was helped well",
    )
    canned: Path | None = Field(
        default=None,
        description="A folder of canned replies: nl/later.md or later.nl.md, its first line the title",
        examples=["canned"],
    )
    timezone: ZoneInfo = Field(
        default=ZoneInfo("Europe/Amsterdam"),
        description="The time zone of dates that people read, and of [hours]",
    )


class Slack(Section):
    mode: Literal["socket", "http"] = Field(
        default="socket", description="How Slack reaches the desk: socket or http"
    )
    support_channel: Annotated[str, CHANNEL] = Field(
        description="Where the cards go; full members of this channel are the agents",
        examples=["C0123456789"],
    )
    leads_channel: Annotated[str, CHANNEL] = Field(
        description="Where the team leads are warned", examples=["C0987654321"]
    )
    leads: tuple[Annotated[str, USER], ...] = Field(default=(), description="Team leads, as user ids")
    leads_group: Annotated[str, GROUP] | None = Field(
        default=None, description="Team leads, as the id of a Slack user group", examples=["S0123456789"]
    )
    bot_token: BotToken = Field(description="The bot's token", examples=["xoxb-0000000000-example"])
    app_token: AppToken | None = Field(
        default=None,
        description="The app's token, needed in socket mode",
        examples=["xapp-1-A000-0000-example"],
    )
    signing_secret: Token | None = Field(
        default=None,
        description="The signing secret, needed in http mode",
        examples=["0123456789abcdef0123456789abcdef"],
    )
    api_url: Annotated[str, AfterValidator(web_url)] = Field(
        default="https://slack.com/api/",
        description="Another address of Slack's Web API, for trying things out",
    )
    seconds_between_messages: float = Field(
        default=1.1, description="How far apart messages to one channel are; Slack allows one a second", ge=0
    )
    team_id: Annotated[str, TEAM] | None = Field(
        default=None,
        description="The home workspace; else the one the bot token belongs to",
        examples=["T0123456789"],
    )


class Web(Section):
    host: str = Field(
        default="127.0.0.1", description="Where health, metrics and Slack's requests are answered"
    )
    port: Port = Field(default=8025, description="The port for that; 0 takes any free one")
    public_address: Annotated[str, AfterValidator(https_url)] | None = Field(
        default=None,
        description="Where customers reach this over https: their mails then have links to answer by",
        examples=["https://desk.example.com/"],
    )

    @field_validator("public_address")
    @classmethod
    def _ends_in_a_slash(cls, address: str | None) -> str | None:
        return address and address.rstrip("/") + "/"


class Database(Section):
    url: Annotated[SecretStr, AfterValidator(database_url)] = Field(
        default=SecretStr("sqlite:///helpdesk.sqlite3"),
        description="sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME for several replicas",
    )


class FirstResponse(Section):
    urgent: Allowed = Field(
        default=8, description="Working hours within which a human answers an urgent ticket"
    )
    high: Allowed = Field(default=8, description="The same for high")
    medium: Allowed = Field(default=16, description="The same for medium")
    low: Allowed = Field(default=16, description="The same for low")


class Recovery(Section):
    urgent: Allowed = Field(default=8, description="Working hours within which an urgent ticket is solved")
    high: Allowed = Field(default=16, description="The same for high")
    medium: Allowed = Field(default=40, description="The same for medium")
    low: Allowed = Field(default=112, description="The same for low")


_BY_URGENCY = ("urgent", "high", "medium", "low")


def _grows(allowed: Mapping[str, float], goal: str) -> None:
    """Refuse a target that is longer than that of a less urgent ticket."""
    for more, less in pairwise(_BY_URGENCY):
        if allowed[more] > allowed[less]:
            raise Unfit(
                f"{goal}.{more} is {allowed[more]:g} hours and {goal}.{less} only {allowed[less]:g}",
                "what is more urgent may not take longer",
            )


def _answers_first(first_response: Mapping[str, float], recovery: Mapping[str, float]) -> None:
    """Refuse an answer that is promised for after the solution."""
    for priority in _BY_URGENCY:
        if first_response[priority] > recovery[priority]:
            raise Unfit(
                f"first_response.{priority} is {first_response[priority]:g} hours and "
                f"recovery.{priority} only {recovery[priority]:g}",
                "a ticket is answered before it is solved",
            )


def refuse_odd(first_response: Mapping[str, float], recovery: Mapping[str, float]) -> None:
    """Refuse targets that shrink as tickets get less urgent, or answer after they solve.  Raises Unfit."""
    _grows(first_response, "first_response")
    _grows(recovery, "recovery")
    _answers_first(first_response, recovery)


class Promises(Section):
    levels: tuple[Annotated[Whole, Field(ge=1, le=100)], ...] = Field(
        default=(50, 75, 100),
        description="Percentages of a target at which the desk speaks up; 100 is the breach",
    )
    reminder_hours: Allowed = Field(
        default=48, description="Hours of silence after which a customer is reminded, once"
    )
    silence_hours: Allowed = Field(
        default=72, description="Hours of silence that resolve a ticket; weekends count"
    )
    close_after_days: Allowed = Field(
        default=7, description="Days after which a resolved or cancelled ticket is closed"
    )
    response_counts: Literal["reply", "reply-or-taken"] = Field(
        default="reply", description="What stops the first-response clock: reply or reply-or-taken"
    )
    first_response: FirstResponse = FirstResponse()
    recovery: Recovery = Recovery()

    @field_validator("levels")
    @classmethod
    def _levels_ascend(cls, levels: tuple[int, ...]) -> tuple[int, ...]:
        if not levels or list(levels) != sorted(set(levels)):
            raise Unfit(f"{list(levels)} does not ascend", "write it like [50, 75, 100]")
        return levels

    @field_validator("silence_hours")
    @classmethod
    def _reminder_comes_first(cls, silence: float, info: ValidationInfo) -> float:
        if silence <= info.data.get("reminder_hours", 0):
            raise Unfit("is not longer than reminder_hours", "remind before the silence resolves the ticket")
        return silence

    @model_validator(mode="after")
    def _targets_fit_together(self) -> Self:
        refuse_odd(dict(self.first_response), dict(self.recovery))
        return self


class Goals(Section):
    urgent: Allowed | None = None
    high: Allowed | None = None
    medium: Allowed | None = None
    low: Allowed | None = None


class Contract(Section):
    name: str = Field(description="The client", min_length=1, examples=["Example BV"])
    domains: tuple[Domain, ...] = Field(
        default=(), description="Mail domains of the client", examples=[["example.com"]]
    )
    addresses: tuple[Address, ...] = Field(
        default=(), description="Single addresses; they beat domains", examples=[["someone@example.org"]]
    )
    language: Language | None = Field(
        default=None, description="The language of the client's mails", examples=["nl"]
    )
    rate: Annotated[Decimal, BeforeValidator(no_switch), Field(ge=0)] = Field(
        default=Decimal(125), description="EUR per hour, excluding VAT"
    )
    first_response: Goals = Field(
        default_factory=Goals, description="Targets that differ from [promises]", examples=[{"urgent": 4}]
    )
    recovery: Goals = Field(
        default_factory=Goals, description="The same for recovery", examples=[{"urgent": 6}]
    )
    approvers: tuple[Address, ...] = Field(
        default=(),
        description="Who may approve a budget; where nobody is named, the ticket's own customer",
        examples=[["boss@example.com"]],
    )
    report_to: Address | None = Field(
        default=None,
        description="Who gets the month in figures by mail, once a lead has released it",
        examples=["boss@example.com"],
    )
    hours: Hours | None = Field(
        default=None,
        description="Business hours that differ from [hours]",
        examples=[{"week": {"sat": ["10:00-14:00"]}}],
    )

    @model_validator(mode="after")
    def _matches_somebody(self) -> Self:
        if not self.domains and not self.addresses:
            raise Unfit("matches nobody", "give it domains or addresses")
        return self

    def fits(self, general: Promises) -> None:
        """Refuse its targets together with those it does not change.  Raises Unfit."""
        own = [{name: hours for name, hours in table if hours is not None}
               for table in (self.first_response, self.recovery)]  # fmt: skip
        refuse_odd(dict(general.first_response) | own[0], dict(general.recovery) | own[1])


class Listener(Section):
    enabled: bool = Field(default=False, description="Whether the desk accepts mail itself")
    host: str = Field(default="127.0.0.1", description="Where it listens")
    port: Port = Field(default=2525, description="The port for that; 0 takes any free one")
    protocol: Literal["smtp", "lmtp"] = Field(default="smtp", description="smtp or lmtp")
    max_bytes: Annotated[Whole, Field(ge=1024)] = Field(
        default=35_000_000, description="The largest mail that is accepted"
    )


class Journal(Section):
    address: Address | None = Field(
        default=None,
        description="An address of the desk's mailbox that gets a copy of every mail, as proof that it left",
        examples=["help+sent@example.com"],
    )
    folder: str | None = Field(
        default=None,
        description="The folder of [mail.imap] in which the mail server keeps what it sent, if it does",
        examples=["Sent"],
        min_length=1,
    )


class Brand(Section):
    signature: str | None = Field(
        default=None,
        description="What stands below every mail, in Markdown",
        examples=["**Example BV** · [example.com](https://example.com)\n+31 20 000 0000"],
    )
    address_line: str | None = Field(
        default=None,
        description="Who and where the company is, in one line",
        examples=["Example BV, Keizersgracht 1, 1015 CJ Amsterdam, KvK 00000000"],
    )
    logo: Annotated[str, PICTURE] | None = Field(
        default=None,
        description="The web address of a picture, shown 28 pixels high",
        examples=["https://example.com/logo.png"],
    )
    colour: Annotated[str, COLOUR] = Field(
        default="#1a5fb4", description="The colour of the line above the signature"
    )


_Count = Annotated[Whole, Field(ge=1, le=1000)]


class Limits(Section):
    of_sender: _Count = Field(
        default=20, description="Mails of one sender in ten minutes that are told; the others are counted"
    )
    on_ticket: _Count = Field(default=30, description="The same for the mails on one ticket")
    of_strangers: _Count = Field(
        default=20, description="New tickets a minute of people who never wrote; the others are counted"
    )
    confirmations: _Count = Field(
        default=30, description="Mails a minute that the desk answers by itself, all senders together"
    )


class Mail(Section):
    templates: Path | None = Field(
        default=None, description="A folder whose templates replace the built-in ones", examples=["templates"]
    )
    languages: tuple[Language, ...] = Field(
        default=("nl", "en"),
        description="The languages in which customers are answered who write in them: of nl, en, de, fr",
        examples=[["nl", "en", "de", "fr"]],
    )
    trusted_authserv: str | None = Field(
        default=None,
        description="The authserv-id of your own mail server, whose Authentication-Results are believed",
        examples=["mx.example.com"],
    )
    message_secret: Annotated[SecretStr, Field(min_length=16)] | None = Field(
        default=None,
        description="Signs our Message-IDs; made once and kept in the database where it is not set",
        examples=["at-least-16-characters"],
    )
    received_by: tuple[str, ...] = Field(
        default=(),
        description='Your own mail servers, as they name themselves behind "by" in Received: with mail that '
        "they hand to the listener or to `helpdesk deliver`, clocks start when they received it",
        examples=[["mx.example.com"]],
    )
    ca_file: Path | None = Field(
        default=None,
        description="Certificates of authorities of your own, trusted beside the system's",
        examples=["our-authority.pem"],
    )
    oauth: OAuth = OAuth()
    reply_tags: bool = Field(
        default=False,
        description="Whether answers come to help+TAG@..., if your mail server takes such mail",
    )
    agents: tuple[Address, ...] = Field(
        default=(),
        description="The agents' mail addresses: what they forward opens a ticket for whoever wrote it",
        examples=[["robin@example.com"]],
    )
    blocked: tuple[Sender, ...] = Field(
        default=(),
        description="Addresses and domains whose mail is kept and not read",
        examples=[["spam.example", "someone@example.net"]],
    )
    limits: Limits = Limits()
    files: Files = Files()
    imap: Imap = Imap()
    listener: Listener = Listener()
    smtp: Smtp = Smtp()
    journal: Journal = Journal()
    brand: Brand = Brand()


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error"
    )
    format: Literal["auto", "json", "console"] = Field(
        default="auto", description="json, console, or auto: console on a terminal"
    )
