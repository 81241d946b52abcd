"""What a mail is about: its subject without the marks that mail programs and desks put in front of it."""

import re

LONGEST_SUBJECT = 255
"""Characters kept for display."""

_PREFIXES_TEXT = """
    re r ref aw antw antwort antwoord sv vs rv res odp vá fw fwd wg tr doorst rif enc i fs vl vb pd ynt
    回复 答复 转发 回覆 轉寄"""
_PREFIXES = frozenset(_PREFIXES_TEXT.split())
"""Reply and forward marks of the usual programs, without their colon."""

_TAG = re.compile(r"\[([A-Za-z][A-Za-z0-9_-]{0,15})-(\d{1,9})\]")


def clean(subject: str, prefix: str = "") -> str:
    """The subject without "Re:", "AW:", "Doorst:" chains and without the desk's own [prefix-number]."""
    rest = subject
    while (shorter := _without_mark(rest, prefix)) != rest:
        rest = shorter
    words = " ".join(_TAG.sub(lambda tag: "" if _is_ours(tag, prefix) else tag[0], rest).split())
    return words[:LONGEST_SUBJECT].rstrip()


def number_in(subject: str, prefix: str) -> int | None:
    """The ticket number that a subject claims with [prefix-number]: a hint, never a proof."""
    for tag in _TAG.finditer(subject):
        if _is_ours(tag, prefix):
            return int(tag[2])
    return None


def is_forward(subject: str) -> bool:
    """Whether the subject says that somebody passes a mail on."""
    mark, colon, _ = subject.lstrip().partition(":")
    return bool(colon) and mark.strip().lower() in {"fw", "fwd", "wg", "tr", "doorst", "vs", "enc", "i", "rv"}


def _is_ours(tag: re.Match[str], prefix: str) -> bool:
    return tag[1].lower() == prefix.lower()


def _without_mark(subject: str, prefix: str) -> str:
    text = subject.lstrip()
    tag = _TAG.match(text)
    if tag and _is_ours(tag, prefix):
        return text[tag.end() :].lstrip()
    mark, colon, rest = text.replace("：", ":", 1).partition(":")
    mark = mark.strip().lower().rstrip("0123456789[]()^ ")
    return rest.lstrip() if colon and mark in _PREFIXES else subject


def none(language: str) -> str:
    """What a ticket is called whose mail has no subject."""
    return _NONE.get(language, _NONE["en"])


_NONE = {"nl": "(geen onderwerp)", "en": "(no subject)", "de": "(kein Betreff)", "fr": "(sans objet)"}
