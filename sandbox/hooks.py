"""The addresses that Slack hands out: for answers, for uploads, for the bytes of files."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.api_files import File, Files
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.refused import Refused
from sandbox.replies import Replies
from sandbox.webapi import spoiled

Take = Callable[[Request], Awaitable[Response]]


class Hooks:
    def __init__(self, replies: Replies, files: Files, faults: Faults, journal: Journal) -> None:
        self._replies, self._files = replies, files
        self._faults, self._journal = faults, journal

    def routes(self, bot_token: str, scopes: Collection[str]) -> list[Route]:
        self._bot_token, self._scopes = bot_token, scopes
        return [
            Route("/hooks/{name}", self._answer, methods=["POST"]),
            Route("/upload/v1/{key}", self._upload, methods=["POST", "PUT"]),
            Route("/files-pri/{file}/{name:path}", self._fetch),
            Route("/signin", self._log_in),
        ]

    async def _answer(self, request: Request) -> Response:
        return await self._suffer("response", request, self._write)

    async def _upload(self, request: Request) -> Response:
        return await self._suffer("upload", request, self._keep)

    async def _fetch(self, request: Request) -> Response:
        return await self._suffer("download", request, self._download)

    async def _suffer(self, name: str, request: Request, act: Take) -> Response:
        """Do it, but for the planned fault; the journal knows how it ended."""
        fault = self._faults.meet(name)
        if fault is None:
            answer = await act(request)
            self._journal.note("hook", name, answer=_words(answer), status=answer.status_code)
            return answer
        await asyncio.sleep(fault.hang)
        if fault.before_effect:
            self._journal.note("fault", name, **fault.outcome)
            return await spoiled(request, fault)
        answer = await act(request)
        self._journal.note("hook", name, answer=_words(answer), **fault.outcome)
        return await spoiled(request, fault) if fault.spoils else answer

    async def _write(self, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
            self._replies.accept(request.path_params["name"], body)
        except Refused as refusal:
            gone = refusal.error in ("invalid_url", "expired_url", "used_url")
            return PlainTextResponse(refusal.error, status_code=404 if gone else 400)
        except (ValueError, AttributeError):
            return PlainTextResponse("invalid_payload", status_code=400)
        return PlainTextResponse("ok")

    async def _keep(self, request: Request) -> Response:
        content = await request.body()
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                parts = [one for one in form.values() if not isinstance(one, str)]
                content = await parts[0].read() if parts else b""
        if not self._files.take_bytes(request.path_params["key"], content):
            return PlainTextResponse("no such upload", status_code=400)
        return PlainTextResponse(f"OK - {len(content)}")

    async def _download(self, request: Request) -> Response:
        """For the app with its token and scope, and for the page; anybody else is asked to log in."""
        file = self._files.files.get(request.path_params["file"].partition("-")[2])
        from_page = request.headers.get("sec-fetch-site") in ("same-origin", "none")
        if not from_page and not self._opens(request, file):
            return RedirectResponse(f"/signin?redir={quote(request.url.path)}", status_code=302)
        if file is None or file.content is None:
            return PlainTextResponse("not found", status_code=404)
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(file.content, media_type=file.mimetype, headers=headers)

    def _opens(self, request: Request, file: File | None) -> bool:
        may = request.headers.get("authorization", "") == f"Bearer {self._bot_token}"
        return may and "files:read" in self._scopes and (file is None or self._files.is_open_to_the_app(file))

    async def _log_in(self, request: Request) -> Response:
        """What Slack shows to whoever has no business here: a page, and no error."""
        return HTMLResponse("<!DOCTYPE html><title>Sign in</title><h1>Sign in to Desk &amp; Co</h1>")


def _words(answer: Response) -> str:
    """For the journal: what was answered, or how much where it is a file."""
    if "content-disposition" in answer.headers:
        return f"{len(answer.body)} bytes"
    return bytes(answer.body).decode()
