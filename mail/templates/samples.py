"""Facts to try templates with: a mail in which everything is said, and ones in which little or nothing is."""

from typing import Any

from mail.quoted import Quoted
from mail.templates.prose import Prose

_FULL: dict[str, Any] = {
    "language": "en", "number": "HD-42", "desk": "Helpdesk", "name": "Jan", "agent": "Sanne",
    "words": Prose("Words."), "question": Prose("> Which?"), "asked_at": "Monday", "response": "Tuesday",
    "recovery": "Friday", "opens_at": "Monday", "resolves_at": "Thursday", "silence_hours": 72,
    "is_improvement": False, "by_customer": True, "by_silence": False, "priority": "high",
    "changed_from": "medium", "moved_from": "Monday", "moved_by": "pause", "paused_since": "Monday",
    "paused_until": "Tuesday", "quoted_at": "Monday", "quoted_from": "Jan", "letter": "Words.",
    "marker": "above", "history": [Quoted("On Monday Jan wrote:", ("Hello",))],
    "signature": "Words.", "address_line": "Example, Amsterdam", "logo": "https://example.com/logo.png",
    "colour": "#1a5fb4", "duplicate_of": "HD-41",
    "scope": Prose("A new page."), "hours": "10 hours", "rate": "€125.00",
    "amount": "€1,250.00", "until": "Friday", "is_more": False, "is_emergency": False,
    "total_hours": "12 hours", "link": "https://desk.example/approve/1", "planned": "Friday",
    "planned_before": "Monday", "asks_opinion": True, "client": "Bakery", "month": "November 2026",
    "figures": Prose("- Came in: 3"),
}  # fmt: skip
EMPTY: dict[str, Any] = {name: type(fact)() for name, fact in _FULL.items()}

SAMPLES = (
    _FULL,
    EMPTY,
    _FULL | {"by_silence": True, "is_improvement": True},
    _FULL | {"is_more": True},
    _FULL | {"is_emergency": True, "hours": "", "amount": "", "link": "", "planned_before": ""},
    _FULL | {"changed_from": "", "moved_by": "reopened", "duplicate_of": ""},
    _FULL | {"changed_from": "", "moved_by": "agreement"},
    EMPTY | {"asks_opinion": True},
)
