"""What the desk answers over HTTP: health, metrics, customers' pages and, in HTTP mode, Slack's requests."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.signature import is_slacks
from store.points import Point, reached

log = logging.getLogger(__name__)

_LARGEST = 256 * 1024

Check = Callable[[], str | None]
"""Looks at one thing that must work: None when it does, else what is wrong."""


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
) -> Starlette:
    """The web application.  inlet: only in HTTP mode; pages: what customers see."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        said = await to_thread.run_sync(_look, checks)
        return JSONResponse(said, status_code=200 if said["ready"] else 503)

    async def show_metrics(_request: Request) -> Response:
        text = await to_thread.run_sync(generate_latest, metrics)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    routes = [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", show_metrics),
        *pages,
    ]
    if inlet:
        routes.append(Route("/slack/events", _events(inlet), methods=["POST"]))
    return Starlette(routes=routes)


def _look(checks: Mapping[str, Check]) -> dict[str, object]:
    wrong = {name: check() for name, check in checks.items()}
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
            log.warning("refused a request that Slack did not sign: %s", sha256(body).hexdigest()[:16])
            return PlainTextResponse("not signed by Slack\n", status_code=401)
        reached(Point.SLACK_HEARD)
        # In a thread: the listener commits before it answers, and the loop must go on turning meanwhile.
        answer = await to_thread.run_sync(inlet.app.dispatch, to_bolt_request(request, body))
        reached(Point.SLACK_ANSWERING)
        return to_starlette_response(answer)

    return events


async def _body(request: Request) -> bytes | None:
    """The raw body; None when it is larger than anything Slack sends."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return None
    return body
