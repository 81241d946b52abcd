"""What the app is sent when a person clicks, submits or types a command: Slack's own payload shapes."""

from typing import Any

from sandbox.forms import state_of
from sandbox.messages import Message
from sandbox.modals import View
from sandbox.refused import Json
from sandbox.workspace import Workspace
from sandbox.world import APP, TEAM, Channel, Person

_TEAM: Json = {"id": TEAM, "domain": "desk-and-co"}


def _opening(kind: str, person: Person) -> Json:
    name = person.name.split()[0].lower()
    user = {"id": person.id, "username": name, "name": name, "team_id": person.team}
    return {
        "type": kind,
        "team": _TEAM,
        "user": user,
        "api_app_id": APP,
        "token": "sandbox",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def action(block: Json, element: Json, state: Json, at: str) -> Json:
    """One entry of `actions`."""
    done: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    if element["type"] == "button":
        done |= {"text": element["text"]}
        done |= {name: element[name] for name in ("value", "style", "url") if name in element}
    else:
        done |= state
    return done | {"action_ts": at}


def message_action(
    workspace: Workspace, person: Person, message: Message, done: Json, *, trigger: str, response_url: str
) -> Json:
    """block_actions from a message; an ephemeral one is not in the payload, only named."""
    channel = workspace.channels[message.channel]
    place: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    place["is_ephemeral"] = bool(message.only_for)
    if message.thread_ts:
        place["thread_ts"] = message.thread_ts
    payload = _opening("block_actions", person) | {
        "container": place,
        "trigger_id": trigger,
        "channel": {"id": channel.id, "name": "directmessage" if channel.im else channel.name},
        "state": state_of(message.blocks, message.values),
        "response_url": response_url,
        "actions": [done],
    }
    return payload if message.only_for else payload | {"message": message.shown()}


def view_action(person: Person, view: View, done: Json, *, trigger: str) -> Json:
    """block_actions from a dialog or from App Home."""
    return _opening("block_actions", person) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger,
        "view": view.shown(),
        "actions": [done],
    }


def view_submission(person: Person, view: View, *, trigger: str) -> Json:
    return _opening("view_submission", person) | {
        "trigger_id": trigger,
        "view": view.shown(),
        "response_urls": [],
    }


def view_closed(person: Person, view: View, *, is_cleared: bool) -> Json:
    return _opening("view_closed", person) | {"view": view.shown(), "is_cleared": is_cleared}


def slash(
    person: Person, channel: Channel, command: str, words: str, *, trigger: str, response_url: str
) -> Json:
    name = person.name.split()[0].lower()
    return {
        "token": "sandbox",
        "team_id": TEAM,
        "team_domain": "desk-and-co",
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.im else channel.name,
        "user_id": person.id,
        "user_name": name,
        "command": command,
        "text": words,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }


def shortcut(person: Person, callback_id: str, *, trigger: str, at: str) -> Json:
    """A global shortcut: it has no channel and no response_url."""
    asked: dict[str, Any] = {"callback_id": callback_id, "trigger_id": trigger, "action_ts": at}
    return _opening("shortcut", person) | asked


def message_shortcut(
    person: Person, callback_id: str, channel: Channel, message: Message, *, trigger: str, response_url: str
) -> Json:
    return _opening("message_action", person) | {
        "callback_id": callback_id,
        "trigger_id": trigger,
        "action_ts": message.ts,
        "message_ts": message.ts,
        "response_url": response_url,
        "channel": {"id": channel.id, "name": channel.name},
        "message": message.shown(),
    }
