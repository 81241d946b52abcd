"""Delivery over HTTP: signed requests to the app's request URL, as Slack sends them without Socket Mode."""

import asyncio
import hashlib
import hmac
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from sandbox.delivery import Ack, Parcel


class SignedPosts:
    """Posts each parcel to one request URL.  Signed by real time: the app checks it against its own."""

    def __init__(self, request_url: str, signing_secret: str, *, ack_seconds: float) -> None:
        self._url, self._secret, self._ack_seconds = request_url, signing_secret, ack_seconds

    async def verify(self) -> bool:
        """Slack's url_verification: the app must answer the challenge."""
        challenge = "sandbox-challenge"
        payload = {"type": "url_verification", "token": "sandbox", "challenge": challenge}
        ack = await asyncio.to_thread(self._post, Parcel("events_api", payload))
        answer = ack.payload.get("challenge") if isinstance(ack.payload, dict) else ack.payload
        return ack.taken and answer == challenge

    async def bring(self, parcel: Parcel) -> Ack:
        return await asyncio.to_thread(self._post, parcel)

    def _post(self, parcel: Parcel) -> Ack:
        content_type, body = _written(parcel)
        stamp = str(int(time.time()))
        digest = hmac.new(self._secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        if parcel.attempt:
            headers |= {"X-Slack-Retry-Num": str(parcel.attempt), "X-Slack-Retry-Reason": parcel.reason}
        request = urllib.request.Request(self._url, data=body, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=self._ack_seconds) as response:
                return Ack(True, _read(response.headers.get("Content-Type", ""), response.read()))
        except urllib.error.HTTPError as answer:
            with answer:
                return Ack(False, reason="http_error", no_retry=answer.headers.get("X-Slack-No-Retry") == "1")
        except TimeoutError:
            return Ack(False, reason="http_timeout")
        except (OSError, http.client.HTTPException) as wrong:
            timed_out = isinstance(getattr(wrong, "reason", None), TimeoutError)
            return Ack(False, reason="http_timeout" if timed_out else "connection_failed")


def _written(parcel: Parcel) -> tuple[str, bytes]:
    form = "application/x-www-form-urlencoded"
    if parcel.kind == "events_api":
        return "application/json", json.dumps(parcel.payload).encode()
    if parcel.kind == "slash_commands":
        return form, urllib.parse.urlencode(parcel.payload).encode()
    return form, urllib.parse.urlencode({"payload": json.dumps(parcel.payload)}).encode()


def _read(content_type: str, body: bytes) -> Any:
    text = body.decode("utf-8", "replace")
    if not text:
        return None
    return json.loads(text) if content_type.startswith("application/json") else text
