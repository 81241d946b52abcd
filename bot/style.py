"""How the desk writes in Slack."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Style:
    """What stands before a number, and the zone of its dates."""

    prefix: str
    zone: ZoneInfo
