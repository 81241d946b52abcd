"""Senders that the desk does not hear: their mail is kept in the inbox and goes nowhere."""

from desk.blocking import names_of
from mail.house import House
from store import blocks
from store.database import Session


def why_blocked(session: Session, address: str, house: House) -> str:
    """What blocks mail from this address, in words; empty where nothing does."""
    names = names_of(address)
    by_setting = next((name for name in names if name in house.blocked), None)
    if by_setting:
        return f"{by_setting} is blocked in the settings"
    block = blocks.first_of(session, names) if names else None
    return f"{block.sender} is blocked by {block.by}" if block else ""
