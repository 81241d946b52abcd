"""Slack's mrkdwn as HTML.  Tokens are taken out before anything is escaped, so no text can become markup."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from sandbox.emoji import EMOJI

ZONE = ZoneInfo("Europe/Amsterdam")
SAFE_SCHEMES = ("http", "https", "mailto")
_OPEN, _SHUT = "\ue000", "\ue001"
_TOKEN = re.compile(
    r"```(?P<block>.+?)```|`(?P<code>[^`\n]+)`|<(?P<angle>[^<>\n]+)>|:(?P<emoji>[\w+-]+):", re.S
)
_HOLE = re.compile(f"{_OPEN}(\\d+){_SHUT}")
_STYLES = (("b", r"\*"), ("i", "_"), ("s", "~"))
_DATE_PARTS: Mapping[str, str] = {
    "{date_num}": "%Y-%m-%d",
    "{date_short_pretty}": "%-d %b %Y",
    "{date_long_pretty}": "%A %-d %B %Y",
    "{date_pretty}": "%-d %B %Y",
    "{date_short}": "%-d %b %Y",
    "{date_long}": "%A %-d %B %Y",
    "{date}": "%-d %B %Y",
    "{time_secs}": "%H:%M:%S",
    "{time}": "%H:%M",
}

Names = Callable[[str], str]


def render(text: str, name_of: Names) -> Markup:
    """`name_of` gives the name of a user, channel or user group id."""
    kept: list[Markup] = []

    def take_out(token: re.Match[str]) -> str:
        kept.append(_drawn(token, name_of))
        return f"{_OPEN}{len(kept) - 1}{_SHUT}"

    clean = text.replace(_OPEN, "").replace(_SHUT, "")
    words = str(escape(_plain(_TOKEN.sub(take_out, clean))))
    for tag, mark in _STYLES:
        words = re.sub(rf"(?<![\w{mark}]){mark}(\S(?:[^\n]*?\S)?){mark}(?!\w)", rf"<{tag}>\1</{tag}>", words)
    lines = "".join(_line(line) for line in words.split("\n")).removesuffix("<br>")
    whole = _HOLE.sub(lambda hole: str(kept[int(hole[1])]), lines)
    return Markup(whole.replace("</pre><br>", "</pre>"))


def plain_text(text: str) -> Markup:
    """A plain_text object: emoji and line breaks, nothing else."""
    shown = re.sub(r":([\w+-]+):", lambda one: EMOJI.get(one[1], one[0]), text)
    return Markup("<br>").join(shown.split("\n"))


def link(address: str, label: str) -> Markup:
    """A link, or only its label when the address is of a kind that could do harm."""
    if urlsplit(address).scheme.lower() not in SAFE_SCHEMES:
        return escape(label)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(address, label)


def written_date(stamp: int, wanted: str) -> str:
    moment = datetime.fromtimestamp(stamp, ZONE)
    for part, form in _DATE_PARTS.items():
        wanted = wanted.replace(part, moment.strftime(form))
    return wanted.replace("{ago}", moment.strftime("%-d %b %H:%M"))


def _line(line: str) -> str:
    if not line.startswith("&gt;"):
        return f"{line}<br>"
    return f"<blockquote>{line.removeprefix('&gt;').strip()}</blockquote>"


def _drawn(token: re.Match[str], name_of: Names) -> Markup:
    if token["block"] is not None:
        return Markup("<pre>{}</pre>").format(_plain(token["block"].strip("\n")))
    if token["code"] is not None:
        return Markup("<code>{}</code>").format(_plain(token["code"]))
    if token["emoji"] is not None:
        return escape(EMOJI.get(token["emoji"], token[0]))
    return _angle(token["angle"], name_of)


def _angle(inside: str, name_of: Names) -> Markup:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return Markup('<span class="mention">@{}</span>').format(name_of(target[1:]))
    if target.startswith("#"):
        return Markup('<span class="mention">#{}</span>').format(_plain(label) or name_of(target[1:]))
    if target.startswith("!subteam^"):
        return Markup('<span class="mention loud">@{}</span>').format(name_of(target[9:]))
    if target.startswith("!date^"):
        return _date(target, label)
    if target.startswith("!"):
        return Markup('<span class="mention loud">@{}</span>').format(target[1:])
    return link(_plain(target), _plain(label or target))


def _date(target: str, label: str) -> Markup:
    _, stamp, wanted, *rest = [*target.split("^"), ""]
    if not stamp.isdigit():
        return escape(_plain(label))
    shown = written_date(int(stamp), wanted)
    return link(_plain(rest[0]), shown) if rest and rest[0] else Markup("<time>{}</time>").format(shown)


def _plain(text: str) -> str:
    """Undo Slack's own escaping of the three characters it reserves."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
