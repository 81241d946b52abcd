"""Whom the desk believes to be a mail server: the system's authorities, and those that the operator adds."""

import ssl
from functools import cache
from pathlib import Path


@cache
def authorities() -> ssl.SSLContext:
    """The system's authorities: to read them takes longer than to hand a mail over."""
    return ssl.create_default_context()


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Raises ValueError, worth reading, for a file that holds no certificates."""
    if ca_file is None:
        return authorities()
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cafile=ca_file)
    except OSError as problem:  # what ssl raises is one as well
        reason = problem.strerror or str(problem)
        raise ValueError(
            f"mail.ca_file: {ca_file} cannot be used ({reason}); name a file of certificates (PEM)"
        ) from problem
    return context
