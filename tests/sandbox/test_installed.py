"""The app may do what its manifest asks for, and hears what it subscribed to; nothing else."""

import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.installed import Installed, ManifestRefused
from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Visitor

Json = dict[str, Any]
MANIFEST = Path(__file__).parents[2] / "manifest.yml"
SECTION: Json = {"type": "section", "text": {"type": "plain_text", "text": "Hello"}}
Install = Callable[..., tuple[Sandbox, WebClient, Visitor]]


@pytest.fixture
def install(leaving: Executor) -> Iterator[Install]:
    """Install an app with these scopes, events and features; gives its world."""
    running: list[Sandbox] = []

    def installed(*scopes: str, events: tuple[str, ...] = (), **features: Any) -> Any:
        manifest = {
            "display_information": {"name": "Small bot"},
            "features": features,
            "oauth_config": {"scopes": {"bot": list(scopes)}},
            "settings": {"event_subscriptions": {"bot_events": list(events)}},
        }
        world = Sandbox(app=Installed.of(manifest), ack_seconds=30)
        world.start()
        running.append(world)
        slack = WebClient(token=world.bot_token, base_url=world.api_url, timeout=30, retry_handlers=[])
        return world, slack, Visitor(world.url)

    yield installed
    for world in running:
        leaving.submit(world.stop)


def refusal(call: Any, *args: Any, **named: Any) -> Json:
    with pytest.raises(SlackApiError) as refused:
        call(*args, **named)
    return dict(refused.value.response.data)


def test_the_desks_own_manifest_is_read_from_its_file() -> None:
    app = Installed.of(MANIFEST)
    assert app.name == "Helpdesk"
    assert "chat:write" in app.scopes
    assert "message.channels" in app.events
    assert [one.command for one in app.commands or ()] == ["/ticket"]
    assert app.commands is not None
    assert app.commands[0].usage_hint.startswith("[")
    assert app == Installed.of(MANIFEST.read_text(encoding="utf-8"))


def test_an_app_of_which_nothing_is_said_may_do_everything() -> None:
    app = Installed()
    assert app.has_command("/anything")
    assert app.has_shortcut("whatever", "message")
    assert app.hears({"type": "message", "channel_type": "im"})


BROKEN: dict[str, Any] = {
    "neither YAML": "a: [",
    "there is no object": "just words",
    "name is needed": {"display_information": {}},
    "at most 35": {"display_information": {"name": "x" * 36}},
    "bot must be a list": {"display_information": {"name": "x"}, "oauth_config": {"scopes": {"bot": "all"}}},
    "features must be an object": {"display_information": {"name": "x"}, "features": ["x"]},
    "must begin with /": {"display_information": {"name": "x"}, "features": {"slash_commands": [{}]}},
    "one word in lower case": {
        "display_information": {"name": "x"},
        "features": {"slash_commands": [{"command": "/Ticket"}]},
    },
    "a callback_id": {"display_information": {"name": "x"}, "features": {"shortcuts": [{"name": "Make"}]}},
    "global or message": {
        "display_information": {"name": "x"},
        "features": {"shortcuts": [{"name": "Make", "callback_id": "make", "type": "local"}]},
    },
    "need the scope commands": {
        "display_information": {"name": "x"},
        "features": {"slash_commands": [{"command": "/ticket"}]},
    },
    "message.groups needs the scope groups:history": {
        "display_information": {"name": "x"},
        "settings": {"event_subscriptions": {"bot_events": ["message.groups"]}},
    },
    "member_joined_channel needs the scope channels:read or groups:read": {
        "display_information": {"name": "x"},
        "settings": {"event_subscriptions": {"bot_events": ["member_joined_channel"]}},
    },
}


@pytest.mark.parametrize(("why", "manifest"), BROKEN.items(), ids=BROKEN.keys())
def test_a_manifest_that_slack_would_not_take_is_refused(why: str, manifest: Any) -> None:
    with pytest.raises(ManifestRefused, match=why):
        Installed.of(manifest)


CALLS: dict[str, tuple[str, Json]] = {
    "chat.postMessage": ("chat:write", {"channel": "C0SUPPORT", "text": "x"}),
    "chat.update": ("chat:write", {"channel": "C0SUPPORT", "ts": "1.1", "text": "x"}),
    "chat.delete": ("chat:write", {"channel": "C0SUPPORT", "ts": "1.1"}),
    "chat.postEphemeral": ("chat:write", {"channel": "C0SUPPORT", "user": "U0BOB", "text": "x"}),
    "conversations.history": ("channels:history", {"channel": "C0SUPPORT"}),
    "conversations.replies": ("channels:history", {"channel": "C0SUPPORT", "ts": "1.1"}),
    "conversations.info": ("channels:read", {"channel": "C0SUPPORT"}),
    "conversations.list": ("channels:read", {}),
    "conversations.members": ("channels:read", {"channel": "C0SUPPORT"}),
    "conversations.join": ("channels:join", {"channel": "C0SUPPORT"}),
    "conversations.open": ("im:write", {"users": "U0BOB"}),
    "users.info": ("users:read", {"user": "U0BOB"}),
    "users.list": ("users:read", {}),
    "users.lookupByEmail": ("users:read.email", {"email": "bob@desk.example"}),
    "usergroups.list": ("usergroups:read", {}),
    "usergroups.users.list": ("usergroups:read", {"usergroup": "S0LEADS"}),
    "team.info": ("team:read", {}),
    "bots.info": ("users:read", {}),
    "reactions.add": ("reactions:write", {"channel": "C0SUPPORT", "timestamp": "1.1", "name": "eyes"}),
    "reactions.remove": ("reactions:write", {"channel": "C0SUPPORT", "timestamp": "1.1", "name": "eyes"}),
    "files.getUploadURLExternal": ("files:write", {"filename": "a.txt", "length": 1}),
    "files.completeUploadExternal": ("files:write", {"files": [{"id": "F1"}]}),
    "files.info": ("files:read", {"file": "F1"}),
}


def test_a_method_without_its_scope_says_which_one_is_missing(install: Install) -> None:
    _, slack, _ = install("commands")
    for method, (scope, given) in CALLS.items():
        refused = refusal(slack.api_call, method, json=given)
        assert refused == {
            "ok": False,
            "error": "missing_scope",
            "needed": scope,
            "provided": "commands",
        }, method


def test_with_its_scope_every_method_gets_further(install: Install) -> None:
    _, slack, visitor = install(*{scope for scope, _ in CALLS.values()})
    for method, (_, given) in CALLS.items():
        with suppress(SlackApiError):  # there is no such message or file
            slack.api_call(method, json=given)
    errors = [one["detail"]["answer"].get("error") for one in visitor.journal("api")]
    assert len(errors) == len(CALLS)
    assert "missing_scope" not in errors


def test_which_scope_is_needed_depends_on_the_kind_of_channel(install: Install) -> None:
    _, slack, visitor = install("channels:history", "channels:read", "chat:write", "im:write")
    private = visitor.new_channel("secret", ["Alice", "Helpdesk"], private=True)
    direct = slack.conversations_open(users="U0BOB")["channel"]["id"]
    assert slack.conversations_history(channel="C0SUPPORT")["ok"]
    assert refusal(slack.conversations_history, channel=private["id"])["needed"] == "groups:history"
    assert refusal(slack.conversations_info, channel=private["id"])["needed"] == "groups:read"
    assert refusal(slack.conversations_history, channel=direct)["needed"] == "im:history"
    assert refusal(slack.conversations_info, channel="C0NOWHERE")["error"] == "channel_not_found"
    both = {"types": "public_channel,private_channel"}
    assert refusal(slack.conversations_list, **both)["needed"] == "channels:read,groups:read"


def test_an_app_of_private_channels_reads_only_those(install: Install) -> None:
    _, slack, visitor = install("groups:history", "groups:read")
    private = visitor.new_channel("secret", ["Alice", "Helpdesk"], private=True)
    hidden = visitor.new_channel("more-secret", ["Alice"], private=True)
    assert slack.conversations_history(channel=private["id"])["messages"] == []
    assert refusal(slack.conversations_history, channel=hidden["id"])["error"] == "channel_not_found"
    assert refusal(slack.conversations_history, channel="C0SUPPORT")["needed"] == "channels:history"
    listed = slack.conversations_list(types="private_channel")["channels"]
    assert [one["name"] for one in listed] == ["secret"]


def test_an_address_is_shown_only_to_who_may_see_it(install: Install) -> None:
    _, slack, _ = install("users:read")
    assert "email" not in slack.users_info(user="U0BOB")["user"]["profile"]
    assert not any("email" in one["profile"] for one in slack.users_list()["members"])
    _, slack, _ = install("users:read", "users:read.email")
    assert slack.users_info(user="U0BOB")["user"]["profile"]["email"] == "bob@desk.example"


def test_a_public_channel_is_open_only_with_the_scope_for_it(install: Install) -> None:
    _, slack, _ = install("chat:write")
    assert refusal(slack.chat_postMessage, channel="#general", text="x")["error"] == "not_in_channel"
    _, slack, visitor = install("chat:write", "chat:write.public")
    assert slack.chat_postMessage(channel="#general", text="x")["ok"]
    hidden = visitor.new_channel("secret", ["Alice"], private=True)
    assert refusal(slack.chat_postMessage, channel=hidden["id"], text="x")["error"] == "channel_not_found"


def test_every_answer_tells_the_scopes_of_the_token(install: Install) -> None:
    world, slack, _ = install("chat:write", "commands")
    headers = {"Authorization": f"Bearer {world.bot_token}"}
    request = urllib.request.Request(f"{world.api_url}auth.test", b"", headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["x-oauth-scopes"] == "chat:write,commands"
    assert slack.auth_test()["ok"]


def test_a_token_of_the_app_needs_connections_write() -> None:
    with Sandbox(app=Installed(app_level=frozenset())) as world:
        client = WebClient(token=world.app_token, base_url=world.api_url, retry_handlers=[])
        refused = refusal(client.apps_connections_open, app_token=world.app_token)
        assert (refused["error"], refused["needed"]) == ("missing_scope", "connections:write")


def test_only_what_was_subscribed_to_is_delivered(install: Install) -> None:
    _, _, visitor = install(
        "groups:history", "channels:read", events=("message.groups", "channel_archive", "app_home_opened"),
        app_home={"home_tab_enabled": True},
    )  # fmt: skip
    private = visitor.new_channel("secret", ["Alice", "Helpdesk"], private=True)
    visitor.say("Alice", "#support", "in public")
    visitor.say("Alice", private["id"], "in private")
    visitor.archive("#support")
    visitor.archive("#support", archived=False)
    visitor.open_home("Alice")
    heard = [(one["name"], one["detail"]["heard"]) for one in visitor.journal("event")]
    assert heard == [
        ("message", False),
        ("message", True),
        ("channel_archive", True),
        ("channel_unarchive", False),
        ("app_home_opened", True),
    ]
    tried = visitor.wait_until(
        lambda: len(found := [one["name"] for one in visitor.journal("delivery")]) >= 3 and found
    )
    assert set(tried) == {"message", "channel_archive", "app_home_opened"}
    words = [one["detail"]["payload"]["event"]["text"] for one in visitor.journal("delivery", "message")]
    assert set(words) == {"in private"}


def test_private_channels_have_events_of_their_own(install: Install) -> None:
    _, _, visitor = install("groups:read", events=("group_archive", "group_rename", "group_deleted"))
    private = visitor.new_channel("secret", ["Alice", "Helpdesk"], private=True)
    visitor.rename(private["id"], "open-secret")
    visitor.archive(private["id"])
    visitor.delete_channel(private["id"])
    heard = [(one["name"], one["detail"]["heard"]) for one in visitor.journal("event")]
    assert heard == [("group_rename", True), ("group_archive", True), ("group_deleted", True)]


def test_a_command_or_shortcut_that_is_not_in_the_manifest_cannot_be_used(install: Install) -> None:
    _, _, visitor = install(
        "commands",
        slash_commands=[{"command": "/ticket", "description": "x"}],
        shortcuts=[{"name": "Make a ticket", "callback_id": "make", "type": "message"}],
    )
    with pytest.raises(NotPossibleHere, match="/foo is not a valid command"):
        visitor.slash("Alice", "/foo")
    words = visitor.say("Bob", "#support", "hello")
    with pytest.raises(NotPossibleHere, match="other is not a message shortcut of Small bot"):
        visitor.shortcut("Bob", "other", words)
    with pytest.raises(NotPossibleHere, match="make is not a global shortcut"):
        visitor.shortcut("Bob", "make")
    assert visitor.journal("delivery", "slash_commands") == []


def test_without_a_home_tab_there_is_no_home(install: Install) -> None:
    _, slack, visitor = install()
    view = {"type": "home", "blocks": [SECTION]}
    assert refusal(slack.views_publish, user_id="U0ALICE", view=view)["error"] == "not_enabled"
    with pytest.raises(NotPossibleHere, match="no Home tab"):
        visitor.open_home("Alice")
