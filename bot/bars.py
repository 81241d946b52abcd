"""Bars drawn in characters, for App Home: Slack takes its charts in messages only."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.blocks import Block

_WIDTH = 20


class Bar(NamedTuple):
    """One line.  share: how much of the whole width it fills, from 0 to 1; words: what the bar says."""

    label: str
    share: float
    words: str


def draw(bars: Sequence[Bar]) -> Block:
    """The bars below each other, with as much room for every label as the longest needs."""
    room = max(len(bar.label) for bar in bars)
    lines = [f"{bar.label:<{room}}  {_filled(bar.share)}  {bar.words}" for bar in bars]
    text = {"type": "text", "text": "\n".join(lines)}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [text]}]}


def _filled(share: float) -> str:
    """Whole only where nothing is missing, empty only where nothing is there."""
    full = min(int(share * _WIDTH), _WIDTH) or (1 if share > 0 else 0)
    return "█" * full + " " * (_WIDTH - full)
