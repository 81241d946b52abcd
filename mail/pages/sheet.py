"""What all pages behind signed links share: their frame, their headers, what is said in trouble."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from mail.letterhead import Letterhead

_HERE = Path(__file__).parent
_STYLE = (_HERE / "sheet.css").read_text("utf-8")
_PAGE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(
    (_HERE / "sheet.html").read_text("utf-8")
)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""No script, no frame, nothing loaded, nothing kept, and nobody told where the reader came from."""

_NOT_VALID = "Deze link is niet geldig · This link is not valid"
_NOT_VALID_BELOW = (
    "Open de link nog eens vanuit onze mail, of beantwoord die mail.",
    "Open the link from our mail again, or reply to that mail.",
)
_BUSY = "Het lukt nu even niet · Not possible at the moment"
_BUSY_BELOW = (
    "Er is niets veranderd. Probeer het over een minuut nog eens.",
    "Nothing was changed. Try again in a minute.",
)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """The form of a page.  who: as whom one answers; answers: value, look and label of each button; words:
    above a field for the reader's own, "" for none; longest: characters of those."""

    who: str
    answers: Sequence[tuple[str, str, str]]
    words: str = ""
    longest: int = 0


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands on a page.  said: in a frame of its own, with its mood (good, bad or ""); scope: HTML that
    is safe; ask: None where there is nothing to answer."""

    language: str
    title: str
    subject: str = ""
    said: str = ""
    mood: str = ""
    scope: str = ""
    facts: Sequence[tuple[str, str]] = ()
    ask: Ask | None = None
    below: Sequence[str] = ()


def draw(sheet: Sheet, letterhead: Letterhead) -> str:
    """The page."""
    return _PAGE.render(style=Markup(_STYLE), desk=letterhead.name, **vars(sheet))


def not_valid(letterhead: Letterhead) -> str:
    """The page for a link that is none of ours: the same whatever is wrong with it."""
    return draw(Sheet(language="nl", title=_NOT_VALID, below=_NOT_VALID_BELOW), letterhead)


def busy(letterhead: Letterhead) -> str:
    """The page for when the desk cannot look."""
    return draw(Sheet(language="nl", title=_BUSY, below=_BUSY_BELOW), letterhead)
