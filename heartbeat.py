"""Says to whoever watches from outside that all is well.  When it stops saying so, they raise the alarm."""

import logging
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from urllib.request import HTTPRedirectHandler, build_opener

log = logging.getLogger(__name__)

Say = Callable[[str], None]

_SECONDS = 10
"""For the watcher to answer."""


class _NoRedirect(HTTPRedirectHandler):
    """The address may hold a secret, which belongs to nobody else."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


_web = build_opener(_NoRedirect)


def heartbeat(url: str, file: Path | None) -> Say:
    """What says so: asks for that address (GET) and writes the moment into that file; each may be missing.

    A watcher that does not answer is logged and not asked again before the next beat."""

    def say(moment: str) -> None:
        if file:
            _write(file, moment)
        if url:
            _ask(url)

    return say


def _write(file: Path, moment: str) -> None:
    try:
        file.write_text(moment + "\n", encoding="ascii")
    except OSError as problem:
        log.error("the heartbeat could not be written: %s", problem)


def _ask(url: str) -> None:
    try:
        with _web.open(url, timeout=_SECONDS):
            pass
    except (OSError, HTTPException) as problem:  # HTTPError among them; its text has no address
        log.error("the watcher was not reached: %s", problem)
