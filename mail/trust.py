"""Whom the desk believes to be a mail server: the system's authorities, and those that the operator adds."""

import ssl
from pathlib import Path


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Raises ValueError, worth reading, for a file that holds no certificates."""
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as problem:  # what ssl raises is one as well
            reason = problem.strerror or str(problem)
            raise ValueError(
                f"mail.ca_file: {ca_file} cannot be used ({reason}); name a file of certificates (PEM)"
            ) from problem
    return context
