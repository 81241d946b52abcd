"""The page at /: the workspace as one of its people sees it, and beside it the customers' mail."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import charts, mrkdwn, richtext
from sandbox.forms import options_of
from sandbox.letters import Letter
from sandbox.parts import Parts
from sandbox.refused import Json, NotPossible
from sandbox.sights import Sights

HERE = Path(__file__).parent
REGIONS = ("top", "guide", "sidebar", "main", "thread", "modal", "mail", "traffic")
STATIC = ("page.css", "page.js", "blocks.css", "dark.css")
FRAME_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
PAGE_POLICY = "default-src 'self'; img-src 'self' data: https:; frame-ancestors 'none'; base-uri 'none'"


class Page:
    """Draws the regions of the page; what people do there goes through the control API."""

    def __init__(self, parts: Parts, desk_address: str, root_url: str) -> None:
        self._parts, self._root_url = parts, root_url
        self._sights = Sights(parts)
        self._jinja = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
        self._jinja.filters |= {
            "mrkdwn": lambda text: mrkdwn.render(text, self._sights.name_of),
            "plain": mrkdwn.plain_text,
            "rich": lambda block: richtext.render(block, self._sights.name_of),
            "markdown": lambda text: Markup(markdown.render(text)),
            "chart": charts.render,
            "clock": _clock,
            "day": _day,
            "initials": lambda name: "".join(word[0] for word in name.split()[:2]),
            "hue": lambda name: hashlib.sha256(name.encode()).digest()[1] % 8,
        }
        self._jinja.globals |= {
            "options_of": options_of,
            "name_of": self._sights.name_of,
            "desk_address": desk_address,
        }

    def routes(self) -> list[Route]:
        return [
            Route("/", self._whole),
            Route("/page/parts", self._regions),
            Route("/page/pulse", self._pulse),
            Route("/static/{name}", self._static),
            Route("/mail/{letter}.eml", self._raw),
            Route("/mail/{letter}.html", self._html),
            Route("/archives/{channel}/p{digits:int}", self._permalink),
        ]

    async def _whole(self, request: Request) -> Response:
        seen, regions = await self._draw(dict(request.query_params))
        version = self._version(request)
        page = self._jinja.get_template("page.html").render(**seen, regions=regions, version=version)
        headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
        return HTMLResponse(page, headers=headers)

    async def _regions(self, request: Request) -> Response:
        version = self._version(request)  # before drawing: what happens meanwhile is drawn again
        _, regions = await self._draw(dict(request.query_params))
        return JSONResponse({"version": version, "regions": regions})

    async def _pulse(self, request: Request) -> Response:
        return JSONResponse({"version": self._version(request)})

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in STATIC:
            return Response(status_code=404)
        return FileResponse(HERE / "static" / name, headers={"Cache-Control": "no-cache"})

    async def _raw(self, request: Request) -> Response:
        letter = self._letter(request)
        return Response(letter.raw, media_type="message/rfc822") if letter else Response(status_code=404)

    async def _html(self, request: Request) -> Response:
        """The HTML body of a mail, for a frame in which nothing runs and nothing is loaded."""
        letter = self._letter(request)
        if letter is None:
            return Response(status_code=404)
        return HTMLResponse(letter.shown()["html"], headers={"Content-Security-Policy": FRAME_POLICY})

    async def _permalink(self, request: Request) -> Response:
        digits, channel = str(request.path_params["digits"]), request.path_params["channel"]
        ts = f"{digits[:-6]}.{digits[-6:]}"
        root = request.query_params.get("thread_ts", ts)
        return RedirectResponse(f"/?at={channel}&thread={root}#m{digits}")

    def _letter(self, request: Request) -> Letter | None:
        try:
            return self._parts.mail.find(request.path_params["letter"])
        except NotPossible:
            return None

    def _version(self, request: Request) -> int:
        """A number that grows whenever there is something new to draw."""
        parts = self._parts
        traffic = parts.journal.length if request.query_params.get("traffic") else 0
        return parts.workspace.version + parts.mail.version + parts.guide.version + traffic

    async def _draw(self, asked: dict[str, str]) -> tuple[Json, dict[str, str]]:
        parts = self._parts
        await parts.guide.look(self._root_url, parts.workspace.version + parts.mail.version)
        seen = self._sights.seen(asked) | {"due": await parts.timekeeper.next_due()}
        return seen, {name: self._jinja.get_template(f"{name}.html").render(**seen) for name in REGIONS}


def _moment(at: Any) -> datetime:
    if isinstance(at, datetime):
        return at.astimezone(mrkdwn.ZONE)
    if isinstance(at, str) and "T" in at:
        return datetime.fromisoformat(at).astimezone(mrkdwn.ZONE)
    return datetime.fromtimestamp(float(at), mrkdwn.ZONE)


def _clock(at: Any) -> str:
    return _moment(at).strftime("%H:%M")


def _day(at: Any, form: str = "%A %-d %B") -> str:
    return _moment(at).strftime(form)
