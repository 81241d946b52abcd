"""Scopes: which ones a method asks for, and which ones let an app hear of an event."""

from collections.abc import Mapping

from sandbox.arguments import Arguments
from sandbox.refused import Refused
from sandbox.workspace import Workspace

APP_LEVEL = "apps.connections.open"
METHODS: Mapping[str, tuple[str, ...]] = {
    "api.test": (),
    "apps.connections.open": ("connections:write",),
    "auth.test": (),
    "bots.info": ("users:read",),
    "chat.delete": ("chat:write",),
    "chat.getPermalink": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("*:history",),
    "conversations.info": ("*:read",),
    "conversations.join": ("channels:join",),
    "conversations.list": ("*:read",),
    "conversations.members": ("*:read",),
    "conversations.open": ("im:write",),
    "conversations.replies": ("*:history",),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "team.info": ("team:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""Every method there is.  "*" stands for the kind of channel that is asked about."""

EVENTS: Mapping[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "tokens_revoked": (),
}
"""The events that happen here; any one of the scopes is enough."""

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
