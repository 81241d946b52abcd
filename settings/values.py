"""The values that settings are made of, each checked with a reason and a mend."""

import json
import re
from datetime import date, time
from importlib.util import find_spec
from ipaddress import ip_address
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    SecretStr,
)

from desk.company import is_provider
from sla import calendar, rules

_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"


class Unfit(ValueError):
    """A value that reads well and means nothing: why, and what to write instead.

    at: the key within the table that was checked, where only one of them is meant."""

    def __init__(self, reason: str, mend: str, *, at: str = "") -> None:
        super().__init__(reason)
        self.reason, self.mend, self.at = reason, mend, at


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
    try:
        rules.check(text)
    except ValueError as error:
        raise Unfit(str(error), f'write RFC 5545 text, like "{calendar.GOOD_FRIDAY}"') from None
    return text


def _date_or_rule(value: object) -> date | str:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return _rule(str(value))


def table(value: object) -> object:
    """A table from the environment comes as JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        mend = 'write it like {"2026-12-24": ["09:00-13:00"]}'
        raise Unfit(f"{value!r} is not a table", mend) from None


def _address(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>()\",;:]+@[^\s@<>()\",;:]+", text):
        raise Unfit(f"{text!r} is not a mail address", "write only the address, like help@example.com")
    return text


def _domain(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", text.lower()):
        raise Unfit(f"{text!r} is not a mail domain", "write what stands after the @, like example.com")
    return text.lower()


def sender_named(text: str) -> str:
    """Whom somebody means to block: an address or a domain.  Raises Unfit."""
    return _address(text).lower() if "@" in text else _domain(text)


def _client_domain(text: str) -> str:
    if is_provider(text):
        raise Unfit(f"{text!r} is where anybody has a mailbox", "name the client's people under addresses")
    return _domain(text)


def _like(pattern: str, what: str, mend: str) -> AfterValidator:
    def check(value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not re.fullmatch(pattern, text):
            raise Unfit(f"does not look like {what}", mend)  # never the value: it may be a secret
        return value

    return AfterValidator(check)


def no_switch(value: object) -> object:
    if isinstance(value, bool):
        raise Unfit("should be a number", "write it in digits")  # true would pass for 1
    return value


_DRIVER_MEND = "./run helpdesk brings it; elsewhere: uv sync --extra postgres, or pip install '.[postgres]'"


def database_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    scheme, colon, rest = url.partition(":")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        if find_spec("psycopg") is None:
            raise Unfit("is PostgreSQL, and its driver is not installed", _DRIVER_MEND)
        return SecretStr(_readable(f"postgresql+psycopg{colon}{rest}"))
    if scheme == "sqlite" and rest.startswith("///") and rest[3:]:
        return value
    raise Unfit(
        "is not a database the desk can use",
        "write sqlite:///file.sqlite3 or postgresql://user:password@host/name",
    )


def _readable(url: str) -> str:
    from sqlalchemy import make_url  # which takes a while, and most commands need no PostgreSQL
    from sqlalchemy.exc import ArgumentError

    try:
        make_url(url)
    except (ValueError, ArgumentError) as problem:
        mend = "write it like postgresql://user:password@host:5432/name, an @ in the password as %40"
        raise Unfit("cannot be read", mend) from problem
    return url


def web_url(text: str) -> str:
    """Where a token is sent to; with a slash at its end."""
    return _https(text, "write it like https://slack.com/api/").rstrip("/") + "/"


def https_url(text: str) -> str:
    return _https(text, "write it like https://oauth2.googleapis.com/token")


def _https(text: str, mend: str) -> str:
    """The address, encrypted unless it is this machine's."""
    parts = urlsplit(text)
    here = bool(parts.hostname and _is_this_machine(parts.hostname))
    if not parts.hostname or parts.scheme not in (("https", "http") if here else ("https",)):
        raise Unfit(f"{text!r} is not an https address", mend)
    return text


def refuse_plain_text(host: str | None, tls: str, *, allowed: bool) -> None:
    """Refuse to send a password over a network that everybody can read.  Raises Unfit."""
    if tls == "none" and host and not allowed and not _is_this_machine(host):
        raise Unfit(
            f"mail and password would cross the network to {host} unencrypted",
            'set tls = "starttls" or "tls"; if it must be, allow_plain_text = true',
            at="tls",
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


_APP_PAGE = "in Slack's page of your app (api.slack.com/apps)"
CHANNEL_MEND = "in Slack: click the channel's name, About, Channel ID at the very bottom"
CHANNEL = _like(r"[CG][A-Z0-9]{2,}", "a channel id (C0123456789)", CHANNEL_MEND)
USER = _like(
    r"[UW][A-Z0-9]{2,}", "a user id (U0123456789)", "in Slack: the person's profile, More, Copy member ID"
)
GROUP = _like(
    r"S[A-Z0-9]{2,}", "a user group id (S0123456789)", "in Slack: People, User groups, Copy group ID"
)
COLOUR = _like(r"#[0-9A-Fa-f]{6}", "a colour", "write it like #1a5fb4")
PICTURE = _like(
    r"https://[^\s\"'<>]+", "the web address of a picture", "write it like https://example.com/logo.png"
)
TEAM = _like(
    r"[TE][A-Z0-9]{2,}", "a workspace id (T0123456789)", "it stands in the web address of the workspace"
)
BOT_TOKEN_MEND = f"{_APP_PAGE}: OAuth & Permissions, Bot User OAuth Token"
APP_TOKEN_MEND = f"{_APP_PAGE}: Basic Information, App-Level Tokens, one with connections:write"
SIGNING_MEND = f"{_APP_PAGE}: Basic Information, App Credentials, Signing Secret"


Whole = Annotated[int, BeforeValidator(no_switch)]
Port = Annotated[Whole, Field(ge=0, le=65535)]
Allowed = Annotated[float, BeforeValidator(no_switch), Field(gt=0, allow_inf_nan=False)]
Address = Annotated[str, AfterValidator(_address)]
Domain = Annotated[str, AfterValidator(_client_domain)]
Sender = Annotated[str, AfterValidator(sender_named)]
Day = Annotated[tuple[Annotated[Period, PlainValidator(_period)], ...], AfterValidator(_apart)]
Rule = Annotated[str, AfterValidator(_rule)]
ClosedDay = Annotated[date | str, PlainValidator(_date_or_rule)]
Token = Annotated[SecretStr, Field(min_length=1)]
BotToken = Annotated[SecretStr, _like(r"xoxb-\S+", "a bot token (xoxb-...)", BOT_TOKEN_MEND)]
AppToken = Annotated[SecretStr, _like(r"xapp-\S+", "an app token (xapp-...)", APP_TOKEN_MEND)]
Ending = Annotated[str, _like(r"[a-z0-9]{1,10}", "the ending of a file", "write it like exe")]
Language = Literal["nl", "en", "de", "fr"]

NINE_TO_FIVE = (Period(time(9), time(17)),)
