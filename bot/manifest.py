"""The Slack app's manifest for HTTP, made from the one for Socket Mode."""

import re
from urllib.parse import urlsplit

_MARK = re.compile(r"# over HTTP: (.*)REQUEST_URL$", re.MULTILINE)
_SOCKET = "socket_mode_enabled: true"
_MARKS = 3  # the command, the events, the clicks


def http_variant(text: str, url: str) -> str:
    """The manifest with Slack's requests sent to this https address.  Raises ValueError, worth reading."""
    if len(_MARK.findall(text)) != _MARKS or text.count(_SOCKET) != 1:
        raise ValueError("This manifest has lost its marks: take manifest.yml as it came with the desk.")
    address = f"{_origin(url)}/slack/events"
    return _MARK.sub(lambda mark: mark[1] + address, text).replace(_SOCKET, "socket_mode_enabled: false")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(f"Slack calls https addresses only, like https://desk.example.com, not {url!r}.")
    if re.search(r"[\s\"'#\\<>]", url):
        raise ValueError(f"{url!r} is not a web address.")
    return url.rstrip("/")
