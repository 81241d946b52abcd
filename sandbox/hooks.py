"""The addresses that Slack hands out: for answers, for uploads, for the bytes of files."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.api_files import Files
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

    def routes(self, bot_token: str) -> list[Route]:
        self._bot_token = bot_token
        return [
            Route("/hooks/{name}", self._answer, methods=["POST"]),
            Route("/upload/v1/{key}", self._upload, methods=["POST", "PUT"]),
            Route("/files-pri/{file}/{name:path}", self._download),
        ]

    async def _answer(self, request: Request) -> Response:
        return await self._suffer("response", request, self._write)

    async def _upload(self, request: Request) -> Response:
        return await self._suffer("upload", request, self._keep)

    async def _suffer(self, name: str, request: Request, act: Take) -> Response:
        """Do it, but for the planned fault; the journal knows how it ended."""
        fault = self._faults.meet(name)
        if fault is None:
            answer = await act(request)
            self._journal.note("hook", name, answer=bytes(answer.body).decode(), status=answer.status_code)
            return answer
        await asyncio.sleep(fault.hang)
        if fault.before_effect:
            self._journal.note("fault", name, **fault.outcome)
            return await spoiled(request, fault)
        answer = await act(request)
        self._journal.note("hook", name, answer=bytes(answer.body).decode(), **fault.outcome)
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
        """For the app with its token, and for the page."""
        file = self._files.files.get(request.path_params["file"].partition("-")[2])
        token = request.headers.get("authorization", "")
        from_page = request.headers.get("sec-fetch-site") in ("same-origin", "none")
        if file is None or file.content is None:
            return PlainTextResponse("not found", status_code=404)
        if token != f"Bearer {self._bot_token}" and not from_page:
            return PlainTextResponse("not allowed", status_code=403)
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(file.content, media_type=file.mimetype, headers=headers)
