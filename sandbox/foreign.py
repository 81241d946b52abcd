"""Outsiders' words: whether a mention, a link or a picture of theirs became live in what the app shows."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from sandbox.arguments import Arguments, as_given
from sandbox.refused import Json, Refused

KEPT = 20_000
SHOWN = ("blocks", "attachments", "view")
ADDRESSES = frozenset({"url", "image_url", "thumb_url", "title_link", "author_link", "from_url"})
BROADCASTS = frozenset({"!channel", "!here", "!everyone"})

_ANGLE = re.compile(r"<((?:[@#!]|https?://|mailto:)[^<>\n]{1,3000})>", re.I)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>|\"'`)\]}]+", re.I)
_BARE = re.compile(r"(?<![\w/@.#])(@(?:here|channel|everyone)|#[a-z0-9_-]+)(?![\w-])", re.I)
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)
_TAG = re.compile(r"<[^>]*>")
_AFTER_URL = ".,;:!?…*_~"
_DRESS = "*_~>`\"'()[].,;:!?"


class Foreign:
    """Remembers what outsiders wrote, and refuses a payload in which some of it would act by itself.

    Live are: a broadcast or an address of theirs wherever it is not escaped; a bare URL, @here or #channel of
    theirs in mrkdwn that does not say verbatim; a button, picture or rich_text link that leads to an address
    of theirs.  A mention or a mailto link is one that the desk may make itself, of the same person: it counts
    as theirs only beside a word that stood beside it in their words."""

    def __init__(self, own: str, is_channel: Callable[[str], bool]) -> None:
        self._own, self._is_channel = [_address(own)], is_channel
        self._angles: dict[str, set[tuple[str, str]]] = {}
        self._urls: dict[str, None] = {}
        self._bare: dict[str, None] = {}

    def learn(self, *words: str) -> None:
        """What an outsider wrote: plain text, HTML, a subject, a name."""
        for given in words:
            stripped = unescape(_TAG.sub(" ", given))
            for text in {given, unescape(given), stripped}:
                for token in _ANGLE.finditer(text):
                    self._angles.setdefault(_target(token[1]), set()).add(_beside(text, token))
                self._urls.update(dict.fromkeys(map(_address, _URL.findall(text))))
                self._bare.update(dict.fromkeys(one.lower() for one in _BARE.findall(text)))
        for known in (self._angles, self._urls, self._bare):
            _forget_oldest(known)

    def allow(self, *addresses: str) -> None:
        """Addresses that are the desk's own, whoever else wrote them."""
        self._own += map(_address, addresses)

    def check_call(self, call: Arguments) -> None:
        """Raise Refused when the message or view of this call makes words of theirs live."""
        self.check({name: as_given(call.given.get(name)) for name in ("text", "initial_comment", *SHOWN)})

    def check(self, payload: Json) -> None:
        """The same for what is not a call: an answer to a response address or inside an ack."""
        if not (self._angles or self._urls or self._bare):
            return
        found: list[str] = []
        for name in ("text", "initial_comment"):
            if isinstance(payload.get(name), str):
                found += self._in_text(payload[name], f"/{name}", quiet=bool(payload.get("blocks")))
        for name in SHOWN:
            found += self._in_part(payload.get(name), f"/{name}")
        if found:
            raise Refused("foreign_words_active", found)

    def _in_part(self, part: Any, pointer: str) -> Iterator[str]:
        if isinstance(part, list):
            for number, one in enumerate(part):
                yield from self._in_part(one, f"{pointer}/{number}")
        if not isinstance(part, dict):
            return
        kind, text = part.get("type"), part.get("text")
        if kind in ("mrkdwn", "markdown") and isinstance(text, str):
            yield from self._in_text(text, f"{pointer}/text", quiet=part.get("verbatim") is True)
        elif kind is None and isinstance(text, str):  # an old attachment
            yield from self._in_text(text, f"{pointer}/text", quiet=False)
        elif str(kind).startswith("rich_text") and isinstance(part.get("elements"), list):
            yield from self._in_rich(part["elements"], pointer)
        for name, value in part.items():
            if name in ADDRESSES and isinstance(value, str) and self._is_theirs(value):
                yield _told(value, f"{pointer}/{name}")
            yield from self._in_part(value, f"{pointer}/{name}")

    def _in_text(self, text: str, pointer: str, *, quiet: bool) -> Iterator[str]:
        """`quiet` text is not parsed for what is bare."""
        for token in _ANGLE.finditer(text):
            if self._is_live(token[1], _beside(text, token)):
                yield _told(token[0], pointer)
        if quiet:
            return
        bare = unescape(_CODE.sub(" ", _ANGLE.sub(" ", text)))
        for url in _URL.finditer(bare):
            is_cut = url[0].endswith("…") or url.end() == len(bare.rstrip())
            if self._is_theirs(url[0], is_cut=is_cut):
                yield _told(url[0], pointer)
        for word in _BARE.findall(bare):
            if word.lower() in self._bare and (word[0] == "@" or self._is_channel(word[1:].lower())):
                yield _told(word, pointer)

    def _in_rich(self, elements: list[Any], pointer: str) -> Iterator[str]:
        flat = "".join(_flat(one) for one in elements)
        for token in _ANGLE.finditer(flat):
            was_bare = token[1].replace("!", "@", 1) in self._bare  # their @here made real for them
            if was_bare or self._is_live(token[1], _beside(flat, token)):
                yield _told(token[0], f"{pointer}/elements")

    def _is_live(self, inside: str, beside: tuple[str, str]) -> bool:
        target = _target(inside)
        if target.startswith("http"):
            return self._is_theirs(target)
        theirs = self._angles.get(target, set())
        if target in BROADCASTS:
            return bool(theirs)
        return any(beside[side] and beside[side] == one[side] for one in theirs for side in (0, 1))

    def _is_theirs(self, url: str, *, is_cut: bool = False) -> bool:
        """Whether it is, or as far as it goes begins, an address that they wrote."""
        address = _address(url)
        if any(re.match(rf"{re.escape(own)}(?:[/?#]|$)", address) for own in self._own):
            return False
        if address in self._urls:
            return True
        return is_cut and len(address) > 3 and any(whole.startswith(address) for whole in self._urls)


def _address(url: str) -> str:
    """Without its scheme and what only looks like its end, so that two ways to write it are one."""
    return re.sub(r"^https?://", "", unescape(url).strip().lower()).rstrip(f"/{_AFTER_URL}")


def _target(inside: str) -> str:
    return unescape(inside).partition("|")[0].strip().lower()


def _beside(text: str, token: re.Match[str]) -> tuple[str, str]:
    """The words before and after it; empty where there are none."""
    before = unescape(text[max(0, token.start() - 60) : token.start()]).split()[-1:]
    after = unescape(text[token.end() : token.end() + 60]).split()[:1]
    return "".join(before).strip(_DRESS).lower(), "".join(after).strip(_DRESS).lower()


def _flat(element: Any) -> str:
    """A rich element as mrkdwn would write it."""
    if not isinstance(element, dict):
        return ""
    match element.get("type"):
        case "user":
            return f"<@{element.get('user_id')}>"
        case "channel":
            return f"<#{element.get('channel_id')}>"
        case "usergroup":
            return f"<!subteam^{element.get('usergroup_id')}>"
        case "broadcast":
            return f"<!{element.get('range')}>"
        case "text":
            return str(element.get("text", "")).replace("<", "‹").replace(">", "›")
    return " "


def _told(token: str, pointer: str) -> str:
    return f"[ERROR] an outsider's {token} would be live here [json-pointer:{pointer}]"


def _forget_oldest(known: dict[str, Any]) -> None:
    for one in list(known)[: max(0, len(known) - KEPT)]:
        del known[one]
