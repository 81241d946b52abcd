"""What a person enters: the value of each input, as Slack writes it into `state.values` and `actions`."""

import re
from typing import Any

from sandbox.checker import elements_of
from sandbox.refused import Json, NotPossible

TEXT = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
SINGLE = {
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
MANY = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
}
ONE_OPTION = ("static_select", "external_select", "radio_buttons", "overflow")
_BEFORE_WORDS = re.compile(r"^\W+")
"""A sign in front of a label, which a person need not type."""
MANY_OPTIONS = ("multi_static_select", "checkboxes")


def with_ids(blocks: list[Json], prefix: str) -> list[Json]:
    """The blocks as Slack keeps them: every block and element has an id, its own or a made-up one."""
    kept = []
    for number, block in enumerate(blocks):
        block = {"type": block["type"], "block_id": block.get("block_id") or f"{prefix}{number}"} | block
        for name in ("accessory", "element"):
            if isinstance(block.get(name), dict):
                block[name] = _with_action_id(block[name], f"{prefix}{number}a")
        if block["type"] in ("actions", "context_actions"):
            named = [_with_action_id(one, f"{prefix}{number}a{n}") for n, one in enumerate(block["elements"])]
            block["elements"] = named
        kept.append(block)
    return kept


def options_of(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(one for group in groups for one in group.get("options") or [])]


def entered(element: Json, value: Any) -> Json:
    """The state of this element once a person chose or typed `value` (None empties it).

    Raises NotPossible for an option that is not there."""
    kind = element["type"]
    if kind in TEXT:
        return {"type": kind, "value": None if value in (None, "") else str(value)}
    if kind in SINGLE:
        return {"type": kind, SINGLE[kind][0]: value or None}
    if kind in MANY:
        return {"type": kind, MANY[kind][0]: list(value or [])}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": None if value in (None, "") else _option(element, value)}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": [_option(element, one) for one in value or []]}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": _rich(value) if value else None}
    if kind in ("icon_button", "feedback_buttons"):
        return {"type": kind, "value": _pressed(element, value)}
    return {"type": kind, "files": list(value or [])} if kind == "file_input" else {"type": kind}


def initial(element: Json) -> Json:
    """The state of this element before anybody touched it."""
    kind = element["type"]
    if kind in SINGLE:
        return {"type": kind, SINGLE[kind][0]: element.get(SINGLE[kind][1])}
    if kind in MANY:
        return {"type": kind, MANY[kind][0]: list(element.get(MANY[kind][1]) or [])}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": list(element.get("initial_options") or [])}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": element.get("initial_value")}
    return entered(element, element.get("initial_value"))


def state_of(blocks: list[Json], values: Json) -> Json:
    """`state.values` of a message or view: what was entered, else what stood there."""
    state: Json = {}
    for block, element in inputs_of(blocks):
        known = values.get(block["block_id"], {}).get(element["action_id"])
        kept = known if known and known["type"] == element["type"] else initial(element)
        state.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return {"values": state}


def inputs_of(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Every block and element that holds a value."""
    stateless = ("button", "overflow", "image", "icon_button", "feedback_buttons")
    pairs = [(block, element) for block in blocks for element in elements_of(block)]
    return [(block, element) for block, element in pairs if element["type"] not in stateless]


def find_element(
    blocks: list[Json], action_id: str, block_id: str = "", value: Any = None
) -> tuple[Json, Json]:
    """The block and element a person means; raises NotPossible when it is not there."""
    pairs = [(block, element) for block in blocks for element in elements_of(block)]
    fitting = [
        (block, element)
        for block, element in pairs
        if element.get("action_id") == action_id and block_id in ("", block["block_id"])
    ]
    for block, element in fitting:
        if element["type"] != "button" or value is None or element.get("value") == value:
            return block, element
    there = ", ".join(sorted(str(element.get("action_id")) for _, element in pairs)) or "nothing"
    raise NotPossible(f"there is no {action_id} to use here, only: {there}")


def has_element(blocks: list[Json], action_id: str, block_id: str) -> bool:
    """Whether there is such an element; block_id "" means in any block."""
    return any(
        element.get("action_id") == action_id and block_id in ("", block["block_id"])
        for block in blocks
        for element in elements_of(block)
    )


def is_empty(state: Json) -> bool:
    return not any(value for name, value in state.items() if name != "type")


def complaint(block: Json, element: Json, state: Json) -> str:
    """What Slack's own client says before it lets a dialog be submitted; empty when it is fine."""
    if is_empty(state):
        return "" if block.get("optional") else "Please complete this required field."
    value = state.get("value")
    if not isinstance(value, str):
        return ""
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please enter no more than {element.get('max_length', 3000)} characters."
    if element["type"] == "email_text_input" and "@" not in value:
        return "Please enter an email address."
    return _number_complaint(element, value) if element["type"] == "number_input" else ""


def _number_complaint(element: Json, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number that is at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number that is at most {element['max_value']}."
    return ""


def _option(element: Json, value: Any) -> Json:
    for option in options_of(element):
        label = option["text"]["text"]
        if value in (option["value"], label, _BEFORE_WORDS.sub("", label)):
            return option
    there = ", ".join(option["value"] for option in options_of(element))
    raise NotPossible(f"{value} cannot be chosen here, only: {there}")


def _pressed(element: Json, value: Any) -> Any:
    if element["type"] == "icon_button":
        return element.get("value")
    there = [element[name]["value"] for name in ("positive_button", "negative_button")]
    if value not in there:
        raise NotPossible(f"{value} cannot be pressed here, only: {', '.join(there)}")
    return value


def _rich(value: Any) -> Json:
    if isinstance(value, dict):
        return value
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}
    return {"type": "rich_text", "elements": [words]}


def _with_action_id(element: Json, made_up: str) -> Json:
    if element["type"] == "image" or element.get("action_id"):
        return element
    return element | {"action_id": made_up}
