"""Answers through a response_url: five of them, within half an hour after a command or a click."""

from typing import Any

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient


def send(slack: WebClient, address: str, answer: dict[str, Any], *, patience: int = 5) -> None:
    """Send one.  patience: seconds.  Raises SlackClientError, OSError, HTTPException: nobody heard it."""
    hook = WebhookClient(address, timeout=patience, ssl=slack.ssl, proxy=slack.proxy, retry_handlers=[])
    sent = hook.send_dict(answer)
    if sent.status_code != 200:
        raise OSError(f"response_url answered {sent.status_code}: {sent.body}")
