"""Slack's building blocks, and the one place where other people's words are made harmless."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]

# What changes the order in which text is read, or cannot be seen at all, hides what a text really says.  The
# joiners U+200C and U+200D stay: Persian and family emoji need them.
_UNSEEN = {
    **dict.fromkeys(
        (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)), ""
    ),
    **dict.fromkeys(
        (*range(0x202A, 0x202F), *range(0x2060, 0x206A), 0x061C, 0x200B, 0x200E, 0x200F, 0xFEFF), ""
    ),
    **dict.fromkeys((0x85, 0x2028, 0x2029), "\n"),
}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HEADER, _SECTION, _FIELD, _QUOTE = 150, 3000, 2000, 2900


@dataclass(frozen=True)
class Post:
    """A message as it is drawn.  text: what a notification and a screen reader say, in Slack's markup;
    broadcast: an answer in a thread that the whole channel sees."""

    text: str
    blocks: list[Block]
    broadcast: bool = False


def clean(text: str) -> str:
    """The text without what cannot be seen or turns the reading order round."""
    return re.sub(r"\r\n?", "\n", text).translate(_UNSEEN)


def cut(text: str, limit: int) -> str:
    """The cleaned text, at most `limit` long; what is cut ends in an ellipsis."""
    text = clean(text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def one_line(text: str, limit: int) -> str:
    """The text on one line, at most `limit` long."""
    return cut(" ".join(clean(text).split()), limit)


def escape(text: str, limit: int = _SECTION) -> str:
    """Text for a mrkdwn object, with nothing live in it: at most `limit` long after it is escaped, never cut
    inside an entity."""
    text = clean(text)
    escaped = [_ENTITIES.get(character, character) for character in text]
    if sum(map(len, escaped)) <= limit:
        return "".join(escaped)
    length, kept = 0, []
    for piece in escaped:
        length += len(piece)
        if length > limit - 1:
            break
        kept.append(piece)
    return "".join(kept) + "…"


def plain(text: str, limit: int = _SECTION) -> Block:
    """A text object in which nothing is live; `text` may be anybody's."""
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def markdown(text: str) -> Block:
    """A text object in Slack's markup; other people's words in it must have been escaped."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    """A large line; `text` may be anybody's."""
    return {"type": "header", "text": plain(one_line(text, _HEADER), _HEADER)}


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph in Slack's markup."""
    block: Block = {"type": "section", "text": markdown(text)}
    return block | {"accessory": accessory} if accessory else block


def divider() -> Block:
    """A line between two things."""
    return {"type": "divider"}


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Facts in two columns, each a name and a value in Slack's markup."""
    return {
        "type": "section",
        "fields": [markdown(f"*{name}*\n{value}"[:_FIELD]) for name, value in pairs],
    }


def context(*texts: Block) -> Block:
    """A small grey line of text objects."""
    return {"type": "context", "elements": list(texts)}


def quote(text: str) -> Block:
    """Somebody's words, marked as such; nothing in them is live.  `text`: at most 2,900 characters."""
    element = {"type": "text", "text": clean(text)[:_QUOTE] or " "}
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [element]}]}


def word(text: str, *, bold: bool = False) -> Block:
    """Words for a paragraph; nothing in them is live, whoever wrote them."""
    element: Block = {"type": "text", "text": clean(text)}
    return element | ({"style": {"bold": True}} if bold else {})


def link(address: str, label: str) -> Block:
    """A link for a paragraph, in bold."""
    return {"type": "link", "url": address, "text": label, "style": {"bold": True}}


def paragraph(*words: Block) -> Block:
    """Words and links that are shown as they are: no markup, mention or emoji code in them counts."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(words)}]}


def quotes(text: str, *, limit: int) -> list[Block]:
    """A long text as as many quotes as it takes; whatever is beyond `limit` characters is cut and said so."""
    text = clean(text).strip()
    shown = text[:limit]
    blocks = [quote(shown[at : at + _QUOTE]) for at in range(0, len(shown), _QUOTE)] or [quote("(no text)")]
    if len(text) > limit:
        blocks.append(context(plain(f"✂️ {len(text) - limit:,} more characters are not shown here.")))
    return blocks


def actions(elements: Sequence[Block], block_id: str | None = None) -> Block:
    """A row of controls."""
    block: Block = {"type": "actions", "elements": list(elements)}
    return block | {"block_id": block_id} if block_id else block


def button(action: str, label: str, value: str, *, style: str | None = None) -> Block:
    """A button.  style: "primary" or "danger"."""
    block: Block = {"type": "button", "action_id": action, "text": plain(label, 75), "value": value}
    return block | {"style": style} if style else block


def option(label: str, value: str, description: str = "") -> Block:
    """One choice of a list."""
    choice: Block = {"text": plain(label, 75), "value": value}
    return choice | {"description": plain(description, 75)} if description else choice


def select(action: str, placeholder: str, options: Sequence[Block], *, chosen: Block | None = None) -> Block:
    """A list to choose one from."""
    block: Block = {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain(placeholder, 150),
        "options": list(options),
    }
    return block | {"initial_option": chosen} if chosen else block


def text_input(
    name: str, label: str, *, placeholder: str = "", optional: bool = False, hint: str = ""
) -> Block:
    """A field of several lines; its value is found under its name."""
    element: Block = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": 3000}
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    block: Block = {"type": "input", "block_id": name, "label": plain(label), "element": element}
    return block | {"optional": optional} | ({"hint": plain(hint)} if hint else {})


def many(
    name: str, label: str, placeholder: str, options: Sequence[Block], *, chosen: Sequence[Block] = ()
) -> Block:
    """A list to choose any number from, or none; what is chosen is found under its name."""
    element: Block = {
        "type": "multi_static_select",
        "action_id": name,
        "placeholder": plain(placeholder, 150),
        "options": list(options),
    }
    element |= {"initial_options": list(chosen)} if chosen else {}
    return {"type": "input", "block_id": name, "label": plain(label), "optional": True, "element": element}


def file_input(name: str, label: str, hint: str) -> Block:
    """A place for files from somebody's own machine; they are found under its name."""
    element: Block = {"type": "file_input", "action_id": name, "max_files": 10}
    block: Block = {"type": "input", "block_id": name, "label": plain(label), "element": element}
    return block | {"optional": True, "hint": plain(hint)}


def modal(callback: str, title: str, submit: str, blocks: Sequence[Block], *, memory: str) -> Block:
    """A window with a form.  memory: comes back with the answer."""
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, 24),
        "submit": plain(submit, 24),
        "close": plain("Back", 24),
        "private_metadata": memory,
        "blocks": list(blocks),
    }


def notice(title: str, text: str) -> Block:
    """A window that only says something."""
    return {
        "type": "modal",
        "title": plain(title, 24),
        "close": plain("Close", 24),
        "blocks": [{"type": "section", "text": plain(text)}],
    }


def reading(title: str, blocks: Sequence[Block]) -> Block:
    """A window with nothing in it but something to read."""
    return {"type": "modal", "title": plain(title, 24), "close": plain("Close", 24), "blocks": list(blocks)}
