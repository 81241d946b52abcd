"""How often a method may be called: Slack's tiers by the minute, and one message a second in each channel."""

import math
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from sandbox.clock import Clock

MINUTE = timedelta(minutes=1)
POST_EVERY = timedelta(seconds=1)
POST_BURST = 5
"""Slack speaks of short bursts and gives no number: so many messages in a channel may come at once."""

TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
SPECIAL = 600
"""For what Slack only says "hundreds" of."""

A_MINUTE: Mapping[str, int] = {
    "apps.connections.open": TIER_2,  # sources name tiers 1 and 3; ten sockets must be able to come at once
    "auth.test": SPECIAL,
    "bots.info": TIER_3,
    "chat.delete": TIER_3,
    "chat.getPermalink": SPECIAL,
    "chat.postEphemeral": TIER_4,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.join": TIER_3,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "files.completeUploadExternal": TIER_4,
    "files.delete": TIER_3,
    "files.getUploadURLExternal": TIER_4,
    "files.info": TIER_4,
    "reactions.add": TIER_3,
    "reactions.remove": TIER_2,
    "team.info": TIER_3,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "users.lookupByEmail": TIER_3,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}
"""Calls of a method in any sixty seconds; chat.postMessage goes by its channel."""


class Limits:
    """Counts calls on the sandbox's own clock, so that turning it frees the lanes."""

    def __init__(self, clock: Clock, *, on: bool = True) -> None:
        self._clock = clock
        self._calls: dict[str, deque[datetime]] = {}
        self._free_at: dict[str, datetime] = {}
        self.on = on

    def meet(self, method: str, channel: str = "") -> int:
        """Count this call; gives the seconds to wait when it comes too early, and then does not count it."""
        if not self.on:
            return 0
        if method == "chat.postMessage":
            return self._post(channel)
        most = A_MINUTE.get(method)
        return self._tier(method, most) if most else 0

    def _tier(self, method: str, most: int) -> int:
        now, calls = self._clock.now(), self._calls.setdefault(method, deque())
        while calls and not now - MINUTE < calls[0] <= now:
            calls.popleft()
        if len(calls) >= most:
            return _whole_seconds(calls[0] + MINUTE - now)
        calls.append(now)
        return 0

    def _post(self, channel: str) -> int:
        now = self._clock.now()
        rested = now - POST_EVERY * (POST_BURST - 1)
        turn = max(self._free_at.get(channel, rested), rested)
        if turn > now:
            return _whole_seconds(turn - now)
        self._free_at[channel] = turn + POST_EVERY
        return 0


def _whole_seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))
