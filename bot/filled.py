"""What somebody wrote or chose in a window, and the same window drawn anew with all of it."""

from collections.abc import Mapping
from typing import Any

from bot.blocks import Block, plain

_SAID = "said"


def value_of(state: Mapping[str, Any], name: str) -> str:
    """What somebody wrote or chose in the field of that name; "" where they left it empty."""
    found = _found(state, name, name)
    chosen = found.get("selected_option")
    picked = found.get("selected_date") or found.get("selected_time") or found.get("selected_user")
    return (chosen["value"] if chosen else found.get("value") or picked) or ""


def chosen_of(state: Mapping[str, Any], name: str) -> list[str]:
    """What somebody chose in the list of that name."""
    found = _found(state, name, name)
    return [str(option["value"]) for option in found.get("selected_options") or []]


def files_of(state: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The files that somebody put into the place of that name, as Slack describes them."""
    found = _found(state, name, name)
    return [dict(file) for file in found.get("files") or []]


def written_in(state: Mapping[str, Any], name: str) -> str:
    """What somebody wrote in that field, whatever its block is called by now."""
    found = [block[name] for block in state.get("values", {}).values() if name in block]
    return str(found[0].get("value") or "") if found else ""


def again(view: Mapping[str, Any], words: str, *, memory: str, mark: str = "⚠️") -> Block:
    """The same form with what was written in it, and above it something to read before it is sent again."""
    said = {"type": "section", "block_id": _SAID, "text": plain(f"{mark} {words}")}
    kept = [_kept(block, view["state"]) for block in view["blocks"] if block.get("block_id") != _SAID]
    return _frame(view) | {"private_metadata": memory, "blocks": [said, *kept]}


def rewritten(view: Mapping[str, Any], name: str, text: str) -> Block:
    """The same form with another text in that field.  Slack keeps what stands in a field it knows: it gets a
    new name."""
    drawn = [_kept(block, view["state"]) for block in view["blocks"]]
    for place, block in enumerate(drawn):
        if block.get("element", {}).get("action_id") == name:
            turn = int(block["block_id"].removeprefix(name) or 1) + 1
            filled = block["element"] | {"initial_value": text}
            drawn[place] = block | {"block_id": f"{name}{turn}", "element": filled}
    return _frame(view) | {"private_metadata": view["private_metadata"], "blocks": drawn}


def _found(state: Mapping[str, Any], name: str, field: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = state.get("values", {}).get(name, {}).get(field, {})
    return found


def _frame(view: Mapping[str, Any]) -> Block:
    """A window without what stands in it: an update leaves nothing of the old one."""
    return {name: view[name] for name in _FRAME if view.get(name)}


_FRAME = ("type", "callback_id", "title", "submit", "close", "notify_on_close")


def _kept(block: Block, state: Mapping[str, Any]) -> Block:
    """A field with what somebody wrote or chose in it."""
    if block["type"] != "input":
        return block
    name, field = block["block_id"], block["element"]["action_id"]
    found = _found(state, name, field)
    chosen = next((chosen for chosen in _AS_CHOSEN if found.get(chosen)), None)
    if chosen:
        return block | {"element": block["element"] | {_AS_CHOSEN[chosen]: found[chosen]}}
    if block["element"]["type"] in _KEEPS_ITSELF:
        return block
    return block | {"element": block["element"] | {"initial_value": found.get("value") or ""}}


_AS_CHOSEN = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
}
"""As what a field is drawn anew with what was chosen in it, by what Slack calls that."""

_KEEPS_ITSELF = frozenset({"file_input", "multi_static_select", "users_select"})
"""Fields that Slack leaves as they are, or that are as empty as they were."""
