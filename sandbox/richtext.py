"""rich_text blocks as HTML: sections, lists, quotes and preformatted words."""

from typing import Any

from markupsafe import Markup, escape

from sandbox.emoji import EMOJI
from sandbox.mrkdwn import Names, link, written_date

_STYLES = (("bold", "b"), ("italic", "i"), ("strike", "s"), ("code", "code"))


def render(block: dict[str, Any], name_of: Names) -> Markup:
    return Markup("").join(_part(part, name_of) for part in block.get("elements", []))


def _part(part: dict[str, Any], name_of: Names) -> Markup:
    kind = part.get("type")
    if kind == "rich_text_list":
        tag = "ol" if part.get("style") == "ordered" else "ul"
        items = Markup("").join(Markup("<li>{}</li>").format(_part(one, name_of)) for one in part["elements"])
        return Markup(f"<{tag}>{{}}</{tag}>").format(items)
    inside = Markup("").join(_word(one, name_of) for one in part.get("elements", []))
    tag = {"rich_text_preformatted": "pre", "rich_text_quote": "blockquote"}.get(str(kind), "span")
    return Markup(f"<{tag}>{{}}</{tag}>").format(inside)


def _word(word: dict[str, Any], name_of: Names) -> Markup:
    kind = word.get("type")
    if kind == "link":
        shown = link(word["url"], word.get("text") or word["url"])
    elif kind in ("user", "channel", "usergroup"):
        name = name_of(word[f"{kind}_id"])
        shown = Markup('<span class="mention">{}{}</span>').format("#" if kind == "channel" else "@", name)
    elif kind == "broadcast":
        shown = Markup('<span class="mention loud">@{}</span>').format(word.get("range", "channel"))
    elif kind == "emoji":
        shown = escape(EMOJI.get(word["name"], f":{word['name']}:"))
    elif kind == "date":
        shown = escape(written_date(int(word["timestamp"]), word.get("format", "{date}")))
    else:
        shown = Markup("<br>").join(str(word.get("text", "")).split("\n"))
    for name, tag in _STYLES:
        if (word.get("style") or {}).get(name):
            shown = Markup(f"<{tag}>{{}}</{tag}>").format(shown)
    return shown
