"""What `doctor` looks at on the machine itself: the Python that runs, and who may read the secrets."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from desk.finding import Finding, Health

if TYPE_CHECKING:
    from config import Config

_MENDED = {(3, 11): (3, 11, 10), (3, 12): (3, 12, 5)}
"""The first version of each series without CVE-2024-6923 (header lines through a name or a subject)."""

_HANDED_IN = "/run/"
"""Where containers and systemd lay secrets, under modes of their own."""


def examine(config: Config, file: Path | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    """file: the settings file that was read."""
    yield python(sys.version_info[:3])
    if file and _holds_secrets(file, config):
        yield from _readable(file)
    for name, path in environ.items():
        if name.endswith("_FILE") and name.startswith(("SLACK_", "HELPDESK_", "DATABASE_URL")):
            yield from () if path.startswith(_HANDED_IN) else _readable(Path(path))


def python(version: tuple[int, int, int]) -> Finding:
    """What there is to be said of that version."""
    said = f"it is {'.'.join(map(str, version))}"
    mended = _MENDED.get(version[:2])
    if mended and version < mended:
        words = f"{said}, with a known fault in its mail (CVE-2024-6923), which the desk works around"
        return Finding("python", words, Health.NOTE, f"install {'.'.join(map(str, mended))} or newer")
    return Finding("python", said)


def _readable(path: Path) -> Iterator[Finding]:
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if mode & stat.S_IRWXO:
        said = f"{path} holds secrets, and everybody on this machine may get at it ({stat.filemode(mode)})"
        yield Finding("files", said, Health.NOTE, f"chmod o= {path}")


def _holds_secrets(file: Path, config: Config) -> bool:
    written = file.read_text(encoding="utf-8")
    secrets = [config.slack.bot_token, config.slack.app_token, config.slack.signing_secret]
    secrets += [config.mail.imap.password, config.mail.smtp.password]
    return any(each.get_secret_value() in written for each in secrets if each)
