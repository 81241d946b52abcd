"""The page: the workspace as one of its people sees it, and beside it the customers' mail."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import mrkdwn, richtext
from sandbox.forms import options_of, state_of
from sandbox.letters import CUSTOMERS
from sandbox.messages import Message
from sandbox.parts import Parts
from sandbox.refused import Json, NotPossible
from sandbox.world import SUPPORT, Channel

HERE = Path(__file__).parent
ACTORS = ("U0ALICE", "U0BOB", "U0LENA", "U0GUS")
REGIONS = ("top", "sidebar", "main", "thread", "modal", "mail")
FRAME_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
PAGE_POLICY = "default-src 'self'; img-src 'self' data: https:; frame-ancestors 'none'; base-uri 'none'"


class Page:
    """Draws the regions of the page; what people do there goes through the control API."""

    def __init__(self, parts: Parts, desk_address: str) -> None:
        self._parts, self._desk_address = parts, desk_address
        self.shortcuts: list[Json] = []
        self._jinja = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        self._jinja.filters |= {
            "mrkdwn": lambda text: mrkdwn.render(text, self._name),
            "plain": mrkdwn.plain_text,
            "rich": lambda block: richtext.render(block, self._name),
            "clock": _clock,
            "day": _day,
            "initials": lambda name: "".join(word[0] for word in name.split()[:2]),
            "hue": lambda name: hashlib.sha256(name.encode()).digest()[1] % 8,
        }
        self._jinja.globals |= {"options_of": options_of, "name_of": self._name, "desk_address": desk_address}

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
        seen = self._seen(dict(request.query_params))
        regions = self._draw(seen)
        page = self._jinja.get_template("page.html").render(**seen, regions=regions, version=self._version)
        return HTMLResponse(
            page, headers={"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
        )

    async def _regions(self, request: Request) -> Response:
        seen = self._seen(dict(request.query_params))
        return JSONResponse({"version": self._version, "regions": self._draw(seen)})

    async def _pulse(self, request: Request) -> Response:
        return JSONResponse({"version": self._version})

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ("page.css", "page.js"):
            return Response(status_code=404)
        return FileResponse(HERE / "static" / name, headers={"Cache-Control": "no-cache"})

    async def _raw(self, request: Request) -> Response:
        try:
            letter = self._parts.mail.find(request.path_params["letter"])
        except NotPossible:
            return Response(status_code=404)
        return Response(letter.raw, media_type="message/rfc822")

    async def _html(self, request: Request) -> Response:
        """The HTML body of a mail, for a frame in which nothing runs and nothing is loaded."""
        try:
            letter = self._parts.mail.find(request.path_params["letter"])
        except NotPossible:
            return Response(status_code=404)
        return HTMLResponse(letter.shown()["html"], headers={"Content-Security-Policy": FRAME_POLICY})

    async def _permalink(self, request: Request) -> Response:
        digits, channel = str(request.path_params["digits"]), request.path_params["channel"]
        ts = f"{digits[:-6]}.{digits[-6:]}"
        root = request.query_params.get("thread_ts", ts)
        return RedirectResponse(f"/?at={channel}&thread={root}#m{digits}")

    @property
    def _version(self) -> int:
        return self._parts.workspace.version + self._parts.mail.version

    def _draw(self, seen: Json) -> dict[str, str]:
        return {name: self._jinja.get_template(f"{name}.html").render(**seen) for name in REGIONS}

    def _seen(self, asked: dict[str, str]) -> Json:
        """Everything the templates show, for that person at that place."""
        workspace, modals = self._parts.workspace, self._parts.modals
        me = workspace.people.get(asked.get("as", ""), workspace.people[ACTORS[0]])
        channels = [one for one in workspace.channels.values() if me.id in one.members and not one.deleted]
        at = asked.get("at", "")
        channel = next((one for one in channels if one.id == at), None)
        if channel is None and at != "home":
            channel = next((one for one in channels if one.id == SUPPORT), channels[0] if channels else None)
        root = workspace.find(channel, asked.get("thread", "")) if channel else None
        view = modals.top(me.id)
        home = modals.homes.get(me.id)
        return {
            "me": me,
            "actors": [workspace.people[one] for one in ACTORS],
            "people": workspace.people,
            "channels": channels,
            "channel": channel,
            "now": workspace.clock.now(),
            "feed": self._feed(channel, me.id) if channel else [],
            "thread": self._thread(channel, root, me.id) if channel and root else [],
            "root": root,
            "view": view,
            "depth": len(modals.stacks.get(me.id, [])),
            "view_state": state_of(view.blocks, view.values)["values"] if view else {},
            "home": home,
            "home_state": state_of(home.blocks, home.values)["values"] if home else {},
            "state_of_message": lambda one: state_of(one.blocks, one.values)["values"],
            "shortcuts": self.shortcuts,
            **self._mail(asked),
        }

    def _feed(self, channel: Channel, me: str) -> list[Json]:
        """Roots and what only this person sees, in order, each with the figures of its thread."""
        workspace = self._parts.workspace
        shown = [one for one in channel.messages if not one.is_reply or one.broadcast]
        shown += [one for one in workspace.ephemerals if _whispered(one, channel, me) and not one.thread_ts]
        shown.sort(key=lambda one: one.ts)
        rows: list[Json] = []
        for one in shown:
            thread = [] if one.is_reply else workspace.thread(channel, one.ts)
            row = self._row(one, rows[-1]["message"] if rows else None)
            writers = list(dict.fromkeys(reply.user for reply in thread))[:4]
            told = [each for each in workspace.ephemerals if each.only_for == me and each.thread_ts == one.ts]
            row |= {"replies": len(thread), "writers": writers, "latest": thread[-1:], "whispers": len(told)}
            rows.append(row)
        return rows

    def _thread(self, channel: Channel, root: Message, me: str) -> list[Json]:
        workspace = self._parts.workspace
        shown = [root, *workspace.thread(channel, root.ts)]
        whispers = [one for one in workspace.ephemerals if _whispered(one, channel, me)]
        shown += [one for one in whispers if one.thread_ts == root.ts]
        shown.sort(key=lambda one: one.ts)
        return [self._row(one, before) for before, one in zip([None, *shown], shown, strict=False)]

    def _row(self, message: Message, before: Message | None) -> Json:
        """A message and whether it goes on under the same head as the one before it."""
        goes_on = (
            before is not None
            and (before.user, before.only_for) == (message.user, message.only_for)
            and float(message.ts) - float(before.ts) < 300
            and not message.blocks[1:]
            and not before.blocks[1:]
        )
        new_day = before is None or _date(before.ts) != _date(message.ts)
        return {"message": message, "goes_on": goes_on and not new_day, "new_day": new_day}

    def _mail(self, asked: dict[str, str]) -> Json:
        boxes = self._parts.mail.boxes
        address = asked.get("box", "") if asked.get("box", "") in CUSTOMERS else next(iter(CUSTOMERS))
        letters = [one.shown() for one in reversed(boxes.get(address, []))]
        wanted = asked.get("letter", "")
        letter = next((one for one in letters if one["id"] == wanted), None)
        counts = {name: len([one for one in boxes.get(name, []) if one.way == "in"]) for name in CUSTOMERS}
        return {
            "customers": CUSTOMERS,
            "box": address,
            "letters": letters,
            "letter": letter,
            "counts": counts,
            "as_html": asked.get("html") == "1",
        }

    def _name(self, name: str) -> str:
        workspace = self._parts.workspace
        if name in workspace.people:
            return workspace.people[name].name
        if name in workspace.channels:
            return workspace.channels[name].name
        return "support-leads" if name in workspace.groups else name


def _whispered(message: Message, channel: Channel, me: str) -> bool:
    return message.channel == channel.id and message.only_for == me


def _moment(at: Any) -> datetime:
    if isinstance(at, datetime):
        return at.astimezone(mrkdwn.ZONE)
    if isinstance(at, str) and "T" in at:
        return datetime.fromisoformat(at).astimezone(mrkdwn.ZONE)
    return datetime.fromtimestamp(float(at), mrkdwn.ZONE)


def _clock(at: Any) -> str:
    return _moment(at).strftime("%H:%M")


def _day(at: Any) -> str:
    return _moment(at).strftime("%A %-d %B")


def _date(ts: str) -> str:
    return _moment(ts).date().isoformat()
