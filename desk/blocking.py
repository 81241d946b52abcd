"""Under which names an address can be blocked."""

_DEEPEST = 10
"""Labels of a domain that are looked at."""


def names_of(address: str) -> list[str]:
    """What may be blocked to block this address: itself, its domain, and every domain above that."""
    local, at, domain = address.lower().rpartition("@")
    if not (local and at):
        return []
    labels = domain.split(".")[-_DEEPEST:]
    above = [".".join(labels[start:]) for start in range(1, len(labels) - 1)]
    return [f"{local}@{domain}", domain, *(name for name in above if name != domain)]
