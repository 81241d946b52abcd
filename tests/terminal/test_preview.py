"""`helpdesk mail preview`: what customers are sent, to look at before it goes; needs no token."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import helpdesk
from mail.preview import KINDS


@pytest.fixture
def preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def run(*words: str, config: str = "") -> Result:
        (tmp_path / "helpdesk.toml").write_text(config, "utf-8")
        return CliRunner(env={}).invoke(helpdesk.main, ["mail", "preview", *words])

    return run


def test_a_mail_is_shown_as_the_customer_would_get_it(preview):
    shown = preview("replied", "--language", "nl", config='[desk]\nname = "Loket"\nprefix = "LK"')
    assert shown.exit_code == 0
    assert shown.output.startswith(
        "From: Loket <helpdesk@localhost>\nTo: Jan Jansen <jan@bakkerij.example>\n"
    )
    assert "Subject: Re: [LK-42] De bon wordt niet geprint\n\nHoi Jan,\n" in shown.output
    assert "Sanne de Wit\nLoket\n\n-- antwoord boven deze regel --" in shown.output


def test_the_html_is_the_same_mail_under_the_operators_brand(preview):
    brand = '[mail.brand]\nsignature = "**Example BV**"\ncolour = "#c01c28"\naddress_line = "Gracht 1"'
    shown = preview("asked", "--html", config=brand).output
    assert shown.startswith("<!doctype html>")
    assert "<strong>Example BV</strong>" in shown
    assert "border-top:2px solid #c01c28" in shown
    assert "Gracht 1" in shown


def test_the_list_names_every_mail(preview):
    listed = preview("--list")
    assert [line.split()[0] for line in listed.output.splitlines()] == [*KINDS, "report"]


@pytest.mark.parametrize("words", [("receipt",), (), ("opened", "--language", "tlh")])
def test_an_unknown_mail_or_language_says_which_there_are(preview, words):
    answer = preview(*words)
    assert answer.exit_code == 2
    assert "there are: " in answer.output


def test_a_broken_template_is_told_with_its_file_its_line_and_its_mend(preview, tmp_path):
    (tmp_path / "own" / "nl").mkdir(parents=True)
    (tmp_path / "own" / "nl" / "taken.txt").write_text("Hoi\n{{ agnet }}\n", "utf-8")
    refused = preview("taken", config='[mail]\ntemplates = "own"')
    assert refused.exit_code == 78
    said = f"{Path('own/nl/taken.txt')}, line 2: 'agnet' is no fact; did you mean agent?"
    assert said in refused.output


def test_a_colour_that_is_none_is_refused(preview):
    refused = preview("taken", config='[mail.brand]\ncolour = "red; background:url(x)"')
    assert refused.exit_code == 78
    assert "mail.brand.colour (line 2): does not look like a colour; write it like #1a5fb4" in refused.output
