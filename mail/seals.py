"""The address that answers to a ticket come back to: nobody without the secret can guess one."""

import hashlib
import hmac
import re
from collections.abc import Iterable

_DIGITS = 32
"""Hexadecimal digits of the seal: 128 bits."""

_LONGEST_LOCAL = 64

_TAG = re.compile(rf"hd(\d{{1,12}})\.([0-9a-f]{{{_DIGITS}}})")


def reply_address(address: str, *, ticket: int, secret: str) -> str:
    """The desk's address with a tag that proves to have seen a mail about that ticket (RFC 5233).

    The plain address where the tag would make it longer than mail servers take (RFC 5321 4.5.3.1.1)."""
    local, _, domain = address.rpartition("@")
    tagged = f"{local}+hd{ticket}.{_seal(ticket, secret)}"
    return f"{tagged}@{domain}" if len(tagged) <= _LONGEST_LOCAL else address


def ticket_sealed_in(addresses: Iterable[str], *, secret: str) -> int | None:
    """The ticket that one of these addresses of ours proves; what is not sealed by us proves nothing."""
    for address in addresses:
        tag = address.lower().rpartition("@")[0].partition("+")[2]
        found = _TAG.fullmatch(tag)
        if secret and found and hmac.compare_digest(found[2], _seal(int(found[1]), secret)):
            return int(found[1])
    return None


def _seal(ticket: int, secret: str) -> str:
    sealed = f"helpdesk reply-to {ticket}".encode()
    return hmac.new(secret.encode(), sealed, hashlib.sha256).hexdigest()[:_DIGITS]
