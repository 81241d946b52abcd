"""The checker refuses what Slack refuses, and lets through what Slack takes."""

from typing import Any

import pytest

from sandbox.checker import check_message, check_metadata, check_view, problems_of_blocks
from sandbox.refused import Refused

Json = dict[str, Any]


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "go", "text": plain("Go"), **more}


def option(value: str = "a", words: str = "A") -> Json:
    return {"text": plain(words), "value": value}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}, **more}


def field(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Words"), "element": element, **more}


WORDS: Json = {"type": "plain_text_input", "action_id": "words"}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": list(blocks), **more}


GOOD = {
    "a section": section(),
    "fields alone": {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2000}] * 10},
    "a header of 150": {"type": "header", "text": plain("x" * 150)},
    "25 buttons": actions(*[button(action_id=f"a{n}") for n in range(25)]),
    "an option value of 150": actions(
        {"type": "static_select", "action_id": "s", "options": [option("v" * 150)]}
    ),
    "an initial option": actions(
        {"type": "static_select", "action_id": "s", "options": [option()], "initial_option": option()}
    ),
    "a confirmed button": actions(
        button(
            style="danger",
            confirm={
                "title": plain("Sure?"),
                "text": plain("Really?"),
                "confirm": plain("Yes"),
                "deny": plain("No"),
            },
        )
    ),
    "rich text": {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "hi"}]}],
    },
    "a divider": {"type": "divider", "block_id": "line"},
    "context": {"type": "context", "elements": [plain("small")] * 10},
    "verbatim words": section(text={"type": "mrkdwn", "text": "<&", "verbatim": True}),
}

BAD = {
    "an empty section text": section(text={"type": "mrkdwn", "text": ""}),
    "a section text of 3001": section(text={"type": "mrkdwn", "text": "x" * 3001}),
    "a section without words": {"type": "section"},
    "11 fields": {"type": "section", "fields": [plain("x")] * 11},
    "a field of 2001": {"type": "section", "fields": [plain("x" * 2001)]},
    "a header of 151": {"type": "header", "text": plain("x" * 151)},
    "mrkdwn in a header": {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
    "mrkdwn on a button": actions(button(text={"type": "mrkdwn", "text": "x"})),
    "a button of 76": actions(button(text=plain("x" * 76))),
    "a button value of 2001": actions(button(value="x" * 2001)),
    "a button without words": actions({"type": "button", "action_id": "go"}),
    "a style of its own": actions(button(style="success")),
    "26 buttons": actions(*[button(action_id=f"a{n}") for n in range(26)]),
    "no elements": actions(),
    "the same action twice": actions(button(), button()),
    "an action_id of 256": actions(button(action_id="x" * 256)),
    "6 overflow options": actions(
        {"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]}
    ),
    "101 options": actions(
        {"type": "static_select", "action_id": "s", "options": [option(str(n)) for n in range(101)]}
    ),
    "an option value of 151": actions(
        {"type": "static_select", "action_id": "s", "options": [option("v" * 151)]}
    ),
    "an option text of 76": actions(
        {"type": "static_select", "action_id": "s", "options": [option(words="x" * 76)]}
    ),
    "no options at all": actions({"type": "static_select", "action_id": "s"}),
    "an initial option that is none": actions(
        {"type": "static_select", "action_id": "s", "options": [option()], "initial_option": option("b")}
    ),
    "11 checkboxes": actions(
        {"type": "checkboxes", "action_id": "c", "options": [option(str(n)) for n in range(11)]}
    ),
    "11 context parts": {"type": "context", "elements": [plain("x")] * 11},
    "a button in a context": {"type": "context", "elements": [button()]},
    "a text input among actions": actions(WORDS),
    "a number input that does not say whether decimals": field({"type": "number_input", "action_id": "n"}),
    "an image without alt_text": {"type": "image", "image_url": "https://x.example/a.png"},
    "an image from nowhere": {"type": "image", "alt_text": "x"},
    "an unknown block": {"type": "banner"},
    "an unknown property": section(colour="red"),
    "a block that is no object": "section",
    "a confirm without words": actions(button(confirm={"title": plain("Sure?")})),
    "an input without a label": {"type": "input", "element": WORDS},
}


@pytest.mark.parametrize("block", GOOD.values(), ids=GOOD.keys())
def test_slack_takes(block: Json) -> None:
    check_message("words", [block])


@pytest.mark.parametrize("block", BAD.values(), ids=BAD.keys())
def test_slack_refuses(block: Json) -> None:
    with pytest.raises(Refused) as refusal:
        check_message("words", [block])
    assert refusal.value.error == "invalid_blocks"
    assert "json-pointer:/blocks/0" in refusal.value.messages[0]


def test_a_message_has_at_most_fifty_blocks_and_each_block_id_once() -> None:
    check_message("words", [{"type": "divider"}] * 50)
    with pytest.raises(Refused, match="no more than 50"):
        check_message("words", [{"type": "divider"}] * 51)
    with pytest.raises(Refused, match="already exists"):
        check_message("words", [section(block_id="a"), section(block_id="a")])


def test_an_update_is_shorter_than_a_post_may_be() -> None:
    check_message("x" * 4000, None, update=True)
    check_message("x" * 4001, None)
    with pytest.raises(Refused, match="msg_too_long"):
        check_message("x" * 4001, None, update=True)
    with pytest.raises(Refused, match="no_text"):
        check_message("", None)
    with pytest.raises(Refused, match="invalid_blocks_format"):
        check_message("x", {"type": "section"})


BAD_VIEWS = {
    "an input without submit": {"type": "modal", "title": plain("T"), "blocks": [field(WORDS)]},
    "a title of 25": modal(section(), title=plain("x" * 25)),
    "a submit of 25": modal(section(), submit=plain("x" * 25)),
    "no title": {"type": "modal", "blocks": [section()]},
    "101 blocks": modal(*[{"type": "divider"}] * 101),
    "private_metadata of 3001": modal(section(), private_metadata="x" * 3001),
    "a callback_id of 256": modal(section(), callback_id="x" * 256),
    "a chart": modal({"type": "data_visualization", "title": "T", "chart": {}}),
    "a home where a modal belongs": {"type": "home", "blocks": [section()]},
}


@pytest.mark.parametrize("view", BAD_VIEWS.values(), ids=BAD_VIEWS.keys())
def test_slack_opens_no_dialog_with(view: Json) -> None:
    with pytest.raises(Refused, match="invalid_arguments"):
        check_view(view, "modal")


def test_a_huge_view_is_too_large() -> None:
    with pytest.raises(Refused, match="view_too_large"):
        check_view(modal(*[section(text=plain("x" * 2900))] * 90), "modal")


def test_a_dialog_with_every_kind_of_input_is_fine() -> None:
    options = {"options": [option()]}
    kinds: list[Json] = [
        WORDS,
        {"type": "static_select", **options},
        {"type": "multi_static_select", **options},
        {"type": "radio_buttons", **options},
        {"type": "checkboxes", **options},
        {"type": "users_select"},
        {"type": "multi_users_select"},
        {"type": "datepicker", "initial_date": "2026-11-27"},
        {"type": "timepicker", "initial_time": "16:30"},
        {"type": "number_input", "is_decimal_allowed": False, "min_value": "0"},
        {"type": "email_text_input"},
        {"type": "url_text_input"},
    ]
    blocks = [field(kind | {"action_id": "x"}, dispatch_action=True) for kind in kinds]
    assert problems_of_blocks(blocks, "modal") == []


def test_metadata_is_flat_and_small() -> None:
    check_metadata({"event_type": "helpdesk", "event_payload": {"k": "1", "n": 2, "list": ["a"]}})
    check_metadata({})
    for wrong in ({"event_type": "x"}, {"event_type": 1, "event_payload": {}}, "x"):
        with pytest.raises(Refused, match="invalid_metadata_format"):
            check_metadata(wrong)
    with pytest.raises(Refused, match="invalid_metadata_schema"):
        check_metadata({"event_type": "x", "event_payload": {"deep": {"er": {"still": 1}}}})
