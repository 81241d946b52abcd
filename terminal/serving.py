"""The web server of a running desk, which leaves signals to terminal.stopping."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

_REQUESTS = 2
"""Seconds in which web requests that are under way may end."""


class Server(uvicorn.Server):
    """Serves pages, figures and Slack's requests until `should_exit`; signals are none of its business."""

    @classmethod
    def of(cls, web: Starlette) -> "Server":
        """log_config: our own logging stands."""
        config = uvicorn.Config(
            web, log_config=None, access_log=False, timeout_graceful_shutdown=_REQUESTS, lifespan="off"
        )
        return cls(config)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: they are captured from the first line of the process on."""
        yield
