"""What the documents name is there: a stranger who has just cloned follows every link."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
PACKAGES = "bot|desk|mail|rehearsal|sandbox|settings|sla|store|terminal|wiring"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_and_picture_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in linked if not (document.parent / link).exists()] == []


def test_every_module_that_the_architecture_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(rf"`((?:{PACKAGES})\.[a-z_.]+)", text)) - {"desk.canned"}  # that is a setting
    assert len(named) > 50
    assert sorted(name for name in named if not is_there(*name.rstrip(".").split("."))) == []


def is_there(package: str, module: str, *within: str) -> bool:
    """Whether there is such a module or package, and such a name in it."""
    place = ROOT / package / module
    if place.is_dir():
        return not within or is_there(f"{package}/{module}", *within)
    file = place.with_suffix(".py")
    return file.exists() and all(re.search(rf"\b{name}\b", file.read_text("utf-8")) for name in within)
