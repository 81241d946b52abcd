"""What the listeners rely on in a payload: its fields and their types, as a table.  What is not named may be."""

import re
from collections.abc import Mapping
from typing import Any

Shape = Any
"""A type; a pattern that a text fits; [what each of a list is]; {field: its shape}, where "field?" may be
missing or null and "*" is every field."""

_LARGEST = 2**53
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")
_ID = re.compile(r"[A-Za-z0-9_-]{0,64}")
_NAME = re.compile(r"[\x20-\x7e]{0,255}")

_OPTION = {"value": str}
_FILE = {"id?": _ID, "name?": str, "size?": int}
_EDITED = {"user?": _ID, "ts": _TS}
_PERSON = {"id": _ID}
_TEAM = {"id": _ID}
_CHANNEL = {"id": _ID}

_CONTROL = {
    "type?": str,
    "action_id": _NAME,
    "block_id?": _NAME,
    "action_ts?": _TS,
    "value?": str,
    "selected_option?": _OPTION,
    "selected_user?": _ID,
}
_FIELD = {
    "value?": str,
    "selected_option?": _OPTION,
    "selected_options?": [_OPTION],
    "selected_date?": str,
    "selected_time?": str,
    "files?": [_FILE],
}
_BLOCK = {"type": str, "block_id?": _NAME, "element?": {"type": str, "action_id?": _NAME}}
_VIEW = {
    "id": _NAME,
    "hash": _NAME,
    "type": str,
    "callback_id?": str,
    "private_metadata?": str,
    "blocks": [_BLOCK],
    "state?": {"values?": {"*": {"*": _FIELD}}},
    "title?": dict,
    "submit?": dict,
    "close?": dict,
}
_MESSAGE = {
    "ts": _TS,
    "thread_ts?": _TS,
    "text?": str,
    "user?": _ID,
    "bot_id?": _ID,
    "subtype?": str,
    "edited?": _EDITED,
    "files?": [_FILE],
}
_ABOUT = {"team?": _TEAM, "api_app_id?": _ID, "user": _PERSON}

_TYPED = {"type": str, "channel": _ID, "deleted_ts?": _TS, "message?": _MESSAGE, "previous_message?": _MESSAGE}
_EVENTS: Mapping[str, Shape] = {
    "message": _MESSAGE | _TYPED,
    "app_home_opened": {"user": _ID, "tab?": str, "view?": {"hash?": _NAME}},
}
_PAYLOADS: Mapping[str, Shape] = {
    "event_callback": {"event": {"type": str}, "event_id": _NAME, "team_id?": _ID, "api_app_id?": _ID},
    "block_actions": _ABOUT
    | {
        "actions": [_CONTROL],
        "trigger_id": _NAME,
        "response_url?": str,
        "view?": _VIEW,
        "message?": {"ts?": _TS, "thread_ts?": _TS},
    },
    "view_submission": _ABOUT | {"view": _VIEW},
    "view_closed": _ABOUT | {"view": _VIEW},
    "shortcut": _ABOUT | {"callback_id": str, "trigger_id": _NAME},
    "message_action": _ABOUT
    | {"callback_id": str, "trigger_id": _NAME, "channel": _CHANNEL, "message": _MESSAGE, "response_url?": str},
    "url_verification": {"challenge": str},
    "app_rate_limited": {"team_id?": _ID},
}
_COMMAND = {
    "command": str,
    "text?": str,
    "user_id": _ID,
    "team_id": _ID,
    "api_app_id?": _ID,
    "trigger_id": _NAME,
    "response_url": str,
}


def wrong_in(payload: Mapping[str, Any]) -> str:
    """Where the payload has another shape than Slack's; "" where it has not."""
    if "command" in payload:
        return _wrong(payload, _COMMAND, "")
    kind = payload.get("type")
    expected = _PAYLOADS.get(kind) if isinstance(kind, str) else None
    if expected is None or ("event" in payload and kind != "event_callback"):
        return "type"
    return _wrong(payload, expected, "") or _beyond(payload, kind)


def _beyond(payload: Mapping[str, Any], kind: str | None) -> str:
    """What no table of fields can say."""
    if kind == "block_actions" and not payload["actions"]:
        return "actions"
    if kind == "event_callback":
        event = payload["event"]
        return _wrong(event, _EVENTS.get(event["type"], {}), "event")
    return _wrong_inputs(payload["view"]["blocks"]) if payload.get("view") else ""


def _wrong_inputs(blocks: list[Mapping[str, Any]]) -> str:
    for block in blocks:
        if block["type"] == "input" and not (block.get("block_id") and (block.get("element") or {}).get("action_id")):
            return "view.blocks"
    return ""


def _wrong(found: Any, expected: Shape, at: str) -> str:
    match expected:
        case dict():
            return _wrong_field(found, expected, at) if isinstance(found, dict) else at or "it"
        case [each]:
            if not isinstance(found, list):
                return at
            return next((wrong for one in found if (wrong := _wrong(one, each, at))), "")
        case re.Pattern():
            return "" if isinstance(found, str) and expected.fullmatch(found) else at
    if expected is int:
        return "" if type(found) is int and 0 <= found <= _LARGEST else at
    return "" if isinstance(found, expected) else at


def _wrong_field(found: Mapping[str, Any], expected: Mapping[str, Shape], at: str) -> str:
    for name, shape in expected.items():
        if name == "*":
            wrong = next((wrong for each in found.values() if (wrong := _wrong(each, shape, f"{at}.*"))), "")
        else:
            wrong = _wrong_at(found, name, shape, at)
        if wrong:
            return wrong
    return ""


def _wrong_at(found: Mapping[str, Any], name: str, shape: Shape, at: str) -> str:
    field = name.removesuffix("?")
    path = f"{at}.{field}".lstrip(".")
    value = found.get(field)
    if value is None:
        return "" if name.endswith("?") else path
    return _wrong(value, shape, path)
