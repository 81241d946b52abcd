"""Somebody in the sandbox's world, beside a sandbox in this process: nothing goes over HTTP."""

import json
from typing import Any
from urllib.parse import parse_qsl

from sandbox.control import Control
from sandbox.director import NotPossibleHere
from sandbox.server import Sandbox
from sandbox.visitor import Visitor

Json = dict[str, Any]


class Near(Visitor):
    """The same acts and sights, asked where they are: the way over HTTP costs more than most answers."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox.url)
        self.sandbox = sandbox

    def journal(self, kind: str = "", name: str = "", after: int = 0) -> list[Json]:
        return self.sandbox.parts.journal.read(after=after, kind=kind, name=name)

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        what, _, query = path.partition("?")
        asked = dict(parse_qsl(query))

        async def ask(control: Control) -> tuple[int, str]:
            if body is None:
                return 200, json.dumps(control.shown(asked.get("only", ""), asked.get("box", "")))
            status, answer = await control.do(what, json.dumps(body).encode())
            return status, json.dumps(answer)

        status, text = self.sandbox.at_control(ask)
        if status != 200:
            raise NotPossibleHere(text)
        return dict(json.loads(text))
