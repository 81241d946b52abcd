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


def safe_name(name: str, content_type: str = "application/octet-stream") -> str:
    """A file name without path, control characters, direction marks and shell meaning; never empty."""
    name = one_line(unicodedata.normalize("NFC", name))
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join("_" if character in '<>:"|?*`$' else character for character in name).strip(". ")
    if not name:
        name = "file" + (mimetypes.guess_extension(content_type, strict=False) or "")
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(ending) - 1] + "." + ending
