"""Refuses what Slack refuses: every message and view payload is held against its limits before it counts."""

import json
from typing import Any

from sandbox.figures import MOST_OF
from sandbox.refused import Json, Refused
from sandbox.rules import Findings, Rule, Shape, anything, boolean, by_type, plain, string
from sandbox.shapes import BLOCKS, SURFACES

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
LONGEST_UPDATE = 4000
LONGEST_POST = 40_000
LARGEST_VIEW = 250_000
LARGEST_METADATA = 8_000

_VIEW: dict[str, Rule] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_MODAL = Shape(
    {"title": plain(24), "blocks": anything},
    _VIEW
    | {"submit": plain(24), "close": plain(24)}
    | {"clear_on_close": boolean, "notify_on_close": boolean, "submit_disabled": boolean},
)
_HOME = Shape({"blocks": anything}, _VIEW)


def check_message(text: str, blocks: Any, attachments: Any = None, *, update: bool = False) -> None:
    """Raise Refused for a message that Slack would not take."""
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    if len(text) > (LONGEST_UPDATE if update else LONGEST_POST):
        raise Refused("msg_too_long")
    _check_attachments(attachments)
    if blocks is None:
        return
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if found := problems_of_blocks(blocks, "message"):
        raise Refused("invalid_blocks", found)


def _check_attachments(attachments: Any) -> None:
    """At most 100 objects, and blocks in them that a message could hold."""
    if attachments is None:
        return
    if not isinstance(attachments, list) or len(attachments) > 100:
        raise Refused("invalid_attachments")
    for attachment in attachments:
        if not isinstance(attachment, dict):
            raise Refused("invalid_attachments")
        blocks = attachment.get("blocks")
        if blocks is not None and (found := problems_of_blocks(blocks, "message")):
            raise Refused("invalid_attachments", found)


def check_view(view: Any, kind: str) -> None:
    """Raise Refused for a modal or Home view that Slack would not take."""
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", ["[ERROR] must be an object [json-pointer:/view]"])
    if len(json.dumps(view)) > LARGEST_VIEW:
        raise Refused("view_too_large")
    if found := problems_of_view(view, kind):
        raise Refused("invalid_arguments", found)


def check_metadata(metadata: Any) -> None:
    """Raise Refused unless it is {event_type, event_payload} with flat values; {} (remove it) is fine."""
    if metadata in (None, {}):
        return
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refused("invalid_metadata_format")
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict) or set(metadata) - {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    if not all(_flat(value) for value in payload.values()):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata)) > LARGEST_METADATA:
        raise Refused("metadata_too_large")


def problems_of_blocks(blocks: Any, surface: str) -> list[str]:
    """What is wrong with these blocks on that surface (message, modal, home), each with its place."""
    found = Findings()
    if not isinstance(blocks, list):
        found.add("/blocks", "must be an array")
        return found.messages
    if len(blocks) > MOST_BLOCKS[surface]:
        found.add("/blocks", f"no more than {MOST_BLOCKS[surface]} items allowed")
    check = by_type(BLOCKS, SURFACES[surface])
    for number, block in enumerate(blocks):
        check(block, f"/blocks/{number}", found)
    known = [block for block in blocks if isinstance(block, dict)]
    _unique("block_id", [block.get("block_id") for block in known], "/blocks", found)
    for number, block in enumerate(known):
        ids = [element.get("action_id") for element in elements_of(block)]
        _unique("action_id", ids, f"/blocks/{number}", found)
    _count_markdown(known, found)
    for kind, most in MOST_OF.items():
        if sum(block.get("type") == kind for block in known) > most:
            found.add("/blocks", f"no more than {most} of type {kind} allowed")
    if sum(element.get("focus_on_load") is True for block in known for element in elements_of(block)) > 1:
        found.add("/blocks", "only one element may have focus_on_load")
    return found.messages


def problems_of_view(view: Json, kind: str) -> list[str]:
    """What is wrong with this view; `kind` is what it has to be: modal or home."""
    found = Findings()
    if view.get("type") != kind:
        found.add("/view/type", f"must be {kind}")
        return found.messages
    shape = _MODAL if kind == "modal" else _HOME
    shape(view, "/view", found)
    blocks = view.get("blocks")
    found.messages += problems_of_blocks(blocks, kind)
    if kind == "modal" and "submit" not in view and _has_input(blocks):
        found.add("/view", "submit is required when an input is in blocks")
    return found.messages


def elements_of(block: Json) -> list[Json]:
    """Everything in a block that a person can use."""
    inside = [block.get("accessory"), block.get("element")]
    if block.get("type") in ("actions", "context_actions") and isinstance(block.get("elements"), list):
        inside += block["elements"]
    return [element for element in inside if isinstance(element, dict) and element.get("type") != "image"]


def _has_input(blocks: Any) -> bool:
    return isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )


def _unique(name: str, ids: list[Any], pointer: str, found: Findings) -> None:
    given = [one for one in ids if one is not None]
    for one in sorted({str(one) for one in given if given.count(one) > 1}):
        found.add(pointer, f"{name} {one} already exists")


def _count_markdown(blocks: list[Json], found: Findings) -> None:
    texts = [str(block.get("text", "")) for block in blocks if block.get("type") == "markdown"]
    if sum(map(len, texts)) > 12_000:
        found.add("/blocks", "markdown text must be less than 12001 characters in all")


def _flat(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str | int | float | bool | dict) for one in value)
    if isinstance(value, dict):
        return all(isinstance(one, str | int | float | bool) for one in value.values())
    return isinstance(value, str | int | float | bool)
