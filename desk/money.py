"""Amounts in euros: what a span of work comes to, how a rate is written, how an amount is said."""

import re
from decimal import ROUND_HALF_UP, Decimal

from desk.errors import DeskError

CENT = Decimal("0.01")
_RATE = re.compile(r"(?:€|eur|euro)?\s*(\d{1,5}(?:[.,]\d{1,2})?)\s*(?:€|eur|euro)?", re.ASCII)


def amount_of(minutes: int, rate: Decimal) -> Decimal:
    """What that much work costs at that rate per hour, in whole cents."""
    return (rate * minutes / 60).quantize(CENT, ROUND_HALF_UP)


def rate_of(text: str) -> Decimal:
    """The rate that somebody wrote, in euros per hour.  Raises DeskError."""
    found = _RATE.fullmatch(" ".join(text.lower().split()))
    if not found:
        raise DeskError(f"“{text.strip()[:30]}” is not a rate: write it like 125 or 97,50.")
    return Decimal(found[1].replace(",", ".")).quantize(CENT)


def euros(amount: Decimal, language: str = "en") -> str:
    """An amount as people read it: "€ 1.250,00" in Dutch, "€1,250.00" in English, "1.250,00 €" in German."""
    written = f"{amount.quantize(CENT, ROUND_HALF_UP):,.2f}"
    pattern, marks = _WRITTEN.get(language, _WRITTEN["en"])
    return pattern.format(written.translate(str.maketrans(",.", marks)))


_WRITTEN = {
    "en": ("€{}", ",."),
    "nl": ("€ {}", ".,"),
    "de": ("{}\u00a0€", ".,"),
    "fr": ("{}\u00a0€", "\u202f,"),
}
"""Where the sign stands, and the marks of thousands and of cents."""
