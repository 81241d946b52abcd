"""What the listeners rely on in a payload: its fields and their types, as a table.  Others may be there."""

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
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

_OPTION = {"value": str}
_FILE = {"id?": _ID, "name?": str, "size?": int}
_EDITED = {"user?": _ID, "ts": _TS}
_PERSON = {"id": _ID}
_TEAM = {"id": _ID}

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
    "selected_user?": _ID,
    "files?": [_FILE],
}
_BLOCK = {"type": str, "block_id?": _NAME, "element?": {"type": str, "action_id?": _NAME}}
_VIEW = {
    "id": _KEY,
    "hash": _KEY,
    "type": str,
    "callback_id?": str,
    "private_metadata?": str,
    "blocks": [_BLOCK],
    "state?": {"values?": {"*": {"*": _FIELD}}},
    "title?": dict,
    "submit?": dict,
    "close?": dict,
    "notify_on_close?": bool,
}
_FORM = {name.removesuffix("?"): shape for name, shape in _VIEW.items()}
"""A window that was filled in has all of it."""

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

_TOLD = {
    "channel": _ID,
    "deleted_ts?": _TS,
    "message?": _MESSAGE,
    "previous_message?": _MESSAGE,
}
_EVENTS: Mapping[str, Shape] = {
    "message": _MESSAGE | _TOLD,
    "app_home_opened": {"user": _ID, "tab?": str, "view?": {"hash?": _NAME}},
}
_NEEDED = {"message_changed": "message", "message_deleted": "deleted_ts"}
"""What a message event of that kind has besides."""

_PAYLOADS: Mapping[str, Shape] = {
    "event_callback": {"event": {"type": str}, "event_id": _KEY, "team_id?": _ID, "api_app_id?": _ID},
    "block_actions": _ABOUT
    | {
        "actions": [_CONTROL],
        "trigger_id": _KEY,
        "response_url?": str,
        "view?": _VIEW,
        "message?": {"ts?": _TS, "thread_ts?": _TS},
    },
    "view_submission": _ABOUT | {"view": _FORM},
    "view_closed": _ABOUT | {"view": _VIEW},
    "shortcut": _ABOUT | {"callback_id": str, "trigger_id": _KEY},
    "message_action": _ABOUT
    | {
        "callback_id": str,
        "trigger_id": _KEY,
        "channel": {"id": _ID},
        "message": _MESSAGE,
        "response_url?": str,
    },
    "url_verification": {"challenge": str},
    "app_rate_limited": {"team_id?": _ID},
}
_COMMAND = {
    "command": str,
    "text?": str,
    "user_id": _ID,
    "team_id": _ID,
    "api_app_id?": _ID,
    "trigger_id": _KEY,
    "response_url": str,
}


_IN_A_WINDOW = frozenset(
    {"canned", "level", "home_refresh", "home_turn_back", "home_turn_on"}
    | {"whole_of", "whole_back", "whole_on", "whole_show"}
)
_OF_A_MESSAGE = frozenset({"make_ticket", "send_to_customer"})
_UNDER_AN_ANSWER = frozenset(
    {"hand_over", "give_back", "page_back", "page_on", "bring_back", "undo", "write_report"}
)
"""Controls in a window; shortcuts on a message; controls below what only one person sees."""


def wrong_in(payload: Mapping[str, Any]) -> str:
    """Where the payload has another shape than Slack's; "" where it has not."""
    if "command" in payload and "event" not in payload:
        return _wrong(payload, _COMMAND, "")
    kind = payload.get("type")
    expected = _PAYLOADS.get(kind) if isinstance(kind, str) else None
    if expected is None or ("event" in payload and kind != "event_callback"):
        return "type"
    return _wrong(payload, expected, "") or _beyond(payload, kind)


def _beyond(payload: Mapping[str, Any], kind: str | None) -> str:
    """What no table of fields can say."""
    if kind == "shortcut" and payload["callback_id"] in _OF_A_MESSAGE:
        return "type"
    if kind == "block_actions":
        return _wrong_click(payload)
    if kind == "event_callback":
        return _wrong_event(payload["event"])
    return _wrong_inputs(payload["view"]["blocks"]) if payload.get("view") else ""


def _wrong_click(payload: Mapping[str, Any]) -> str:
    used = {control["action_id"] for control in payload["actions"]}
    if not used:
        return "actions"
    if used & _IN_A_WINDOW and not (payload.get("view") or {}).get("state"):
        return "view"
    return "response_url" if used & _UNDER_AN_ANSWER and not payload.get("response_url") else ""


def _wrong_event(event: Mapping[str, Any]) -> str:
    if wrong := _wrong(event, _EVENTS.get(event["type"], {}), "event"):
        return wrong
    needed = _NEEDED.get(str(event.get("subtype") or ""), "type") if event["type"] == "message" else "type"
    return "" if event.get(needed) is not None else f"event.{needed}"


def _wrong_inputs(blocks: list[Mapping[str, Any]]) -> str:
    for block in blocks:
        if block["type"] == "input" and not (
            block.get("block_id") and (block.get("element") or {}).get("action_id")
        ):
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
