"""What the desk answers over HTTP: health, metrics, customers' pages and, in HTTP mode, Slack's requests."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import TypedDict

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_starlette_response
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import envelope
from bot.envelope import Unfit
from bot.looks import Check, Looks
from bot.signature import is_slacks
from bot.turnstile import Turnstile
from store import meters
from store.points import Point, reached

log = logging.getLogger(__name__)

_LARGEST = 256 * 1024
_SLACKS = "/slack/events"

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer says to a browser, unless a page says it more exactly."""

_KINDS = frozenset({"application/json", "application/x-www-form-urlencoded"})
"""Content types in which Slack speaks."""


@dataclass(frozen=True)
class Inlet:
    """How Slack's requests come in over HTTP.  secret: what Slack signs with; clock: reads the time."""

    app: App
    secret: str = field(repr=False)
    clock: Callable[[], datetime]


def build(
    checks: Mapping[str, Check],
    metrics: CollectorRegistry,
    inlet: Inlet | None = None,
    pages: Sequence[Route] = (),
    turnstile: Turnstile | None = None,
    *,
    alive: Mapping[str, Check] = MappingProxyType({}),
) -> Starlette:
    """The web application.  checks: what must work so that it is ready; alive: what only a new start mends;
    inlet: only in HTTP mode; pages: what customers see; turnstile: how often one of them may answer."""
    routes = [*_health(alive, checks), Route("/metrics", _figures(metrics)), *pages]
    if inlet:
        routes.append(Route(_SLACKS, _events(inlet), methods=["POST"]))
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False  # it would send people to whatever host their request names
    app.add_middleware(_Guarded, turnstile=turnstile)
    return app


def _health(alive: Mapping[str, Check], checks: Mapping[str, Check]) -> list[Route]:
    living, ready = Looks(alive), Looks(checks)

    async def livez(_request: Request) -> Response:
        said = _said(living.at_once())
        return PlainTextResponse("ok\n") if said["ready"] else JSONResponse(said, status_code=503)

    async def healthz(_request: Request) -> Response:
        said = _said(living.at_once() | await to_thread.run_sync(ready.in_time))
        lines = [f"{name}: {words}" for name, words in said["checks"].items()]
        return PlainTextResponse("\n".join([*lines, ""]), status_code=200 if said["ready"] else 503)

    async def readyz(_request: Request) -> Response:
        said = _said(await to_thread.run_sync(ready.in_time))
        return JSONResponse(said, status_code=200 if said["ready"] else 503)

    return [Route("/livez", livez), Route("/healthz", healthz), Route("/readyz", readyz)]


def _figures(metrics: CollectorRegistry) -> Callable[[Request], Awaitable[Response]]:
    async def show(_request: Request) -> Response:
        text = await to_thread.run_sync(generate_latest, metrics)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return show


class _Guarded:
    """Sets the headers on every answer, and counts who answers on pages."""

    def __init__(self, app: ASGIApp, turnstile: Turnstile | None) -> None:
        self._app = app
        self._turnstile = turnstile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if self._may_go_on(scope):
            await self._app(scope, receive, guarded)
        else:
            await PlainTextResponse("too many answers\n", 429, {"Retry-After": "60"})(scope, receive, guarded)

    def _may_go_on(self, scope: Scope) -> bool:
        is_answer = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] != _SLACKS
        if self._turnstile is None or not is_answer:
            return True
        return self._turnstile.lets_in(str((scope.get("client") or ("",))[0]))


class _Said(TypedDict):
    ready: bool
    checks: dict[str, str]


def _said(wrong: Mapping[str, str | None]) -> _Said:
    return {
        "ready": not any(wrong.values()),
        "checks": {name: reason or "ok" for name, reason in wrong.items()},
    }


def _events(inlet: Inlet) -> Callable[[Request], object]:
    async def events(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large\n", status_code=413)
        if not is_slacks(inlet.secret, request.headers, body, now=inlet.clock()):
            meters.SIGNATURE_FAILURES.inc()
            log.warning("refused a request that Slack did not sign: %s", sha256(body).hexdigest()[:16])
            return PlainTextResponse("not signed by Slack\n", status_code=401)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _KINDS:
            return PlainTextResponse("neither JSON nor a form\n", status_code=415)
        reached(Point.SLACK_HEARD)
        # In a thread: the listener commits before it answers, and the loop must go on turning meanwhile.
        answer = await to_thread.run_sync(_answered, inlet, body, kind, dict(request.headers))
        reached(Point.SLACK_ANSWERING)
        return answer

    return events


def _answered(inlet: Inlet, body: bytes, kind: str, headers: dict[str, str]) -> Response:
    """The answer to what Slack signed."""
    try:
        payload = envelope.read(body, kind)
    except Unfit as problem:
        log.warning("refused a request that Slack signed: %s", problem)
        return PlainTextResponse("nothing that is understood here\n", status_code=400)
    if payload.get("type") == "url_verification":
        return JSONResponse({"challenge": payload["challenge"]})
    if payload.get("type") == "app_rate_limited":
        log.warning("Slack holds events back: it sent more than it likes to")
        return Response()
    return to_starlette_response(envelope.hand_over(inlet.app, payload, headers))


async def _body(request: Request) -> bytes | None:
    """The raw body; None when it is larger than anything Slack sends."""
    if int(request.headers.get("content-length", "0")) > _LARGEST:  # the server takes digits alone
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return None
    return bytes(body)
