"""Senders that the desk does not hear: their mail is kept in the inbox and goes nowhere."""

from mail.house import House
from store import blocks
from store.database import Session


def why_blocked(session: Session, address: str, house: House) -> str:
    """What blocks mail from this address, in words; empty where nothing does."""
    names = blocking_names(address)
    by_setting = next((name for name in names if name in house.blocked), None)
    if by_setting:
        return f"{by_setting} is blocked in the settings"
    block = blocks.first_of(session, names) if names else None
    return f"{block.sender} is blocked by {block.by}" if block else ""


def blocking_names(address: str) -> list[str]:
    """What may be blocked to block this address: itself, its domain, and every domain above that."""
    local, at, domain = address.lower().rpartition("@")
    if not (local and at):
        return []
    labels = domain.split(".")[-_DEEPEST:]
    above = [".".join(labels[start:]) for start in range(1, len(labels) - 1)]
    return [f"{local}@{domain}", domain, *(name for name in above if name != domain)]


_DEEPEST = 10
"""Labels of a domain that are looked at."""
