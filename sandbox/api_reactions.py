"""The reactions.* methods."""

from collections.abc import Callable

from sandbox.arguments import Arguments
from sandbox.refused import Json, Refused
from sandbox.workspace import Workspace
from sandbox.world import BOT_USER


class Reactions:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def methods(self) -> dict[str, Callable[[Arguments], Json]]:
        return {
            "reactions.add": lambda call: self._react(call, there=True),
            "reactions.remove": lambda call: self._react(call, there=False),
        }

    def _react(self, call: Arguments, *, there: bool) -> Json:
        """A name that no emoji could have is refused; which ones a workspace really has is not known here."""
        name = call.needed("name")
        if not (call.text("channel") and call.text("timestamp")):
            raise Refused("no_item_specified")
        channel = self._workspace.writable(call.text("channel"))
        message = self._workspace.find(channel, call.text("timestamp"))
        if message is None or message.tombstone:
            raise Refused("message_not_found")
        self._workspace.react(message, BOT_USER, name, there=there)
        return {"ok": True}
