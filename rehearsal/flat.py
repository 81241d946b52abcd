"""A drawn message of Slack as plain lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

_LINK = re.compile(r"<([^<>|]+)\|([^<>]+)>")


def lines_of(blocks: list[dict[str, Any]]) -> list[str]:
    """What the message says, a line for each line of it."""
    return [line for block in blocks for text in _texts(block) for line in text.split("\n")]


def facts_of(blocks: list[dict[str, Any]]) -> dict[str, str]:
    """The facts that stand in two columns, by their names."""
    fields = (field["text"] for block in blocks for field in block.get("fields", ()))
    pairs = (text.partition("\n") for text in fields)
    return {name.strip("*"): _plain(value).replace("\n", ", ") for name, _, value in pairs}


def controls_of(blocks: list[dict[str, Any]]) -> list[str]:
    """What may be clicked, by what it does: take, reply, status and so on."""
    rows = [block.get("elements", ()) for block in blocks if block["type"] == "actions"]
    beside = [[block["accessory"]] for block in blocks if "accessory" in block]
    return [str(each["action_id"]) for row in [*rows, *beside] for each in row]


def _texts(block: dict[str, Any]) -> Iterator[str]:
    match block:
        case {"type": "actions"}:
            return
        case {"type": "rich_text", "elements": elements}:
            for element in elements:
                mark = "> " if element["type"] == "rich_text_quote" else ""
                said = "".join(str(each.get("text", "")) for each in element["elements"])
                yield "\n".join(mark + line for line in said.split("\n"))
        case {"fields": fields}:
            yield from (_plain(field["text"].replace("\n", ": ", 1)).replace("\n", ", ") for field in fields)
        case {"elements": elements}:
            yield " · ".join(_said(element) for element in elements)
        case {"text": text}:
            yield _said(text)


def _said(text: dict[str, Any]) -> str:
    return _plain(text["text"]) if text["type"] == "mrkdwn" else str(text["text"])


def _plain(text: str) -> str:
    """Markup taken away: bold, links, entities."""
    return unescape(_LINK.sub(r"\2", text).replace("*", ""))
