"""A look at the Slack side that changes nothing: the token, its scopes, the channels, the clock."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.people import header_in
from desk.finding import Finding, Health

_PART = "slack"
_DRIFT = timedelta(seconds=30)
_TOKEN_MEND = "copy it again in Slack's page of your app: OAuth & Permissions, Bot User OAuth Token"
_LATER = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})


def examine(
    slack: WebClient, *, scopes: Collection[str], channels: Mapping[str, str], now: datetime
) -> Iterator[Finding]:
    """scopes: what the manifest asks for.  channels: ids, by the setting that names each."""
    try:
        said = slack.auth_test()
        yield Finding(
            _PART, f"the token is good: {said.get('user')} in {said.get('team')} ({said['team_id']})"
        )
        yield from _scopes(said, scopes)
        yield from _clock(said, now)
        for setting, channel in channels.items():
            yield _channel(slack, setting, channel)
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
    missing = sorted(set(wanted) - {scope.strip() for scope in granted.split(",")})
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


def _channel(slack: WebClient, setting: str, channel: str) -> Finding:
    try:
        found = slack.conversations_info(channel=channel)["channel"]
    except SlackApiError as error:
        if error.response.get("error") not in ("channel_not_found", "missing_scope"):
            raise
        mend = f"check {_named(setting)}, and /invite the app into the channel"
        return Finding(_PART, f"{channel}: {error.response['error']}", Health.MEND, mend)
    name = f"#{found.get('name')} ({setting})"
    if found.get("is_archived"):
        return Finding(_PART, f"{name} is archived", Health.MEND, "unarchive it, or name another channel")
    if not found.get("is_member"):
        return Finding(_PART, f"the app is not in {name}", Health.MEND, "/invite the app into it")
    if found.get("is_ext_shared") or found.get("is_pending_ext_shared"):
        words = f"{name} is shared with another organization, whose people read all that stands in it"
        return Finding(_PART, words, Health.MEND, "end that in Slack, or name a channel of your own")
    return Finding(_PART, f"the app is in {name}")
