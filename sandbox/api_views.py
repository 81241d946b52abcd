"""The views.* methods."""

from collections.abc import Callable
from typing import Any

from sandbox.arguments import Arguments
from sandbox.installed import Installed
from sandbox.modals import Modals, View
from sandbox.refused import Json, Refused
from sandbox.workspace import Workspace


class Views:
    def __init__(self, workspace: Workspace, modals: Modals, app: Installed) -> None:
        self._workspace, self._modals, self._app = workspace, modals, app

    def methods(self) -> dict[str, Callable[[Arguments], Json]]:
        return {
            "views.open": self.open,
            "views.push": self.push,
            "views.update": self.update,
            "views.publish": self.publish,
        }

    def open(self, call: Arguments) -> Json:
        return self._shown(self._modals.open(_trigger(call), self._allowed(call)))

    def push(self, call: Arguments) -> Json:
        return self._shown(self._modals.push(_trigger(call), self._allowed(call)))

    def update(self, call: Arguments) -> Json:
        view = self._modals.find(call.text("view_id"), call.text("external_id"))
        return self._shown(self._modals.update(view, self._allowed(call), seen_hash=call.text("hash")))

    def publish(self, call: Arguments) -> Json:
        if not self._app.home_tab:
            raise Refused("not_enabled")
        user = call.needed("user_id")
        if user not in self._workspace.people:
            raise Refused("invalid_arguments", ["[ERROR] no such user [json-pointer:/user_id]"])
        return self._shown(self._modals.publish(user, call.parsed("view"), seen_hash=call.text("hash")))

    def _allowed(self, call: Arguments) -> Any:
        """The view of a call; one that asks for files needs the scope to read them."""
        view = call.parsed("view")
        shown = view.get("blocks") if isinstance(view, dict) else None
        kinds = [block.get("element", {}).get("type") for block in shown or [] if isinstance(block, dict)]
        if "file_input" in kinds and "files:read" not in self._app.scopes:
            raise Refused("missing_scope", needed="files:read", provided=",".join(sorted(self._app.scopes)))
        return view

    def _shown(self, view: View) -> Json:
        self._workspace.changed()
        return {"ok": True, "view": view.shown()}


def _trigger(call: Arguments) -> str:
    return call.text("trigger_id") or call.needed("interactivity_pointer")
