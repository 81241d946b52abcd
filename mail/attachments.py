"""A file that came with a mail, under a name that cannot hurt anyone."""

import mimetypes
import unicodedata
from dataclasses import dataclass

from mail.charsets import one_line

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file.  inline: it is shown within the text; content_id: what the HTML calls it by, or empty."""

    name: str
    content_type: str
    content: bytes
    inline: bool = False
    content_id: str = ""


_USUAL = {
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/ms-tnef": "winmail.dat",
    "message/rfc822": "message.eml",
    "text/calendar": "invitation.ics",
    "image/jpeg": "file.jpg",
}
"""What programs call such a part when they give it a name."""

_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in range(10))}
)
"""Names that are devices on Windows, whatever their ending."""


def safe_name(name: str, content_type: str = "application/octet-stream") -> str:
    """A file name without path, control characters, direction marks and shell meaning; never empty.

    At most LONGEST_NAME characters, and short enough in UTF-8 for every file system."""
    name = one_line(unicodedata.normalize("NFC", name).translate(_INVISIBLE))
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join("_" if character in '<>:"|?*`$' else character for character in name).strip(". ")
    name = f"_{name[1:]}" if name.startswith("-") else name  # no program shall take it for an option
    if not name:
        return _USUAL.get(content_type) or "file" + (
            mimetypes.guess_extension(content_type, strict=False) or ""
        )
    if name.partition(".")[0].strip().lower() in _RESERVED:
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return _cut(name, LONGEST_NAME)
    return _cut(stem, LONGEST_NAME - len(ending) - 1).rstrip(". ") + "." + ending


_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\u00ad"))
_LONGEST_IN_BYTES = 230


def _cut(name: str, longest: int) -> str:
    return name[:longest].encode()[:_LONGEST_IN_BYTES].decode(errors="ignore")
