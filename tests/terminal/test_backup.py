"""`helpdesk backup` and `helpdesk restore`, as an operator types them."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

pytestmark = pytest.mark.both_engines

Typed = Callable[..., Result]


def test_a_copy_is_written_read_and_put_into_an_empty_place_only(
    typed: Typed, opened: Callable[..., int], tmp_path: Path
) -> None:
    opened()
    written = typed("backup", "copy.gz", "--json")
    assert json.loads(written.output)["rows"] > 2
    assert typed("restore", "copy.gz", "--check").exit_code == 0

    refused = typed("restore", "copy.gz")
    assert refused.exit_code == 78
    assert "not empty" in refused.output

    elsewhere = {"DATABASE_URL": f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"}
    assert "held back until the desk starts" in typed("restore", "copy.gz", **elsewhere).output
    assert json.loads(typed("restore", "--status", "--json", **elsewhere).output)["held"] is True
    assert "went on at" in typed("restore", "--release", **elsewhere).output
    assert typed("restore", "--status").output == "Nothing was restored here.\n"


def test_a_damaged_copy_is_refused(typed: Typed, opened: Callable[..., int], tmp_path: Path) -> None:
    opened()
    typed("backup", "copy.gz")
    (tmp_path / "copy.gz").write_bytes((tmp_path / "copy.gz").read_bytes()[:-30])
    refused = typed("restore", "copy.gz", "--check")
    assert refused.exit_code == 65
    assert "damaged" in refused.output


def test_what_is_no_file_is_left_as_it_is_and_what_is_not_there_is_said(
    typed: Typed, opened: Callable[..., int], tmp_path: Path
) -> None:
    opened()
    os.mkfifo(tmp_path / "pipe")
    refused = typed("backup", "pipe")
    assert refused.exit_code == 78
    assert "name another" in refused.output
    assert (tmp_path / "pipe").is_fifo()
    assert not list(tmp_path.glob("*.part"))

    for words in (("restore", "copy.gz"), ("restore", "copy.gz", "--check")):
        missing = typed(*words)
        assert (missing.exit_code, missing.output) == (66, "Error: There is no file copy.gz.\n")
