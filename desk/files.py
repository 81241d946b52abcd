"""The files that an event names: those of a customer's mail, and those that go along with an agent's."""

from collections.abc import Mapping, Sequence
from typing import Any

Named = Mapping[str, Any]
"""A file by its name, with where its content is.

part: of the mail with the event's number in the inbox; slack_file: what Slack calls it; kept: in store.files.
bytes: its size; left_out: why Slack does not get it."""


def named_in(detail: Named) -> list[Named]:
    """The files of an event's detail.  Events of earlier versions hold nothing but names."""
    files = detail.get("files") or []
    return [file if isinstance(file, Mapping) else {"name": str(file)} for file in files]


def shown_in(detail: Named) -> list[Named]:
    """Those of a mail that its thread shows.  A mail whose words are hidden shows none."""
    if detail.get("sensitive"):
        return []
    return [file for file in named_in(detail) if "part" in file and not file.get("left_out")]


def left_out_of(detail: Named) -> list[Named]:
    """Those that are named and not shown, each with the reason."""
    return [file for file in named_in(detail) if file.get("left_out")]


def to_fetch(files: Sequence[Named]) -> bool:
    """Whether any of these has to be fetched before a mail can take it along."""
    return any("kept" not in file for file in files)


def size_of(files: Sequence[Named]) -> int:
    """Bytes of all together, as far as they are known."""
    return sum(int(file.get("bytes") or 0) for file in files)


def in_words(size: int) -> str:
    """A number of bytes as people say it."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:,.1f} MB".replace(".0 MB", " MB")


_RUNS = """
    ade adp app appimage appx apk bas bat chm cmd com cpl deb dll dmg exe gadget hta inf ins iso isp jar js
    jse lnk mde msc msh msi msix msp mst pif ps1 psm1 reg rpm scr sct sh sys url vb vbe vbs vhd vhdx vxd wsc
    wsf wsh xll docm dotm pptm potm ppam ppsm sldm xlam xlsm xltm"""
RUNS = tuple(_RUNS.split())
"""Endings of what runs, or makes something run, when somebody opens it."""
