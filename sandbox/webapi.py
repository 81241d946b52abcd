"""The Web API at /api/<method>: reads the call, checks the token, suffers the planned faults, answers."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.arguments import Arguments
from sandbox.faults import Fault, Faults
from sandbox.journal import Journal
from sandbox.refused import Json, Refused
from sandbox.wire import hang_up

Method = Callable[[Arguments], Json]
APP_LEVEL = "apps.connections.open"
HTTP_STATUS = {"ratelimited": 429}


class WebApi:
    """Every method of the sandbox behind its tokens."""

    def __init__(
        self, methods: dict[str, Method], faults: Faults, journal: Journal, *, bot_token: str, app_token: str
    ) -> None:
        self._methods = methods
        self._faults, self._journal = faults, journal
        self._bot_token, self._app_token = bot_token, app_token
        self.revoked = False

    async def answer(self, request: Request) -> Response:
        method = request.path_params["method"]
        given = await _given(request)
        token = _token(request, given)
        fault = self._faults.meet(method)
        if fault is not None and fault.hang:
            await asyncio.sleep(fault.hang)
        if fault is not None and _before_effect(fault):
            self._journal.note("fault", method, given=given, drop=fault.drop, error=fault.error)
            return await _spoiled(request, fault)
        body = self._carry_out(method, token, Arguments(given))
        self._journal.note("api", method, given=given, answer=body)
        if fault is not None and (fault.drop or fault.error or fault.status):
            return await _spoiled(request, fault)
        return JSONResponse(body)

    def _carry_out(self, method: str, token: str, call: Arguments) -> Json:
        try:
            self._check_token(method, token)
            if method not in self._methods:
                raise Refused("unknown_method")
            return self._methods[method](call)
        except Refused as refusal:
            return refusal.shown()

    def _check_token(self, method: str, token: str) -> None:
        if method == "api.test":
            return
        if not token:
            raise Refused("not_authed")
        if token not in (self._bot_token, self._app_token):
            raise Refused("invalid_auth")
        if self.revoked:
            raise Refused("token_revoked")
        if (token == self._app_token) != (method == APP_LEVEL) and method != "auth.test":
            raise Refused("not_allowed_token_type")


def _before_effect(fault: Fault) -> bool:
    spoils = fault.drop == "before" or fault.error or fault.status or fault.retry_after
    return bool(spoils) and fault.drop != "after" and not fault.effect


async def _spoiled(request: Request, fault: Fault) -> Response:
    if fault.drop:
        return await hang_up(request)
    limited = fault.retry_after or fault.error in HTTP_STATUS
    status = fault.status or (429 if limited else 200)
    headers = {"Retry-After": str(fault.retry_after or 1)} if status == 429 else {}
    error = fault.error or ("ratelimited" if status == 429 else "internal_error")
    return JSONResponse({"ok": False, "error": error}, status_code=status, headers=headers)


async def _given(request: Request) -> Json:
    given: dict[str, Any] = dict(request.query_params)
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        body = await request.body()
        try:
            parsed = json.loads(body or b"{}")
        except ValueError:
            parsed = None
        return given | parsed if isinstance(parsed, dict) else given
    if content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        async with request.form() as form:
            return given | {name: value for name, value in form.items() if isinstance(value, str)}
    return given


def _token(request: Request, given: Json) -> str:
    header = request.headers.get("authorization", "")
    in_body = str(given.pop("token", ""))
    return header[7:].strip() if header.lower().startswith("bearer ") else in_body
