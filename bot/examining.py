"""A look at the Slack side: tokens, scopes, channels, the leads' groups, the clock; and a try at posting."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from secrets import token_hex

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.people import header_in
from desk.finding import Finding, Health

_PART = "slack"
_DRIFT = timedelta(seconds=30)
_TOKEN_MEND = "copy it again in Slack's page of your app: OAuth & Permissions, Bot User OAuth Token"
_APP_TOKEN_MEND = (
    "copy it again in Slack's page of your app: Basic Information, App-Level Tokens, with connections:write"
)
_LATER = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What should be there.  scopes: what the manifest asks for; channels, groups: ids, by the setting that
    names each; shared: channels that may be shared with another organization; app_token: of Socket Mode;
    posts_in: a channel to try to post in."""

    scopes: Collection[str]
    channels: Mapping[str, str]
    groups: Mapping[str, str]
    shared: Collection[str] = ()
    app_token: str | None = None
    posts_in: str | None = None


def examine(slack: WebClient, expected: Expected, *, now: datetime) -> Iterator[Finding]:
    """What is found, until something stands in the way of looking further."""
    try:
        said = slack.auth_test()
        yield Finding(
            _PART, f"the token is good: {said.get('user')} in {said.get('team')} ({said['team_id']})"
        )
        yield from _scopes(said, expected.scopes)
        yield from _clock(said, now)
        for setting, channel in expected.channels.items():
            yield from _channel(slack, setting, channel, may_be_shared=channel in expected.shared)
        for setting, group in expected.groups.items():
            yield _group(slack, setting, group)
        if expected.app_token:
            yield _socket(slack, expected.app_token)
        if expected.posts_in:
            yield _posted(slack, expected.posts_in)
    except SlackApiError as error:
        code = str(error.response.get("error"))
        away = code in _LATER or error.response.status_code >= 500
        mend = "wait for Slack" if away else _TOKEN_MEND
        yield Finding(_PART, f"Slack says {code}", Health.AWAY if away else Health.MEND, mend)
    except (SlackClientError, OSError, HTTPException) as error:
        mend = "check the way out to the internet"
        yield Finding(_PART, f"Slack does not answer: {error}", Health.AWAY, mend)


def _scopes(said: SlackResponse, wanted: Collection[str]) -> Iterator[Finding]:
    granted = header_in(said, "x-oauth-scopes")
    if granted is None:
        return
    has = {scope.strip() for scope in granted.split(",")}
    missing, more = sorted(set(wanted) - has), sorted(has - set(wanted) - {""})
    if more:
        mend = "take them off the app's page and reinstall it: whoever gets the token gets these too"
        yield Finding(_PART, f"scopes that the desk does not use: {', '.join(more)}", Health.NOTE, mend)
    if missing:
        mend = "paste manifest.yml into the app's page anew, and reinstall the app"
        yield Finding(_PART, f"scopes are missing: {', '.join(missing)}", Health.MEND, mend)
    else:
        yield Finding(_PART, "the token has every scope of the manifest")


def _clock(said: SlackResponse, now: datetime) -> Iterator[Finding]:
    written = header_in(said, "date")
    if written is None:
        return
    drift = now - parsedate_to_datetime(written).astimezone(UTC)
    words = f"this machine's clock and Slack's differ by {abs(drift.total_seconds()):.0f} seconds"
    if abs(drift) > _DRIFT:
        yield Finding(_PART, words, Health.NOTE, "set this machine's clock (NTP): promises are kept by it")
    else:
        yield Finding(_PART, words)


def _named(setting: str) -> str:
    """As it stands in the settings."""
    name, _, desk = setting.partition(" of ")
    return f"{name} of {desk} in [[desks]]" if desk else f"slack.{name}"


def _group(slack: WebClient, setting: str, group: str) -> Finding:
    try:
        count = len(slack.usergroups_users_list(usergroup=group)["users"])
    except SlackApiError as error:
        if error.response.get("error") not in ("no_such_subteam", "subteam_not_found", "missing_scope"):
            raise
        mend = f"check {_named(setting)}: the id of a user group begins with S"
        return Finding(_PART, f"{group}: {error.response['error']}", Health.MEND, mend)
    if not count:
        mend = "add somebody: without leads nobody reads warnings or decides about money"
        return Finding(_PART, f"nobody is in {group} ({setting})", Health.NOTE, mend)
    return Finding(_PART, f"{count} in {group} ({setting})")


def _socket(slack: WebClient, app_token: str) -> Finding:
    """A ticket for a connection is asked for and not used: a connection would take clicks from the desk."""
    try:
        slack.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        if error.response.get("error") in _LATER:
            raise
        words = f"the app's token: Slack says {error.response['error']}"
        return Finding(_PART, words, Health.MEND, _APP_TOKEN_MEND)
    return Finding(_PART, "the app's token opens Socket Mode")


def _posted(slack: WebClient, channel: str) -> Finding:
    """One message, found again by its metadata, and deleted: all that the outbox lives by."""
    token = token_hex(8)
    metadata = {"event_type": "helpdesk_doctor", "event_payload": {"token": token}}
    words = "The helpdesk tries whether it can post here. This message goes at once."
    ts = str(slack.chat_postMessage(channel=channel, text=words, metadata=metadata)["ts"])
    page = slack.conversations_history(channel=channel, oldest=ts, inclusive=True, include_all_metadata=True)
    seen = [(each.get("metadata") or {}).get("event_payload") for each in page["messages"]]
    slack.chat_delete(channel=channel, ts=ts)
    if {"token": token} not in seen:
        mend = "try again; if it stays so, tell us: what is in doubt could not be looked for"
        return Finding(_PART, f"a message in {channel} was not found again", Health.AWAY, mend)
    return Finding(_PART, f"a message in {channel} was posted, found again and deleted")


def _channel(slack: WebClient, setting: str, channel: str, *, may_be_shared: bool) -> Iterator[Finding]:
    try:
        found = slack.conversations_info(channel=channel)["channel"]
    except SlackApiError as error:
        if error.response.get("error") not in ("channel_not_found", "missing_scope"):
            raise
        mend = f"check {_named(setting)}, and /invite the app into the channel"
        yield Finding(_PART, f"{channel}: {error.response['error']}", Health.MEND, mend)
        return
    name = f"#{found.get('name')} ({setting})"
    if found.get("is_archived"):
        yield Finding(_PART, f"{name} is archived", Health.MEND, "unarchive it, or name another channel")
    elif not found.get("is_member"):
        yield Finding(_PART, f"the app is not in {name}", Health.MEND, "/invite the app into it")
    else:
        yield Finding(_PART, f"the app is in {name}")
    if found.get("is_ext_shared") or found.get("is_pending_ext_shared"):
        words = f"{name} is shared with another organization, whose people read all that stands in it"
        if may_be_shared:
            yield Finding(_PART, f"{words}, as the settings allow", Health.NOTE)
        else:
            mend = "end that in Slack, name a channel of your own, or allow it in slack.shared_channels"
            yield Finding(_PART, words, Health.MEND, mend)
