"""The shapes of Block Kit: every block and element, its fields and their limits, as tables."""

import re
from typing import Any

from sandbox.figures import FIGURES
from sandbox.rules import (
    Findings,
    Rule,
    Shape,
    anything,
    boolean,
    by_type,
    either,
    integer,
    listed,
    one_of,
    plain,
    string,
)
from sandbox.written import RICH_TEXT

ID = string(255)
CONFIRM = Shape(
    {"title": plain(100), "text": either(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = Shape({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": string(3000)})
RICH_OPTION = Shape({"text": either(75), "value": string(150)}, {"description": either(75)})
OPTION_GROUP = Shape({"label": plain(75), "options": listed(OPTION, 100)})
DISPATCH = Shape({}, {"trigger_actions_on": listed(one_of("on_enter_pressed", "on_character_entered"), 2)})


def _options(element: dict[str, Any]) -> list[Any]:
    groups = element.get("option_groups") or []
    options = list(element.get("options") or [])
    return options + [
        one for group in groups if isinstance(group, dict) for one in group.get("options") or []
    ]


def _one_source(element: Any, pointer: str, found: Findings) -> None:
    if ("options" in element) == ("option_groups" in element):
        found.add(pointer, "must have either options or option_groups")
    _initial_known(element, pointer, found)


def _initial_known(element: Any, pointer: str, found: Findings) -> None:
    chosen = [element["initial_option"]] if "initial_option" in element else []
    chosen += element.get("initial_options") or []
    known = _options(element)
    for one in chosen:
        if one not in known:
            found.add(pointer, "initial_option must be one of the options, word for word")


def _image_source(block: Any, pointer: str, found: Findings) -> None:
    if ("image_url" in block) == ("slack_file" in block):
        found.add(pointer, "must have either image_url or slack_file")


def _lengths(element: Any, pointer: str, found: Findings) -> None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        found.add(pointer, "min_length must not be greater than max_length")


def _section_says_something(block: Any, pointer: str, found: Findings) -> None:
    if not block.get("text") and not block.get("fields"):
        found.add(pointer, "must have text or fields")


def _matching(form: str, said: str) -> Rule:
    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, str) or not re.fullmatch(form, value):
            found.add(pointer, f"must be of the form {said}")

    return check


COMMON: dict[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
CHOICE: dict[str, Rule] = COMMON | {"placeholder": plain(150)}
MULTI: dict[str, Rule] = CHOICE | {"max_selected_items": integer(1, 100)}
STATIC: dict[str, Rule] = {"options": listed(OPTION, 100), "option_groups": listed(OPTION_GROUP, 100)}
BOXES: dict[str, Rule] = COMMON | {"initial_options": listed(RICH_OPTION, 10)}
TYPED: dict[str, Rule] = {
    "action_id": ID,
    "placeholder": plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH,
}
FEEDBACK = Shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
FILTER: dict[str, Rule] = {
    "filter": anything,
    "response_url_enabled": boolean,
    "default_to_current_conversation": boolean,
}

ELEMENTS: dict[str, Rule] = {
    "button": Shape(
        {"text": plain(75)},
        COMMON
        | {"value": string(2000), "url": string(3000), "accessibility_label": string(75)}
        | {"style": one_of("primary", "danger")},
    ),
    "overflow": Shape({"options": listed(OPTION, 5)}, COMMON),
    "static_select": Shape({}, CHOICE | STATIC | {"initial_option": OPTION}, _one_source),
    "multi_static_select": Shape({}, MULTI | STATIC | {"initial_options": listed(OPTION, 100)}, _one_source),
    "external_select": Shape({}, CHOICE | {"initial_option": OPTION, "min_query_length": integer(0, 3000)}),
    "users_select": Shape({}, CHOICE | {"initial_user": string(30)}),
    "multi_users_select": Shape({}, MULTI | {"initial_users": listed(string(30), 100)}),
    "conversations_select": Shape({}, CHOICE | FILTER | {"initial_conversation": string(30)}),
    "multi_conversations_select": Shape(
        {}, MULTI | FILTER | {"initial_conversations": listed(string(30), 100)}
    ),
    "channels_select": Shape({}, CHOICE | {"initial_channel": string(30), "response_url_enabled": boolean}),
    "multi_channels_select": Shape({}, MULTI | {"initial_channels": listed(string(30), 100)}),
    "datepicker": Shape({}, CHOICE | {"initial_date": _matching(r"\d{4}-\d{2}-\d{2}", "YYYY-MM-DD")}),
    "timepicker": Shape(
        {}, CHOICE | {"initial_time": _matching(r"([01]\d|2[0-3]):[0-5]\d", "HH:mm"), "timezone": string(100)}
    ),
    "datetimepicker": Shape({}, COMMON | {"initial_date_time": integer(1_000_000_000, 9_999_999_999)}),
    "checkboxes": Shape({"options": listed(RICH_OPTION, 10)}, BOXES, _initial_known),
    "radio_buttons": Shape(
        {"options": listed(RICH_OPTION, 10)}, COMMON | {"initial_option": RICH_OPTION}, _initial_known
    ),
    "image": Shape(
        {"alt_text": string(2000)}, {"image_url": string(3000), "slack_file": anything}, _image_source
    ),
    "plain_text_input": Shape(
        {},
        TYPED
        | {"initial_value": string(3000, 0), "multiline": boolean}
        | {"min_length": integer(0, 3000), "max_length": integer(1, 3000)},
        _lengths,
    ),
    "number_input": Shape(
        {"is_decimal_allowed": boolean},
        TYPED | {"initial_value": string(100), "min_value": string(100), "max_value": string(100)},
    ),
    "email_text_input": Shape({}, TYPED | {"initial_value": string(3000, 0)}),
    "url_text_input": Shape({}, TYPED | {"initial_value": string(3000, 0)}),
    "file_input": Shape(
        {}, {"action_id": ID, "filetypes": listed(string(20), 100), "max_files": integer(1, 10)}
    ),
    "rich_text_input": Shape({}, TYPED | {"initial_value": RICH_TEXT}),
    "feedback_buttons": Shape({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, {"action_id": ID}),
    "icon_button": Shape(
        {"icon": string(100), "text": plain(75)},
        COMMON
        | {"value": string(2000), "accessibility_label": string(75)}
        | {"visible_to_user_ids": listed(string(30), 10)},
    ),
    "plain_text": plain(3000),
    "mrkdwn": either(3000),
}

SELECTS = frozenset(kind for kind in ELEMENTS if kind.endswith("_select"))
SINGLE = frozenset(kind for kind in SELECTS if not kind.startswith("multi_"))
PICKED = frozenset({"datepicker", "timepicker", "checkboxes", "radio_buttons"})
IN_ACTIONS = SINGLE | PICKED | {"button", "overflow", "datetimepicker"}
IN_SECTION = SELECTS | PICKED | {"button", "overflow", "image"}
TEXT_INPUTS = frozenset(
    {"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"}
)
IN_INPUT = SELECTS | PICKED | TEXT_INPUTS | {"datetimepicker", "file_input"}
IN_CONTEXT = frozenset({"image", "plain_text", "mrkdwn"})
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
BLOCK: dict[str, Rule] = {"block_id": ID}

BLOCKS: dict[str, Rule] = {
    "section": Shape(
        {},
        BLOCK
        | {"text": either(3000), "fields": listed(either(2000), 10), "expand": boolean}
        | {"accessory": by_type(ELEMENTS, IN_SECTION)},
        _section_says_something,
    ),
    "header": Shape({"text": plain(150)}, BLOCK),
    "divider": Shape({}, BLOCK),
    "context": Shape({"elements": listed(by_type(ELEMENTS, IN_CONTEXT), 10)}, BLOCK),
    "actions": Shape({"elements": listed(by_type(ELEMENTS, IN_ACTIONS), 25)}, BLOCK),
    "image": Shape(
        {"alt_text": string(2000)},
        BLOCK | {"image_url": string(3000), "slack_file": anything, "title": plain(2000)},
        _image_source,
    ),
    "input": Shape(
        {"label": plain(2000), "element": by_type(ELEMENTS, IN_INPUT)},
        BLOCK | {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": RICH_TEXT,
    "markdown": Shape({"text": string(12_000)}, BLOCK),
    "context_actions": Shape({"elements": listed(by_type(ELEMENTS, IN_CONTEXT_ACTIONS), 5)}, BLOCK),
    "alert": Shape(
        {"text": either(3000)},
        BLOCK | {"level": one_of("default", "info", "warning", "error", "success")},
    ),
    **FIGURES,
}
ONLY_IN_MESSAGES = frozenset({"markdown", "context_actions", *FIGURES})
ONLY_IN_MODALS = frozenset({"alert"})
SURFACES: dict[str, frozenset[str]] = {
    "message": frozenset(BLOCKS) - ONLY_IN_MODALS,
    "modal": frozenset(BLOCKS) - ONLY_IN_MESSAGES,
    "home": frozenset(BLOCKS) - ONLY_IN_MESSAGES - ONLY_IN_MODALS,
}
