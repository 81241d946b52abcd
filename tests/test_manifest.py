"""What Slack's own schema for manifests misses: that the app asks for what it uses, and for nothing else."""

import re
from pathlib import Path

import pytest
import yaml

from bot.manifest import http_variant

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "manifest.yml").read_text(encoding="utf-8")
URL = "https://desk.example.com/slack/events"

# Which scopes let an app have an event; any one of them is enough.  From Slack's reference of events.
EVENTS = {
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_shared": {"channels:read", "groups:read"},
    "channel_unarchive": {"channels:read"},
    "channel_unshared": {"channels:read", "groups:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_rename": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "tokens_revoked": set(),
}
# What the bot calls in the Web API, and all the scopes that takes for public and private channels together.
CALLS = {
    "auth_test": set(),
    "chat_delete": {"chat:write"},
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_replies": {"channels:history", "groups:history"},
    "files_completeUploadExternal": {"files:write"},
    "files_delete": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
FAMILIES = "auth|chat|conversations|files|usergroups|users|views"
CALL = re.compile(rf"""\.((?:{FAMILIES})_\w+)\(|"((?:{FAMILIES})\.[\w.]+)\"""")
SOURCES = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "bot").glob("*.py"))]
CALLED = {(method or name).replace(".", "_") for text in SOURCES for method, name in CALL.findall(text)}


def answered(kind):
    """What the bot listens to: the names in app.event(...), app.command(...), app.shortcut(...)."""
    return set(re.findall(rf"""\bapp\.{kind}\("([^"]+)"\)""", "\n".join(SOURCES)))


@pytest.fixture(params=["socket", "http"])
def manifest(request):
    text = TEXT if request.param == "socket" else http_variant(TEXT, "https://desk.example.com")
    return yaml.safe_load(text)


def scopes_of(manifest):
    return manifest["oauth_config"]["scopes"]["bot"]


def events_of(manifest):
    return manifest["settings"]["event_subscriptions"]["bot_events"]


def commands_of(manifest):
    return manifest["features"]["slash_commands"]


def addresses_in(manifest):
    settings = manifest["settings"]
    places = [settings["event_subscriptions"], settings["interactivity"]]
    given = [place.get("request_url") for place in places]
    return given + [command.get("url") for command in commands_of(manifest)]


def test_every_event_exists_and_has_a_scope_that_lets_us_have_it(manifest):
    for event in events_of(manifest):
        assert event in EVENTS
        assert not EVENTS[event] or EVENTS[event] & set(scopes_of(manifest)), event


def test_every_call_of_the_bot_has_its_scopes(manifest):
    assert CALLED
    for call in CALLED:
        assert CALLS[call] <= set(scopes_of(manifest)), call


def test_every_scope_is_one_that_a_command_an_event_or_a_call_needs(manifest):
    assert set(scopes_of(manifest)) <= {"commands"}.union(
        *map(EVENTS.__getitem__, events_of(manifest)), *map(CALLS.__getitem__, CALLED)
    )


def test_the_commands_are_those_the_bot_answers(manifest):
    assert {command["command"] for command in commands_of(manifest)} == answered("command")


def test_the_shortcuts_are_those_the_bot_answers(manifest):
    declared = manifest["features"].get("shortcuts", [])
    assert {shortcut["callback_id"] for shortcut in declared} == answered("shortcut")


def test_every_event_the_bot_listens_to_is_asked_for(manifest):
    assert answered("event")
    assert answered("event") <= {event.partition(".")[0] for event in events_of(manifest)}


def test_nothing_is_asked_for_twice(manifest):
    for names in (scopes_of(manifest), events_of(manifest)):
        assert names == sorted(set(names))


def test_names_have_the_length_and_the_letters_slack_takes(manifest):
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", manifest["display_information"]["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", manifest["features"]["bot_user"]["display_name"])


def test_commands_are_written_as_slack_wants_them(manifest):
    for command in commands_of(manifest):
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert command["should_escape"] is True
        assert command["description"]


def test_the_home_tab_is_on_when_the_bot_draws_one(manifest):
    assert manifest["features"]["app_home"]["home_tab_enabled"] is (ROOT / "bot/home.py").exists()
    assert ("app_home_opened" in events_of(manifest)) is (ROOT / "bot/home.py").exists()


def test_agents_can_be_sent_the_digest_and_write_nothing_below_it(manifest):
    home = manifest["features"]["app_home"]
    assert home["messages_tab_enabled"] is home["messages_tab_read_only_enabled"] is True


def test_over_a_socket_there_is_no_address():
    manifest = yaml.safe_load(TEXT)
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert set(addresses_in(manifest)) == {None}


@pytest.mark.parametrize("given", ["https://desk.example.com", "https://desk.example.com/"])
def test_over_http_every_request_goes_to_the_one_address(given):
    manifest = yaml.safe_load(http_variant(TEXT, given))
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert set(addresses_in(manifest)) == {URL}


def test_the_two_manifests_differ_in_nothing_else():
    socket, http = yaml.safe_load(TEXT), yaml.safe_load(http_variant(TEXT, "https://desk.example.com"))
    http["settings"]["socket_mode_enabled"] = True
    for place in (http["settings"]["event_subscriptions"], http["settings"]["interactivity"]):
        place.pop("request_url")
    for command in commands_of(http):
        command.pop("url")
    assert http == socket


@pytest.mark.parametrize(
    "url",
    [
        "http://desk.example.com",
        "desk.example.com",
        "https://",
        "https://desk.example.com/?a=1",
        "https://me:pw@desk.example.com",
        "https://desk.example.com/\nsettings: {}",
        'https://desk.example.com/"',
        "",
    ],
)
def test_slack_is_never_sent_to_an_address_it_cannot_call(url):
    with pytest.raises(ValueError, match="address"):
        http_variant(TEXT, url)


@pytest.mark.parametrize(
    "broken", ["", TEXT.replace("# over HTTP: url: REQUEST_URL", ""), "# over HTTP: REQUEST_URL"]
)
def test_a_manifest_without_its_marks_is_refused(broken):
    with pytest.raises(ValueError, match="lost its marks"):
        http_variant(broken, "https://desk.example.com")
