"""Socket Mode: two live connections, so that the renewal of one never leaves the desk deaf."""

import logging
from http.client import HTTPException

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackClientError

log = logging.getLogger(__name__)

_CONNECTIONS = 2
_PING = 3
"""Seconds between two pings; a dead connection is noticed after about five of them."""


class Socket:
    """The desk's connections to Slack.  app_token: xapp-…, with connections:write."""

    def __init__(self, app: App, app_token: str) -> None:
        self._handlers = [SocketModeHandler(app, app_token, ping_interval=_PING) for _ in range(_CONNECTIONS)]
        self._begun: set[int] = set()

    def connect(self) -> bool:
        """Open what was never open, and say whether Slack can reach the desk now.

        Call it again while it says no; what was open once renews itself."""
        for place, handler in enumerate(self._handlers):
            if place not in self._begun:
                self._open(place, handler)
        return self.connected

    @property
    def connected(self) -> bool:
        """Whether at least one connection is alive."""
        return any(handler.client.is_connected() for handler in self._handlers)

    def close(self) -> None:
        """Close every connection in good order; Slack keeps no ghost of them."""
        for handler in self._handlers:
            handler.client.close()

    def _open(self, place: int, handler: SocketModeHandler) -> None:
        try:
            handler.client.connect()
        except (SlackClientError, OSError, HTTPException) as error:
            log.warning("no Socket Mode connection: %s", error)
        else:
            self._begun.add(place)


def app_of(app_token: str) -> str | None:
    """The app's id, which Slack writes into its app token (xapp-1-A0123456789-…)."""
    parts = app_token.split("-")
    return parts[2] if len(parts) > 3 and parts[2].startswith("A") else None
