"""Wires the house by hand, once: builds every part, and hands each what it needs.

`whole` builds a running desk; `slackroom`, `postroom` and `letters` build its halves, `checks` says what must
work."""
