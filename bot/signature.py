"""Whether a request really comes from Slack: judged on the raw bytes, before anything parses them."""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

_PAST, _FUTURE = 300, 60
"""Seconds by which Slack's clock and ours may differ; a request from the future is a replay in the making."""


def is_slacks(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool:
    """Whether the body was signed with our secret, lately.  headers: with names in lower case."""
    stamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or not re.fullmatch(r"v0=[0-9a-f]{64}", signature):
        return False
    if not -_FUTURE <= now.timestamp() - int(stamp) <= _PAST:
        return False
    expected = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hexdigest()
    return hmac.compare_digest(f"v0={expected}", signature)
