"""Settings: helpdesk.toml and the environment become one frozen Config, once, at start.

Top to bottom: the values settings are made of, the settings, reading them, printing them.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import rrulestr
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo

from desk.priority import Priority
from sla import calendar

_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"


class Unfit(ValueError):
    """A value that reads well and means nothing: why, and what to write instead."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.reason, self.mend = reason, mend


class Period(NamedTuple):
    """A stretch of one day when the desk is staffed.  Closing at 00:00 means the end of that day."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}".replace("-00:00", "-24:00")


def _period(value: object) -> Period:
    if isinstance(value, Period):
        return value
    found = re.fullmatch(rf"({_CLOCK}) ?- ?({_CLOCK}|24:00)", str(value))
    if not found:
        raise Unfit(f"{value!r} is not a period", 'write it like "09:00-17:00"')
    opens, closes = (time.fromisoformat(text.replace("24:", "00:")) for text in found.groups())
    if closes != time(0) and opens >= closes:
        raise Unfit(f"{value!r} ends before it begins", "split a period that passes midnight over two days")
    return Period(opens, closes)


def _apart(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    ordered = tuple(sorted(periods))
    for first, second in pairwise(ordered):
        if first.closes == time(0) or second.opens < first.closes:
            raise Unfit(f"{first} and {second} overlap", "make one period of them")
    return ordered


def _rule(text: str) -> str:
    mend = f'write RFC 5545 text, like "{calendar.GOOD_FRIDAY}"'
    if re.search(r"INTERVAL=0+(\D|$)|FREQ=(HOUR|MINUTE|SECOND)LY", text.upper()):
        raise Unfit(f"{text!r} does not go from day to day", mend)  # the first would never end
    try:
        rrulestr(text, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 - any start will do, the text is only tried
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Unfit(f"{text!r} is not an RRULE ({error})", mend) from None
    return text


def _date_or_rule(value: object) -> date | str:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return _rule(str(value))


def _address(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>()\",;:]+@[^\s@<>()\",;:]+", text):
        raise Unfit(f"{text!r} is not a mail address", "write only the address, like help@example.com")
    return text


def _domain(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", text.lower()):
        raise Unfit(f"{text!r} is not a mail domain", "write what stands after the @, like example.com")
    return text.lower()


def _like(pattern: str, what: str, mend: str) -> AfterValidator:
    def check(value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not re.fullmatch(pattern, text):
            raise Unfit(f"does not look like {what}", mend)  # never the value: it may be a secret
        return value

    return AfterValidator(check)


def _no_switch(value: object) -> object:
    if isinstance(value, bool):
        raise Unfit("should be a number", "write it in digits")  # true would pass for 1
    return value


def _database_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    scheme, colon, rest = url.partition(":")
    if scheme in ("postgres", "postgresql"):
        return SecretStr(f"postgresql+psycopg{colon}{rest}")
    if scheme == "postgresql+psycopg" or (scheme == "sqlite" and rest.startswith("///") and rest[3:]):
        return value
    raise Unfit(
        "is not a database the desk can use",
        "write sqlite:///file.sqlite3 or postgresql://user:password@host/name",
    )


def _web_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unfit(f"{text!r} is not a web address", "write it like https://slack.com/api/")
    return text.rstrip("/") + "/"


_APP_PAGE = "in Slack's page of your app (api.slack.com/apps)"
_CHANNEL_MEND = "in Slack: click the channel's name, About, Channel ID at the very bottom"
_CHANNEL = _like(r"[CG][A-Z0-9]{2,}", "a channel id (C0123456789)", _CHANNEL_MEND)
_USER = _like(
    r"[UW][A-Z0-9]{2,}", "a user id (U0123456789)", "in Slack: the person's profile, More, Copy member ID"
)
_GROUP = _like(
    r"S[A-Z0-9]{2,}", "a user group id (S0123456789)", "in Slack: People, User groups, Copy group ID"
)
_TEAM = _like(
    r"[TE][A-Z0-9]{2,}", "a workspace id (T0123456789)", "it stands in the web address of the workspace"
)
_BOT_TOKEN_MEND = f"{_APP_PAGE}: OAuth & Permissions, Bot User OAuth Token"
_APP_TOKEN_MEND = f"{_APP_PAGE}: Basic Information, App-Level Tokens, one with connections:write"
_SIGNING_MEND = f"{_APP_PAGE}: Basic Information, App Credentials, Signing Secret"


Whole = Annotated[int, BeforeValidator(_no_switch)]
Port = Annotated[Whole, Field(ge=0, le=65535)]
Allowed = Annotated[float, BeforeValidator(_no_switch), Field(gt=0, allow_inf_nan=False)]
Address = Annotated[str, AfterValidator(_address)]
Domain = Annotated[str, AfterValidator(_domain)]
Day = Annotated[tuple[Annotated[Period, PlainValidator(_period)], ...], AfterValidator(_apart)]
Rule = Annotated[str, AfterValidator(_rule)]
ClosedDay = Annotated[date | str, PlainValidator(_date_or_rule)]
Token = Annotated[SecretStr, Field(min_length=1)]
BotToken = Annotated[SecretStr, _like(r"xoxb-\S+", "a bot token (xoxb-...)", _BOT_TOKEN_MEND)]
AppToken = Annotated[SecretStr, _like(r"xapp-\S+", "an app token (xapp-...)", _APP_TOKEN_MEND)]
Language = Literal["nl", "en"]

_NINE_TO_FIVE = (Period(time(9), time(17)),)


class Section(BaseModel):
    """One table of helpdesk.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Desk(Section):
    name: str = Field(default="Helpdesk", description="What the desk calls itself in mails", min_length=1)
    address: Address = Field(
        default="helpdesk@localhost", description="The mail address that customers write to"
    )
    prefix: str = Field(
        default="HD", description="What stands before a ticket's number", pattern=r"^[A-Z][A-Z0-9]{0,9}$"
    )
    language: Language = Field(
        default="en", description="The language of mails where nothing else decides: nl or en"
    )
    default_priority: Priority = Field(default=Priority.MEDIUM, description="The priority of a new ticket")
    timezone: ZoneInfo = Field(
        default=ZoneInfo("Europe/Amsterdam"),
        description="The time zone of dates that people read, and of [hours]",
    )


class Slack(Section):
    mode: Literal["socket", "http"] = Field(
        default="socket", description="How Slack reaches the desk: socket or http"
    )
    support_channel: Annotated[str, _CHANNEL] = Field(
        description="Where the cards go; full members of this channel are the agents",
        examples=["C0123456789"],
    )
    leads_channel: Annotated[str, _CHANNEL] = Field(
        description="Where the team leads are warned", examples=["C0987654321"]
    )
    leads: tuple[Annotated[str, _USER], ...] = Field(default=(), description="Team leads, as user ids")
    leads_group: Annotated[str, _GROUP] | None = Field(
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
    api_url: Annotated[str, AfterValidator(_web_url)] = Field(
        default="https://slack.com/api/",
        description="Another address of Slack's Web API, for trying things out",
    )
    team_id: Annotated[str, _TEAM] | None = Field(
        default=None,
        description="The home workspace; else the one the bot token belongs to",
        examples=["T0123456789"],
    )


class Web(Section):
    host: str = Field(
        default="127.0.0.1", description="Where health, metrics and Slack's requests are answered"
    )
    port: Port = Field(default=8025, description="The port for that; 0 takes any free one")


class Database(Section):
    url: Annotated[SecretStr, AfterValidator(_database_url)] = Field(
        default=SecretStr("sqlite:///helpdesk.sqlite3"),
        description="sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME for several replicas",
    )


class Week(Section):
    mon: Day = Field(
        default=_NINE_TO_FIVE, description='Monday, like ["09:00-12:30", "13:00-17:00"]; [] is closed'
    )
    tue: Day = Field(default=_NINE_TO_FIVE, description="Tuesday")
    wed: Day = Field(default=_NINE_TO_FIVE, description="Wednesday")
    thu: Day = Field(default=_NINE_TO_FIVE, description="Thursday")
    fri: Day = Field(default=_NINE_TO_FIVE, description="Friday")
    sat: Day = Field(default=(), description="Saturday")
    sun: Day = Field(default=(), description="Sunday")

    @model_validator(mode="after")
    def _some_day_is_open(self) -> Self:
        if not any(periods for _, periods in self):
            raise Unfit("has no open day, so no promise could ever fall due", "open the desk on some day")
        return self


class Hours(Section):
    timezone: ZoneInfo = Field(
        default=ZoneInfo("Europe/Amsterdam"), description="The time zone of the periods; else that of [desk]"
    )
    country: str = Field(default="NL", description="Whose public holidays are closed days; empty for none")
    subdivision: str = Field(
        default="", description="The state or province, where holidays differ; empty for the whole country"
    )
    closed_add: tuple[date, ...] = Field(default=(), description="Days closed as well, like [2026-12-24]")
    closed_remove: tuple[ClosedDay, ...] = Field(
        default=(calendar.GOOD_FRIDAY,),
        description="Public holidays worked all the same: dates or RRULE text (for NL: Good Friday)",
    )
    closed_rules: tuple[Rule, ...] = Field(
        default=(),
        description='More closed days as RRULE text, like ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"]',
    )
    week: Week = Week()

    @model_validator(mode="before")
    @classmethod
    def _good_friday_is_dutch(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("country", "NL") != "NL":
            return {"closed_remove": (), **given}
        return given

    @field_validator("country")
    @classmethod
    def _country_is_known(cls, country: str) -> str:
        try:
            if country:
                holidays.country_holidays(country)
        except NotImplementedError:
            raise Unfit(f"no holidays are known for {country!r}", 'write two letters, like "NL"') from None
        return country

    @field_validator("subdivision")
    @classmethod
    def _subdivision_is_known(cls, subdivision: str, info: ValidationInfo) -> str:
        country = info.data.get("country")
        try:
            if country and subdivision:
                holidays.country_holidays(country, subdiv=subdivision)
        except NotImplementedError:
            raise Unfit(
                f"{country} has no {subdivision!r} with holidays of its own", "leave it out"
            ) from None
        return subdivision

    @model_validator(mode="after")
    def _make_a_calendar(self) -> Self:
        try:
            self.calendar()
        except ValueError as error:
            raise Unfit(str(error), "mend closed_rules or closed_remove") from None
        return self

    def calendar(self) -> calendar.Calendar:
        """These hours in the words of the promises."""
        return calendar.Calendar(
            zone=self.timezone,
            week=calendar.Week(**dict(self.week)),
            country=self.country,
            subdivision=self.subdivision,
            add=self.closed_add,
            remove=self.closed_remove,
            rules=self.closed_rules,
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
    rate: Annotated[Decimal, BeforeValidator(_no_switch), Field(ge=0)] = Field(
        default=Decimal(125), description="EUR per hour, excluding VAT"
    )
    first_response: Goals = Field(
        default_factory=Goals, description="Targets that differ from [promises]", examples=[{"urgent": 4}]
    )
    recovery: Goals = Field(
        default_factory=Goals, description="The same for recovery", examples=[{"urgent": 6}]
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


class Imap(Section):
    host: str | None = Field(
        default=None,
        description="The mailbox's server; no mailbox is read without",
        examples=["imap.example.com"],
    )
    port: Port = Field(default=993, description="Its port")
    tls: Literal["tls", "starttls", "none"] = Field(default="tls", description="tls, starttls or none")
    user: str | None = Field(default=None, description="Who logs in", examples=["help@example.com"])
    password: Token | None = Field(default=None, description="The password for that", examples=["example"])
    folder: str = Field(default="INBOX", description="The folder that is read", min_length=1)
    poll_seconds: Allowed = Field(default=60, description="Seconds between two looks")
    idle: bool = Field(default=True, description="Whether the server may announce new mail in between (IDLE)")


class Listener(Section):
    enabled: bool = Field(default=False, description="Whether the desk accepts mail itself")
    host: str = Field(default="127.0.0.1", description="Where it listens")
    port: Port = Field(default=2525, description="The port for that; 0 takes any free one")
    protocol: Literal["smtp", "lmtp"] = Field(default="smtp", description="smtp or lmtp")
    max_bytes: Annotated[Whole, Field(ge=1024)] = Field(
        default=35_000_000, description="The largest mail that is accepted"
    )


class Smtp(Section):
    host: str = Field(default="localhost", description="The server that mails leave through", min_length=1)
    port: Port = Field(default=25, description="Its port")
    tls: Literal["starttls", "tls", "none"] = Field(default="none", description="starttls, tls or none")
    user: str | None = Field(
        default=None, description="Who logs in; nobody without", examples=["help@example.com"]
    )
    password: Token | None = Field(default=None, description="The password for that", examples=["example"])


class Mail(Section):
    templates: Path | None = Field(
        default=None, description="A folder whose templates replace the built-in ones", examples=["templates"]
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
    imap: Imap = Imap()
    listener: Listener = Listener()
    smtp: Smtp = Smtp()


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error"
    )
    format: Literal["auto", "json", "console"] = Field(
        default="auto", description="json, console, or auto: console on a terminal"
    )


class Config(Section):
    """Every setting, checked.  A Config that exists is valid."""

    desk: Desk = Desk()
    slack: Slack
    web: Web = Web()
    database: Database = Database()
    hours: Hours = Hours()
    promises: Promises = Promises()
    mail: Mail = Mail()
    log: Log = Log()
    contracts: tuple[Contract, ...] = Field(default=(), description="Clients with promises of their own")
    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("contracts")
    @classmethod
    def _no_two_claim_one_customer(cls, contracts: tuple[Contract, ...]) -> tuple[Contract, ...]:
        claimed: dict[str, str] = {}
        for contract in contracts:
            for claim in (*contract.domains, *contract.addresses):
                if claimed.setdefault(claim, contract.name) != contract.name:
                    raise Unfit(
                        f"{claim} is claimed by {claimed[claim]} and {contract.name}", "leave it to one"
                    )
        return contracts


# --- Reading ------------------------------------------------------------------------------------------------

_SPECIAL = {
    "slack.bot_token": "SLACK_BOT_TOKEN",
    "slack.app_token": "SLACK_APP_TOKEN",
    "slack.signing_secret": "SLACK_SIGNING_SECRET",
    "slack.api_url": "SLACK_API_URL",
    "database.url": "DATABASE_URL",
}
# What others put into the environment under our name: the tests, the choice of the file, and what container
# platforms make up for a service that is called "helpdesk".
_NOT_OURS = re.compile(r"HELPDESK_(TEST_.*|CONFIG|SERVICE_(HOST|PORT.*)|PORT(_\d+_.*)?)")
_NEEDED_WHEN = (
    ("slack.app_token", "slack.mode", "socket", _APP_TOKEN_MEND),
    ("slack.signing_secret", "slack.mode", "http", _SIGNING_MEND),
    ("mail.imap.user", "mail.imap.host", None, "from whoever keeps the mailbox"),
    ("mail.imap.password", "mail.imap.host", None, "from whoever keeps the mailbox"),
    ("mail.smtp.password", "mail.smtp.user", None, "from whoever keeps the mail server"),
)
_MENDS = {
    **{key: mend for key, _, _, mend in _NEEDED_WHEN},
    "slack.bot_token": _BOT_TOKEN_MEND,
    "slack.support_channel": _CHANNEL_MEND,
    "slack.leads_channel": _CHANNEL_MEND,
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with one setting."""

    key: str
    reason: str
    mend: str

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}; {self.mend}"


class ConfigRefused(Exception):
    """The settings cannot be used.  Names every problem at once and never a secret's value."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            "\n".join([f"The settings cannot be used: {count}.", *(f"  {each}" for each in problems)])
        )


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the file, if one is named, and lay the environment over it.  Raises ConfigRefused."""
    problems: list[Problem] = []
    raw = _read_file(path, problems) if path else {}
    if problems:
        raise ConfigRefused(problems)
    sources = {key: str(path) for key, _ in _leaves(Config) if _get(raw, key) is not None}
    sources |= _overlay(raw, environ, problems)
    sources |= _inherit(raw)
    config = _validated(raw, sources, problems)
    if config is None or problems:
        raise ConfigRefused(problems)
    config._sources.update(sources)
    return config


def _read_file(path: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except IsADirectoryError:
        problems.append(
            Problem(
                str(path), "is a folder", "put a file there (a container makes a folder of a missing file)"
            )
        )
    except OSError as error:
        problems.append(
            Problem(str(path), f"cannot be read ({error.strerror})", "start from helpdesk.example.toml")
        )
    except UnicodeDecodeError as error:
        problems.append(Problem(str(path), f"is not UTF-8 (byte {error.start + 1})", "save it as UTF-8"))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(str(path), f"is not TOML: {error}", "mend that line"))
    return {}


def _overlay(raw: dict[str, Any], environ: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    """Lay the environment over the file's values and say which keys it set.  An empty variable is none."""
    known = {_variable(key): (key, field) for key, field in _settings(Config)}
    sources: dict[str, str] = {}
    for name, (key, field) in known.items():
        source, text = _given(name, field, environ, problems)
        if text is not None:
            sources |= dict.fromkeys(_lay(raw, key, _parsed(text, field)), source)
    problems.extend(_strangers(known, environ))
    return sources


def _given(
    name: str, field: FieldInfo, environ: Mapping[str, str], problems: list[Problem]
) -> tuple[str, str | None]:
    """The variable that holds the value, and the value."""
    text, file = environ.get(name) or None, _is_secret(field) and environ.get(f"{name}_FILE")
    if text and file:
        problems.append(Problem(name, f"is set, and so is {name}_FILE", "keep one of them"))
    if text or not file:
        return name, text
    return f"{name}_FILE", _secret_in(Path(file), f"{name}_FILE", problems)


def _secret_in(path: Path, name: str, problems: list[Problem]) -> str:
    reason = "is empty"
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        text, reason = "", f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        text, reason = "", "is not text"
    if not text:
        problems.append(
            Problem(name, f"{path} {reason}", "name a readable file that holds nothing but the secret")
        )
    return text


def _parsed(text: str, field: FieldInfo) -> Any:
    """Lists and tables come as JSON or with commas; all else is text for the model to judge."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        if _is_list(field):
            return json.loads(text) if text.lstrip().startswith("[") else parts
        if _section(field):
            return (
                json.loads(text) if text.lstrip().startswith("{") else dict(part.split("=") for part in parts)
            )
    except ValueError:
        pass  # the model says what it wants instead of this text
    return text


def _strangers(known: Mapping[str, tuple[str, FieldInfo]], environ: Mapping[str, str]) -> Iterator[Problem]:
    allowed = {*known, *(f"{name}_FILE" for name, (_, field) in known.items() if _is_secret(field))}
    for name in sorted(environ):
        if name.startswith("HELPDESK_") and name not in allowed and not _NOT_OURS.fullmatch(name):
            special = _SPECIAL.get(name.removeprefix("HELPDESK_").lower().replace("__", "."))
            near = [special] if special else difflib.get_close_matches(name, sorted(allowed), n=1, cutoff=0.8)
            yield Problem(name, "is not a setting", f"did you mean {near[0]}?" if near else "remove it")


def _inherit(raw: dict[str, Any]) -> dict[str, str]:
    """What is not said is taken from a more general place: the desk's zone, the desk's hours."""
    sources = {}
    zone, contracts = _get(raw, "desk.timezone"), raw.get("contracts")
    if zone is not None and _get(raw, "hours.timezone") is None:
        sources = dict.fromkeys(_lay(raw, "hours.timezone", zone), "desk.timezone")
    for contract in contracts if isinstance(contracts, list) else ():
        if isinstance(_get(contract, "hours"), dict) and isinstance(raw.get("hours"), dict):
            contract["hours"] = _merged(raw["hours"], contract["hours"])
    return sources


def _validated(raw: dict[str, Any], sources: Mapping[str, str], problems: list[Problem]) -> Config | None:
    missing = [key for key, when, value, _ in _NEEDED_WHEN if _is_needed(raw, key, when, value)]
    config = None
    try:
        config = Config.model_validate({"slack": {}, **raw})
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
        missing += [_key(error["loc"]) for error in errors if error["type"] == "missing"]
        told = [_problem(error, sources) for error in errors if error["type"] != "missing"]
        problems.extend(each for each in told if not _is_inherited(each, told, sources))
    problems.extend(_missing(key) for key in missing if key not in sources)
    return config


def _is_inherited(problem: Problem, told: list[Problem], sources: Mapping[str, str]) -> bool:
    """Whether the mistake was made, and is told, in the place that this one takes its value from."""
    if problem.key.startswith("contracts[") and "." in problem.key:
        general = problem.key.partition(".")[2]
        return any(each.key.startswith(general) and each.reason == problem.reason for each in told)
    return sources.get(problem.key) == "desk.timezone"


def _is_needed(raw: Mapping[str, Any], key: str, when: str, value: str | None) -> bool:
    if _get(raw, key) is not None:
        return False
    given = _get(raw, when)
    if value is None:
        return given is not None
    return bool((given or dict(_settings(Config))[when].default) == value)


def _missing(key: str) -> Problem:
    if key.startswith("contracts"):
        return Problem(key, "is missing", "every contract has a name")
    section, _, name = key.rpartition(".")
    where = f"set {_variable(key)}, or {name} in [{section}] of the file"
    return Problem(key, "is missing", f"{where} ({_MENDS[key]})")


def _problem(error: Mapping[str, Any], sources: Mapping[str, str]) -> Problem:
    key = _key(error["loc"])
    source = next((name for start, name in sources.items() if key.startswith(start) and name.isupper()), None)
    shown = f"{key} (from {source})" if source else key
    match error:
        case {"type": "extra_forbidden"}:
            return Problem(shown, "is not a setting", _did_you_mean(error["loc"]))
        case {"ctx": {"error": Unfit() as unfit}}:
            return Problem(shown, unfit.reason, unfit.mend)
        case {"type": "zoneinfo_str"}:
            return Problem(shown, f"{error['input']!r} is not a time zone", "write it like Europe/Amsterdam")
    reason = str(error["msg"]).replace("Input should be", "should be")
    field = dict(_settings(Config)).get(re.sub(r"\[.*", "", key))
    if not field:
        return Problem(shown, reason, "see helpdesk.example.toml")
    if _section(field):
        return Problem(shown, "should be a table", f"write its settings under [{key}]")
    return Problem(shown, reason, f"for example {_written(_sample(field))}")


def _did_you_mean(loc: tuple[str | int, ...]) -> str:
    keys = [key for key, _ in _settings(Config)]
    model: type[BaseModel] = Config
    for step in loc[:-1]:
        model = (isinstance(step, str) and _model_in(model.model_fields[step].annotation)) or model
    name, key = str(loc[-1]), _key(loc)
    near = difflib.get_close_matches(name, list(model.model_fields), n=1)
    if near:
        return f"did you mean {near[0]}?"
    elsewhere = [other for other in keys if other.rpartition(".")[2] == name]
    near = elsewhere or difflib.get_close_matches(key, keys, n=1, cutoff=0.8)
    return f"did you mean {' or '.join(near)}?" if near else "remove it"


# --- Printing -----------------------------------------------------------------------------------------------


def describe(config: Config) -> list[str]:
    """Say what would be used and where each value came from.  Secrets are masked."""
    lines = []
    for key, _ in _leaves(Config):
        value = _value(config, key)
        shown = "not set" if value is None else _masked(key, value)
        lines.append(f"{key:<32} {shown:<44} {config._sources.get(key, 'default')}")
    return lines


def _masked(key: str, value: Any) -> str:
    if not isinstance(value, SecretStr):
        return _written(value)
    text = value.get_secret_value()
    if key == "database.url":
        return re.sub(r"(?<=password=)[^&]*", "***", re.sub(r"(//[^:/@]*:).*(?=@)", r"\1***", text))
    is_token = text.startswith(("xoxb-", "xapp-")) and len(text) >= 16
    return "***" + (text[-4:] if is_token else "")


_INTRO = """\
# Every setting of the desk.  Copy this file to helpdesk.toml and take away the # before what you change.
# A line like #name = "Helpdesk" shows the default, or an example where the text above it says so.
# The environment beats this file: HELPDESK_SECTION__NAME, like HELPDESK_WEB__PORT or HELPDESK_HOURS__WEEK,
# with lists as JSON or with commas, and the names given below.  A secret may also stand in a file of its own,
# named by its variable with _FILE behind it."""


def example() -> str:
    """The text of helpdesk.example.toml."""
    return "\n".join([_INTRO, *_table(Config, ""), *_contract()]) + "\n"


def _table(model: type[BaseModel], above: str) -> Iterator[str]:
    fields = model.model_fields.items()
    for name, field in fields:
        if not _section(field) and name != "contracts":
            yield from _entry(f"{above}{name}", name, field)
    for name, field in fields:
        inner = _section(field)
        if inner:
            yield from ("", f"[{above}{name}]", *_table(inner, f"{above}{name}."))


def _entry(key: str, name: str, field: FieldInfo) -> Iterator[str]:
    note = (
        " (needed; an example)"
        if field.is_required()
        else " (not set; an example)"
        if field.default is None
        else ""
    )
    yield f"# {field.description}{note}"
    if _is_secret(field) or key in _SPECIAL:
        variable = _variable(key)
        yield f"# In the environment: {variable}" + (f" or {variable}_FILE" if _is_secret(field) else "")
    yield f"#{name} = {_written(_sample(field))}"


def _contract() -> Iterator[str]:
    yield from ("", "# Clients with promises of their own, one such table for each", "#[[contracts]]")
    for name, field in Contract.model_fields.items():
        yield from _entry(f"contracts.{name}", name, field)


def _sample(field: FieldInfo) -> Any:
    return field.examples[0] if field.examples else field.get_default(call_default_factory=True)


def _written(value: Any) -> str:
    """The value as TOML writes it."""
    match value:
        case SecretStr():
            return _written(value.get_secret_value())
        case BaseModel():
            return _written(value.model_dump(exclude_unset=True))
        case Period() | ZoneInfo() | Path():
            return f'"{value}"'
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_written(each)}" for key, each in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(_written, value)) + "]"
        case date() | Decimal():
            return str(value)
    return json.dumps(value, ensure_ascii=False)


# --- Walking the model --------------------------------------------------------------------------------------


def _settings(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key with its field, a table before what is in it."""
    for name, field in model.model_fields.items():
        yield f"{above}{name}", field
        inner = _section(field)
        if inner:
            yield from _settings(inner, f"{above}{name}.")


def _leaves(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    return ((key, field) for key, field in _settings(model) if not _section(field))


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def _is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


def _variable(key: str) -> str:
    return _SPECIAL.get(key) or "HELPDESK_" + key.upper().replace(".", "__")


def _key(loc: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc).lstrip(".")


def _get(raw: Any, key: str) -> Any:
    for step in key.split("."):
        raw = raw.get(step) if isinstance(raw, dict) else None
    return raw


def _value(config: Config, key: str) -> Any:
    value: Any = config
    for step in key.split("."):
        value = getattr(value, step)
    return value


def _lay(raw: dict[str, Any], key: str, value: Any) -> Iterator[str]:
    """Put the value where the key says, and yield the keys that were set."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _lay(raw, f"{key}.{name}", each)
        return
    *above, last = key.split(".")
    for step in above:
        raw = raw.setdefault(step, {}) if isinstance(raw, dict) else raw
    if isinstance(raw, dict) and value != "":
        raw[last] = value
    yield key


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    inner = {
        key: _merged(below[key], value)
        for key, value in above.items()
        if isinstance(value, dict) and isinstance(below.get(key), dict)
    }
    return {**below, **above, **inner}
