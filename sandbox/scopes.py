"""Scopes: all that an app can be given, and whether what it was given is enough for a call."""

from collections.abc import Mapping

from sandbox.arguments import Arguments
from sandbox.catalogue import METHODS
from sandbox.refused import Refused
from sandbox.workspace import Workspace

FAMILY: Mapping[str, str] = {"channel": "channels", "group": "groups", "im": "im"}
_ASKED: Mapping[str, str] = {"public_channel": "channels", "private_channel": "groups", "im": "im"}
EVERY_SCOPE = frozenset(
    {f"{family}:{kind}" for family in FAMILY.values() for kind in ("read", "history")}
    | {"chat:write", "commands", "users:read", "users:read.email", "usergroups:read"}
    | {"team:read", "reactions:read", "reactions:write", "files:read", "files:write", "channels:join"}
    | {"im:write", "app_mentions:read"}
)
"""All that an app can be given, but for chat:write.public: a channel it was not brought into stays closed."""


def check_scopes(method: str, call: Arguments, granted: frozenset[str], workspace: Workspace) -> None:
    """Raise Refused with what is missing."""
    for scope in METHODS.get(method, ()):
        enough = _alternatives(scope, method, call, workspace)
        if not any(one <= granted for one in enough):
            needed = ",".join(sorted(frozenset().union(*enough)))
            raise Refused("missing_scope", needed=needed, provided=",".join(sorted(granted)))


def _alternatives(scope: str, method: str, call: Arguments, workspace: Workspace) -> list[frozenset[str]]:
    """Sets of scopes, any one of which is enough."""
    star, _, kind = scope.partition(":")
    if star != "*":
        return [frozenset({scope})]
    if method == "conversations.list":
        asked = call.text("types", "public_channel").split(",")
        return [frozenset(f"{_ASKED[one]}:{kind}" for one in asked if one in _ASKED)]
    try:
        families = [FAMILY[workspace.channel(call.text("channel")).kind]]
    except Refused:  # no such channel: any of them would let the app hear so
        families = list(FAMILY.values())
    return [frozenset({f"{family}:{kind}"}) for family in families]
