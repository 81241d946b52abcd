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


def words(text: str) -> Json:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}


def rich(*sections: Json) -> Json:
    return {"type": "rich_text", "elements": list(sections)}


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def chart(kind: Json, title: str = "Tickets") -> Json:
    return {"type": "data_visualization", "title": title, "chart": kind}


def plot(kind: str, names: Any = ("Tickets",), categories: Any = ("Mon", "Tue"), **axis: str) -> Json:
    points = [{"label": category, "value": 1.5} for category in categories]
    series = [{"name": name, "data": points} for name in names]
    return {"type": kind, "series": series, "axis_config": {"categories": list(categories), **axis}}


def sure(**more: Any) -> Json:
    asked = {"title": plain("Sure?"), "text": plain("Really?"), "confirm": plain("Yes"), "deny": plain("No")}
    return asked | more


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
    "a list in rich text": rich(
        {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [words("one"), words("two")]}
    ),
    "every rich element": rich(
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "hi", "style": {"bold": True, "code": True}},
                {"type": "link", "url": "https://desk.example", "text": "desk", "style": {"italic": True}},
                {"type": "user", "user_id": "U0ALICE", "style": {"highlight": True}},
                {"type": "usergroup", "usergroup_id": "S0LEADS"},
                {"type": "channel", "channel_id": "C0SUPPORT"},
                {"type": "emoji", "name": "wave", "skin_tone": 3},
                {"type": "broadcast", "range": "here"},
                {"type": "date", "timestamp": 1767225600, "format": "{date}", "fallback": "then"},
            ],
        }
    ),
    "preformatted and quoted": rich(
        {"type": "rich_text_preformatted", "border": 0, "elements": [{"type": "text", "text": "log"}]},
        {"type": "rich_text_quote", "border": 1, "elements": [{"type": "text", "text": "said"}]},
    ),
    "a table of 100 rows": {"type": "table", "rows": [[cell("x")] * 20] * 100},
    "a table with columns": {
        "type": "table",
        "rows": [[cell("a"), {"type": "raw_number", "value": 3}]],
        "column_settings": [{"align": "right"}, None],
    },
    "a data table": {
        "type": "data_table",
        "caption": "Tickets",
        "page_size": 10,
        "row_header_column_index": 1,
        "rows": [[cell("Day"), cell("New")], [cell("Mon"), {"type": "raw_number", "value": 3, "text": "3"}]],
    },
    "a pie": chart({"type": "pie", "segments": [{"label": "Open", "value": 3}]}),
    "a bar chart": chart(plot("bar")),
    "an area chart": chart(plot("area")),
    "a line chart": chart(plot("line", names=("a", "b", "c", "d", "e", "f"))),
    "markdown of 12000": {"type": "markdown", "text": "x" * 12_000},
    "context actions": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad", "accessibility_label": "Bad"},
            },
            {"type": "icon_button", "action_id": "i", "icon": "trash", "text": plain("Delete")},
        ],
    },
    "an initial option of a group": actions(
        {
            "type": "static_select",
            "action_id": "s",
            "option_groups": [{"label": plain("G"), "options": [option()]}],
            "initial_option": option(),
        }
    ),
    "an image with a title": {
        "type": "image",
        "alt_text": "x",
        "image_url": "https://x.example/a.png",
        "title": plain("x" * 2000),
    },
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
    "rich text without words": rich(
        {"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}
    ),
    "an unknown rich element": rich({"type": "rich_text_section", "elements": [{"type": "sound"}]}),
    "an unknown rich section": rich({"type": "rich_text_poem", "elements": []}),
    "no rich sections": rich(),
    "an unknown style": rich(
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"big": True}}]}
    ),
    "a style that is not yes or no": rich(
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": 1}}]}
    ),
    "a link to nowhere": rich(
        {"type": "rich_text_section", "elements": [{"type": "link", "url": "javascript:alert(1)"}]}
    ),
    "a user without an id": rich({"type": "rich_text_section", "elements": [{"type": "user"}]}),
    "a broadcast to nobody known": rich(
        {"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "all"}]}
    ),
    "a date without a format": rich(
        {"type": "rich_text_section", "elements": [{"type": "date", "timestamp": 1}]}
    ),
    "a mention in preformatted words": rich(
        {"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U0ALICE"}]}
    ),
    "a list of bare words": rich(
        {"type": "rich_text_list", "style": "bullet", "elements": [{"type": "text", "text": "x"}]}
    ),
    "a list of no style": rich({"type": "rich_text_list", "elements": [words("x")]}),
    "a list nine deep": rich(
        {"type": "rich_text_list", "style": "bullet", "indent": 9, "elements": [words("x")]}
    ),
    "a border of 2": rich({"type": "rich_text_quote", "border": 2, "elements": []}),
    "a table of 101 rows": {"type": "table", "rows": [[cell("x")]] * 101},
    "a table of 21 columns": {"type": "table", "rows": [[cell("x")] * 21]},
    "a table without cells": {"type": "table", "rows": [[]]},
    "a table of bare words": {"type": "table", "rows": [["x"]]},
    "a table of over 10000": {"type": "table", "rows": [[cell("x" * 2501)]] * 4},
    "a column in the middle of nowhere": {
        "type": "table",
        "rows": [[cell("x")]],
        "column_settings": [{"align": "middle"}],
    },
    "a data table without a caption": {"type": "data_table", "rows": [[cell("a")], [cell("b")]]},
    "a data table of a header alone": {"type": "data_table", "caption": "x", "rows": [[cell("a")]]},
    "a data table of 102 rows": {"type": "data_table", "caption": "x", "rows": [[cell("a")]] * 102},
    "a data table with a short row": {
        "type": "data_table",
        "caption": "x",
        "rows": [[cell("a"), cell("b")], [cell("c")]],
    },
    "a data table with a rich header": {
        "type": "data_table",
        "caption": "x",
        "rows": [[rich(words("a"))], [cell("b")]],
    },
    "a page of 101": {
        "type": "data_table",
        "caption": "x",
        "page_size": 101,
        "rows": [[cell("a")], [cell("b")]],
    },
    "a header column that is not there": {
        "type": "data_table",
        "caption": "x",
        "row_header_column_index": 1,
        "rows": [[cell("a")], [cell("b")]],
    },
    "a number that is none": {"type": "table", "rows": [[{"type": "raw_number", "value": "3"}]]},
    "a chart title of 51": chart({"type": "pie", "segments": [{"label": "a", "value": 1}]}, title="x" * 51),
    "a chart of an unknown kind": chart({"type": "radar", "segments": []}),
    "a pie of 7": chart({"type": "pie", "segments": [{"label": str(n), "value": 1} for n in range(7)]}),
    "a pie of nothing": chart({"type": "pie", "segments": []}),
    "a slice of 0": chart({"type": "pie", "segments": [{"label": "a", "value": 0}]}),
    "7 series": chart(plot("bar", names=tuple("abcdefg"))),
    "two series of one name": chart(plot("bar", names=("a", "a"))),
    "a point that no category has": chart(
        {
            "type": "line",
            "series": [{"name": "a", "data": [{"label": "Sun", "value": 1}]}],
            "axis_config": {"categories": ["Mon"]},
        }
    ),
    "a category of 21": chart(plot("bar", categories=("x" * 21,))),
    "an axis without categories": chart({"type": "bar", "series": [], "axis_config": {}}),
    "an axis label of 51": chart(plot("bar", y_label="x" * 51)),
    "markdown of 12001": {"type": "markdown", "text": "x" * 12_001},
    "an alert in a message": {"type": "alert", "text": plain("careful")},
    "a button in context actions": {"type": "context_actions", "elements": [button()]},
    "6 context actions": {
        "type": "context_actions",
        "elements": [
            {"type": "icon_button", "action_id": str(n), "icon": "trash", "text": plain("x")}
            for n in range(6)
        ],
    },
    "feedback without its other half": {
        "type": "context_actions",
        "elements": [
            {"type": "feedback_buttons", "positive_button": {"text": plain("x"), "value": "x"}},
        ],
    },
    "an initial option in other words": actions(
        {
            "type": "static_select",
            "action_id": "s",
            "options": [option()],
            "initial_option": option(words="B"),
        }
    ),
    "options and groups": actions(
        {
            "type": "static_select",
            "action_id": "s",
            "options": [option()],
            "option_groups": [{"label": plain("G"), "options": [option()]}],
        }
    ),
    "101 option groups": actions(
        {
            "type": "static_select",
            "action_id": "s",
            "option_groups": [{"label": plain("G"), "options": [option()]}] * 101,
        }
    ),
    "a placeholder of 151": actions(
        {"type": "users_select", "action_id": "u", "placeholder": plain("x" * 151)}
    ),
    "an option description of 76": actions(
        {
            "type": "static_select",
            "action_id": "s",
            "options": [option() | {"description": plain("x" * 76)}],
        }
    ),
    "a confirm title of 101": actions(button(confirm=sure(title=plain("x" * 101)))),
    "a confirm text of 301": actions(button(confirm=sure(text=plain("x" * 301)))),
    "a confirm button of 31": actions(button(confirm=sure(deny=plain("x" * 31)))),
    "a url of 3001": actions(button(url="https://x.example/" + "x" * 2983)),
    "a label for the ear of 76": actions(button(accessibility_label="x" * 76)),
    "a date as people write it": actions(
        {"type": "datepicker", "action_id": "d", "initial_date": "1-2-2026"}
    ),
    "a time past midnight": actions({"type": "timepicker", "action_id": "t", "initial_time": "24:00"}),
    "a block_id of 256": section(block_id="x" * 256),
    "an image title of 2001": {
        "type": "image",
        "alt_text": "x",
        "image_url": "https://x.example/a.png",
        "title": plain("x" * 2001),
    },
    "an input label of 2001": field(WORDS, label=plain("x" * 2001)),
    "a hint of 2001": field(WORDS, hint=plain("x" * 2001)),
    "max_length of 3001": field(WORDS | {"max_length": 3001}),
    "a minimum above the maximum": field(WORDS | {"min_length": 5, "max_length": 4}),
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


def test_what_a_message_holds_only_so_many_of() -> None:
    table, pie = GOOD["a table with columns"], GOOD["a pie"]
    check_message("words", [table, pie, pie])
    for blocks, why in (([table, table], "1 of type table"), ([pie] * 3, "2 of type data_visualization")):
        with pytest.raises(Refused, match=why):
            check_message("words", blocks)
    long = {"type": "markdown", "text": "x" * 6001}
    with pytest.raises(Refused, match="12001 characters in all"):
        check_message("words", [long, long])


def test_what_hangs_on_a_message_is_looked_at_too() -> None:
    check_message("words", None, [{"color": "#ff0000", "blocks": [section()]}])
    check_message("words", None, [{"text": "x"}] * 100)
    for wrong in ([{"blocks": [BAD["a button of 76"]]}], [{"text": "x"}] * 101, ["x"], "x"):
        with pytest.raises(Refused, match="invalid_attachments"):
            check_message("words", None, wrong)


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
    "a chart": modal(GOOD["a pie"]),
    "a table": modal(GOOD["a data table"]),
    "markdown": modal(GOOD["markdown of 12000"]),
    "context actions": modal(GOOD["context actions"]),
    "a close of 25": modal(section(), close=plain("x" * 25)),
    "an external_id of 256": modal(section(), external_id="x" * 256),
    "no blocks": {"type": "modal", "title": plain("T")},
    "two that want the focus": modal(
        *[field(WORDS | {"focus_on_load": True}, block_id=str(n)) for n in range(2)]
    ),
    "an unknown field": modal(section(), colour="red"),
    "the same block twice": modal(section(block_id="a"), section(block_id="a")),
    "a mrkdwn title": modal(section(), title={"type": "mrkdwn", "text": "T"}),
    "a home where a modal belongs": {"type": "home", "blocks": [section()]},
}


@pytest.mark.parametrize("view", BAD_VIEWS.values(), ids=BAD_VIEWS.keys())
def test_slack_opens_no_dialog_with(view: Json) -> None:
    with pytest.raises(Refused, match="invalid_arguments"):
        check_view(view, "modal")


def test_an_alert_is_for_dialogs_alone() -> None:
    alert = {"type": "alert", "text": {"type": "mrkdwn", "text": "careful"}, "level": "warning"}
    check_view(modal(alert), "modal")
    with pytest.raises(Refused, match="must be one of"):
        check_view(modal(alert | {"level": "loud"}), "modal")
    for surface in ("message", "home"):
        assert problems_of_blocks([alert], surface)


def test_a_home_has_a_hundred_blocks_and_a_dialog_too() -> None:
    for kind, view in (("home", {"type": "home"}), ("modal", {"type": "modal", "title": plain("T")})):
        check_view(view | {"blocks": [{"type": "divider"}] * 100}, kind)
        with pytest.raises(Refused, match="no more than 100"):
            check_view(view | {"blocks": [{"type": "divider"}] * 101}, kind)


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
