"""Finds a server and opens a line to it, within a time."""

from collections.abc import Callable
from functools import partial
from socket import SOCK_STREAM, getaddrinfo, socket
from typing import Any

from mail.waiting import within

LookUp = Callable[..., list[Any]]

_SOON = 0.001
"""Seconds that are left where none are: a connection without any would wait for ever."""


def line_to(
    host: str, port: int, *, timeout: float, left: Callable[[], float], look_up: LookUp = getaddrinfo
) -> socket:
    """A line to the first address of that name that answers.  timeout: seconds for one step; left: for all
    that follow; look_up: finds the addresses, which no time-out can end.  Raises OSError."""
    asked = partial(look_up, host, port, type=SOCK_STREAM)
    try:
        addresses = within(min(timeout, left()), asked)
    except TimeoutError as silence:
        raise TimeoutError(f"nobody says where {host} is") from silence
    problem = OSError(f"{host} has no address")
    for nth, (family, kind, protocol, _, address) in enumerate(addresses):
        try:
            return _connected(socket(family, kind, protocol), address, share(timeout, left, addresses[nth:]))
        except OSError as refusal:
            problem = refusal
    raise problem


def share(timeout: float, left: Callable[[], float], addresses: list[Any]) -> float:
    """Seconds for the first of these: those that do not answer leave time for the last."""
    return max(min(timeout, left() / len(addresses)), _SOON)


def _connected(line: socket, address: Any, seconds: float) -> socket:
    try:
        line.settimeout(seconds)
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line
