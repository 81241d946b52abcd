"""The tables of helpdesk.toml about the house itself: name, Slack, web address, database, log."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, field_validator

from desk.priority import Priority
from settings.section import Section
from settings.values import (
    CHANNEL,
    GROUP,
    TEAM,
    USER,
    Address,
    AppToken,
    BotToken,
    Language,
    Port,
    Token,
    database_url,
    https_url,
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
    shared_channels: tuple[Annotated[str, CHANNEL], ...] = Field(
        default=(),
        description="Channels that another organization may read as well; any other is told nothing then",
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


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error"
    )
    format: Literal["auto", "json", "console"] = Field(
        default="auto", description="json, console, or auto: console on a terminal"
    )
