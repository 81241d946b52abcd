"""What a look at one part of the desk found, for whoever keeps it running."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """NOTE: it works, and could be better.  AWAY: the other side is silent.  MEND: settings are wrong."""

    OK = "ok"
    NOTE = "note"
    AWAY = "away"
    MEND = "mend"


@dataclass(frozen=True)
class Finding:
    """part: of the desk.  said: what is the case.  mend: what to do about it; empty where that is nothing."""

    part: str
    said: str
    health: Health = Health.OK
    mend: str = ""
