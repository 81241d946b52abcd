"""Answers through a response_url: five of them, within half an hour after a command or a click."""

from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient


class NotSlacks(OSError):
    """Nobody can have the desk call somebody else."""


def send(slack: WebClient, address: str, answer: dict[str, Any], *, patience: int = 5) -> None:
    """Send one.  patience: seconds.  Raises SlackClientError, OSError, HTTPException: nobody heard it."""
    if not _is_slacks(address, slack):
        raise NotSlacks("the address for the answer is not Slack's")
    hook = WebhookClient(address, timeout=patience, ssl=slack.ssl, proxy=slack.proxy, retry_handlers=[])
    sent = hook.send_dict(answer)
    if sent.status_code != 200:
        raise OSError(f"response_url answered {sent.status_code}: {sent.body}")


def _is_slacks(address: str, slack: WebClient) -> bool:
    """Whether it leads to Slack."""
    try:
        there, here = urlsplit(address), urlsplit(slack.base_url)
        known = f".{there.hostname}".endswith(f".{here.hostname}")
        return there.scheme == here.scheme and known
    except ValueError:
        return False
