"""Who a mail names: addresses read strictly, whatever stands around them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mail.charsets import LONGEST_HEADER, decode, decode_header, raw_bytes

MOST_ADDRESSES = 200
"""A header with more is cut: nobody answers that many people."""

_LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Address:
    """Where mail goes: the address, its domain in lower case, and the name written beside it."""

    address: str
    name: str = ""

    @property
    def key(self) -> str:
        """The address as people are told apart by it."""
        return self.address.lower()

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()


def addresses_in(value: str, fallback: str = "") -> tuple[Address, ...]:
    """The addresses of a raw From, To or Cc header, in order.  Nothing that only looks like one."""
    value = value[:LONGEST_HEADER]
    if not value.isascii():
        value = decode(raw_bytes(value), fallback)
    found = _read(value, fallback)
    if not found and "=?" in value:  # some programs encode the address together with the name
        found = _read(decode_header(value, fallback), fallback)
    return found


def is_address(text: str) -> bool:
    """Whether this is one plain address and nothing more (a dot-atom or quoted local part, one domain)."""
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or len(text) > _LONGEST_ADDRESS:
        return False
    if local.startswith('"') and local.endswith('"') and len(local) > 2:
        local_sound = local[1:-1].isprintable() and '"' not in local[1:-1]
    else:
        local_sound = not any(character in _NEVER_LOCAL or character.isspace() for character in local)
    return local_sound and local.isprintable() and _is_domain(domain)


def without_tag(address: str) -> str:
    """The mailbox behind an address with a tag: help@ for help+anything@ (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


_NEVER_LOCAL = frozenset('()<>[]:;@\\,"')


def _is_domain(domain: str) -> bool:
    if domain.startswith("[") and domain.endswith("]"):
        return domain[1:-1].replace(":", "").replace(".", "").isalnum()
    labels = domain.split(".")
    return all(label and label.replace("-", "").replace("_", "").isalnum() for label in labels)


def _read(value: str, fallback: str) -> tuple[Address, ...]:
    found: list[Address] = []
    for words, angle in _mailboxes(value):
        entry = _entry(words, angle, fallback)
        if entry is not None:
            found.append(entry)
        if len(found) >= MOST_ADDRESSES:
            break
    return tuple(found)


def _entry(words: str, angle: str | None, fallback: str) -> Address | None:
    if angle is not None:
        address = _bare(angle)
        name = decode_header(words, fallback).strip(" \"'")
        return Address(address, name) if is_address(address) else None
    plain = words.strip()
    name, _, last = plain.rpartition(" ")
    for address in (_bare(last), _bare(plain)):
        if is_address(address):
            return Address(address, decode_header(name, fallback).strip(" \"'") if address != plain else "")
    return None


def _bare(text: str) -> str:
    text = "".join(_without_comments(text).split()).removesuffix(".")  # "x.example." is x.example
    text = text.rpartition(":")[2] if text.startswith("@") else text  # an old source route
    if text.lower().startswith("mailto:"):
        text = text[7:]
    if text.count("@") == 2 and text.startswith("'"):
        return text.strip("'")
    return text.strip("'") if text.startswith("'") and text.endswith("'") else text


def _without_comments(text: str) -> str:
    kept: list[str] = []
    position = 0
    while (start := text.find("(", position)) >= 0:
        kept.append(text[position:start])
        position = _comment_end(text, start)
    return "".join((*kept, text[position:]))


def _mailboxes(value: str) -> Iterator[tuple[str, str | None]]:
    """Words and what stood in angle brackets, for each entry of a list."""
    words: list[str] = []
    angle: str | None = None
    for kind, text in _tokens(value):
        if kind in _SEPARATORS:
            yield (" ".join(words), angle)
            words, angle = [], None
        elif kind == "<":
            angle = angle or text
        elif kind == ":":  # what stood before is the name of a group, or a label
            words = words if angle or any("@" in word for word in words) else []
        else:
            words.append(text)
    yield (" ".join(words), angle)


_SEPARATORS = frozenset({",", ";"})
_SPECIAL = frozenset('"(<,;:')


def _tokens(value: str) -> Iterator[tuple[str, str]]:
    """Quoted strings, angle brackets, separators and what stands between; comments are dropped."""
    position = 0
    while position < len(value):
        kind = value[position]
        if kind not in _SPECIAL:
            end = _plain_end(value, position)
            yield ("", value[position:end])
        elif kind in _ENDS:
            end = _ENDS[kind](value, position)
            if end > len(value) and kind == '"':  # never closed: then no quote means anything
                value, end = value[:position] + value[position:].replace('"', " "), position
            elif kind != "(":
                yield (kind, _unescaped(value[position + 1 : end - 1]))
        else:
            end = position + 1
            yield (kind, kind)
        position = end


def _plain_end(value: str, start: int) -> int:
    ends = (index for index in range(start, len(value)) if value[index] in _SPECIAL)
    return next(ends, len(value))


def _quoted_end(value: str, start: int) -> int:
    escaped = False
    for index in range(start + 1, len(value)):
        if value[index] == '"' and not escaped:
            return index + 1
        escaped = value[index] == "\\" and not escaped
    return len(value) + 1


def _comment_end(value: str, start: int) -> int:
    depth, escaped = 0, False
    for index in range(start, len(value)):
        depth += 0 if escaped else (value[index] == "(") - (value[index] == ")")
        if depth == 0:
            return index + 1
        escaped = value[index] == "\\" and not escaped
    return len(value)


def _angle_end(value: str, start: int) -> int:
    end = value.find(">", start)
    return end + 1 if end >= 0 else len(value) + 1  # cut short on the way: take all of it


_ENDS: dict[str, Callable[[str, int], int]] = {'"': _quoted_end, "(": _comment_end, "<": _angle_end}


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")
