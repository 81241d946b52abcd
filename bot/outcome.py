"""What an answer (or silence) of Slack means for a delivery: the table, and its one reader."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPException
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from store import meters

_LATER = timedelta(seconds=30)

RATE_LIMITS = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})

UNCLEAR = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Slack's own words: some aspect of the operation may have succeeded."""

_TOKEN = "put a valid bot token into the settings and start again"
_CHANNEL = "invite the bot to the channel (/invite)"
MENDS = {
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "account_inactive": _TOKEN,
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "missing_scope": "install the app again with the scopes of the manifest",
    "team_access_not_granted": "install the app in the workspace",
    "is_archived": "unarchive the channel, or name another one in the settings",
    "is_inactive": "unarchive the channel, or name another one in the settings",
    "channel_not_found": "invite the bot to the channel, or name another one in the settings",
    "not_in_channel": _CHANNEL,
    "no_permission": _CHANNEL,
    "restricted_action": "let the app post in this channel",
    "restricted_action_read_only_channel": "let the app post in this channel",
    "restricted_action_thread_only_channel": "let the app post in this channel",
    "restricted_action_non_threadable_channel": "allow threads in this channel",
    "restricted_action_thread_locked": "unlock the thread",
    "ekm_access_denied": "let the app post in this workspace",
    "org_login_required": "wait until the workspace has moved",
    "team_added_to_org": "wait until the workspace has moved",
}
"""The road is closed until a person does something; what that is."""

OF_A_CHANNEL = frozenset(
    name for name in MENDS if name.startswith(("is_", "channel_", "not_in", "no_perm", "restricted_action"))
)
"""Those that say something of one channel, and nothing of the others."""

GONE = frozenset({"message_not_found", "cant_update_message", "thread_not_found", "edit_window_closed"})
"""The message was deleted by a person, or can no longer be changed."""

UNFIT = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "metadata_too_large"}
    | {"invalid_metadata_format", "invalid_metadata_schema", "invalid_attachments", "no_text"}
)
"""Slack refuses what we drew: our fault, and the same again would be refused again."""

# Nothing has left this machine when one of these is raised.
_NEVER_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)


class ChannelHeld(DeliveryHeld):
    """It is one channel that takes nothing."""


class MessageGone(Exception):
    """The message a call was about no longer exists."""


class MessageUnfit(Exception):
    """Slack does not take the message as it was drawn."""


@contextmanager
def told() -> Iterator[None]:
    """Turn whatever a call of Slack raises into what it means.

    Raises DeliveryFailed, DeliveryHeld, DeliveryUncertain, MessageGone, MessageUnfit."""
    try:
        yield
    except SlackApiError as error:
        raise _meaning(error) from error
    except URLError as error:
        raise _of_network(error.reason) from error
    except (SlackClientError, OSError, HTTPException) as error:
        raise DeliveryUncertain(f"Slack's answer was lost: {error!r}") from error


def _meaning(error: SlackApiError) -> Exception:
    name, status = str(error.response["error"]), error.response.status_code
    if name in RATE_LIMITS or status == 429:
        wait = timedelta(seconds=_seconds(error.response.headers.get("Retry-After")))
        meters.SLACK_WAITED.inc(wait.total_seconds())
        return DeliveryHeld("Slack asks to slow down", wait=wait)
    if name in UNCLEAR or status >= 500:
        return DeliveryUncertain(f"Slack answered {status} {name[:80]}")
    if name in MENDS:
        meaning = ChannelHeld if name in OF_A_CHANNEL else DeliveryHeld
        return meaning(f"Slack says {name}: {MENDS[name]}", wait=_LATER)
    if name in GONE:
        return MessageGone(name)
    return MessageUnfit(name) if name in UNFIT else DeliveryFailed(f"Slack says {name[:80]}", permanent=True)


def _of_network(reason: object) -> Exception:
    if isinstance(reason, _NEVER_SENT):
        return DeliveryFailed(f"Slack cannot be reached: {reason}", permanent=False)
    return DeliveryUncertain(f"Slack's answer was lost: {reason!r}")


def _seconds(said: str | None) -> float:
    try:
        return max(1.0, float(said or 1))
    except ValueError:
        return 30.0
