"""Rich text: what may stand in a rich_text block, element by element."""

from typing import Any

from sandbox.rules import Findings, Rule, Shape, boolean, by_type, integer, listed, one_of, string

LONGEST = 40_000
MOST = 1000
WORDS: Rule = string(LONGEST)
NAME: Rule = string(255)
_FONT = dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean)
_MARKED = _FONT | dict.fromkeys(("highlight", "client_highlight", "unlink"), boolean)
FONT: dict[str, Rule] = {"style": Shape({}, _FONT)}
MARKED: dict[str, Rule] = {"style": Shape({}, _MARKED)}


def _address(value: Any, pointer: str, found: Findings) -> None:
    string(3000)(value, pointer, found)
    if isinstance(value, str) and not value.startswith(
        ("http://", "https://", "mailto:", "tel:", "slack://")
    ):
        found.add(pointer, "must be a valid URL")


PARTS: dict[str, Rule] = {
    "text": Shape({"text": WORDS}, FONT),
    "link": Shape({"url": _address}, FONT | {"text": WORDS, "unsafe": boolean}),
    "user": Shape({"user_id": NAME}, MARKED),
    "usergroup": Shape({"usergroup_id": NAME}, MARKED),
    "channel": Shape({"channel_id": NAME}, MARKED),
    "emoji": Shape({"name": NAME}, FONT | {"unicode": NAME, "skin_tone": integer(1, 6)}),
    "broadcast": Shape({"range": one_of("here", "channel", "everyone")}, FONT),
    "date": Shape(
        {"timestamp": integer(0, 9_999_999_999), "format": NAME}, FONT | {"url": _address, "fallback": WORDS}
    ),
    "color": Shape({"value": string(7, 4)}, FONT),
    "team": Shape({"team_id": NAME}, FONT),
}
_EVERY = listed(by_type(PARTS, frozenset(PARTS)), MOST, 0)
_PLAIN = listed(by_type(PARTS, frozenset({"text", "link"})), MOST, 0)
_SECTION = Shape({"elements": _EVERY})
_BORDER: dict[str, Rule] = {"border": integer(0, 1)}

SECTIONS: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": Shape({"elements": _PLAIN}, _BORDER | {"language": NAME}),
    "rich_text_quote": Shape({"elements": _EVERY}, _BORDER),
    "rich_text_list": Shape(
        {
            "elements": listed(
                by_type({"rich_text_section": _SECTION}, frozenset({"rich_text_section"})), MOST
            ),
            "style": one_of("bullet", "ordered"),
        },
        _BORDER | {"indent": integer(0, 8), "offset": integer(0, 9999)},
    ),
}
"""Slack says how long none of these may be: a message's own limit is taken for each text."""

RICH_TEXT = Shape({"elements": listed(by_type(SECTIONS, frozenset(SECTIONS)), MOST)}, {"block_id": NAME})
