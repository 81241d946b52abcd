"""How the desk presents itself in its mails."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Brand:
    """What stands below every letter.

    signature: Markdown, perhaps several lines; address_line: who and where the company is; logo: the web
    address of a picture; colour: of the line above all that, as #rrggbb."""

    signature: str = ""
    address_line: str = ""
    logo: str = ""
    colour: str = "#1a5fb4"


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """How the desk presents itself.

    silence: after how much of it a question resolves the ticket; zone: in which dates are said."""

    name: str
    address: str
    zone: ZoneInfo
    prefix: str = "HD"
    silence: timedelta = timedelta(hours=72)
    brand: Brand = Brand()
