"""The Web API at /api/<method>: reads the call, checks the token, suffers the planned faults, answers."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.arguments import Arguments
from sandbox.catalogue import APP_LEVEL
from sandbox.faults import Fault, Faults
from sandbox.foreign import Foreign
from sandbox.installed import Installed
from sandbox.journal import Journal
from sandbox.limits import Limits
from sandbox.refused import Json, Refused
from sandbox.scopes import check_scopes
from sandbox.wire import hang_up
from sandbox.workspace import Workspace

Method = Callable[[Arguments], Json]
HTTP_STATUS = {"ratelimited": 429}


class WebApi:
    """Every method of the sandbox behind its tokens and scopes."""

    def __init__(
        self,
        methods: Mapping[str, Method],
        workspace: Workspace,
        app: Installed,
        faults: Faults,
        limits: Limits,
        foreign: Foreign,
        journal: Journal,
        *,
        bot_token: str,
        app_token: str,
    ) -> None:
        self._methods, self._workspace, self._app = methods, workspace, app
        self._faults, self._limits, self._foreign, self._journal = faults, limits, foreign, journal
        self._granted = {bot_token: app.scopes, app_token: app.app_level}
        self._app_token = app_token
        self.revoked = False

    async def answer(self, request: Request) -> Response:
        method = request.path_params["method"]
        given = await _given(request)
        token = _token(request, given)
        fault = self._faults.meet(method)
        if fault is not None and fault.hang:
            await asyncio.sleep(fault.hang)
        if fault is not None and fault.before_effect:
            self._journal.note("fault", method, given=given, **fault.outcome)
            return await spoiled(request, fault)
        body = self._carry_out(method, token, Arguments(given, fault))
        outcome = {"status": HTTP_STATUS.get(str(body.get("error")), 200)}
        if fault is not None and fault.spoils:
            self._journal.note("api", method, given=given, answer=body, **fault.outcome)
            return await spoiled(request, fault)
        self._journal.note("api", method, given=given, answer=body, **outcome)
        headers = self._headers(token)
        if "retry_after" in body:
            headers["Retry-After"] = str(body.pop("retry_after"))
        return JSONResponse(body, status_code=outcome["status"], headers=headers)

    def _carry_out(self, method: str, token: str, call: Arguments) -> Json:
        try:
            self._check_token(method, token)
            if method not in self._methods:
                raise Refused("unknown_method")
            if wait := self._limits.meet(method, self._lane(call)):
                raise Refused("ratelimited", retry_after=wait)
            check_scopes(method, call, self._granted.get(token, frozenset()), self._workspace)
            self._foreign.check_call(call)
            return self._methods[method](call)
        except Refused as refusal:
            return refusal.shown()

    def _check_token(self, method: str, token: str) -> None:
        if method == "api.test":
            return
        if not token:
            raise Refused("not_authed")
        if token not in self._granted:
            raise Refused("invalid_auth")
        if self.revoked:
            raise Refused("token_revoked")
        if (token == self._app_token) != (method == APP_LEVEL) and method != "auth.test":
            raise Refused("not_allowed_token_type")

    def _lane(self, call: Arguments) -> str:
        """The id of the channel, however it was named."""
        name = call.text("channel")
        try:
            return self._workspace.channel(name).id
        except Refused:
            return name

    def _headers(self, token: str) -> dict[str, str]:
        granted = self._granted.get(token)
        return {} if granted is None else {"x-oauth-scopes": ",".join(sorted(granted))}


async def spoiled(request: Request, fault: Fault) -> Response:
    """The answer that the fault gives instead of the right one, or none at all."""
    if fault.drop:
        return await hang_up(request)
    status = fault.answers_with
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
