"""Ports for servers that are told where to listen."""

import random
import socket
from contextlib import suppress


def free_ports(many: int) -> list[int]:
    """Ports that nobody has, below those that the system hands out by itself: they must stay free a while."""
    free: list[int] = []
    while len(free) < many:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            free.append(port)
    return free
