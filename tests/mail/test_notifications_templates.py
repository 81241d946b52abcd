"""Templates of the operator's own: used where they hold, refused with file and line where they do not."""

import shutil
from pathlib import Path

import pytest

from mail.notifications import Templates
from mail.templates import loading
from mail.templates.loading import TemplateRefused
from mail.templates.prose import Prose, to_html, to_text


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "nl").mkdir()
    (tmp_path / "en").mkdir()
    return tmp_path


def test_an_override_replaces_one_mail_and_leaves_the_others(folder):
    (folder / "nl" / "taken.txt").write_text("Hoi, {{ agent }} is met {{ number }} bezig.\n")
    facts = {"agent": "Sanne", "number": "HD-1"}

    assert to_text(Templates(folder).letter("nl", "taken", facts)) == "Hoi, Sanne is met HD-1 bezig."
    assert to_text(Templates().letter("nl", "quoted", {"quoted_at": "nu", "quoted_from": "J"})) == (
        to_text(Templates(folder).letter("nl", "quoted", {"quoted_at": "nu", "quoted_from": "J"}))
    )


def test_an_override_may_build_on_the_letter_of_the_desk(folder):
    source = '{% extends "nl/letter.txt" %}\n{% block body %}Klaar.{% endblock %}\n'
    (folder / "nl" / "closing.txt").write_text(source)
    with pytest.raises(TemplateRefused, match="no such mail"):
        Templates(folder)

    (folder / "nl" / "closing.txt").rename(folder / "nl" / "resolved.txt")
    Templates(folder)


def test_templates_are_read_once(folder):
    file = folder / "nl" / "taken.txt"
    file.write_text("Eerst.")
    templates = Templates(folder)
    file.write_text("{% broken")

    assert templates.letter("nl", "taken", {}) == "Eerst."


def test_each_of_ours_can_be_worded_with_whatever_a_mail_may_say(folder):
    """A start takes ours as they are; only in a folder of the operator's are they tried."""
    ours = Path(loading.__file__).parent
    shutil.copytree(ours, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"), dirs_exist_ok=True)
    assert len([*folder.rglob("*.txt")]) > 60
    Templates(folder)


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("Hoi\n{% if agent %}\n", 2, "endif|end of template"),
        ("Hoi\n\n{{ agnet }}\n", 3, "agnet"),
        ("{% if not name and not agent %}\n{{ nobody }}\n{% endif %}", 2, "nobody"),
        ("Hoi\n{{ agent | shout }}\n", 2, "shout"),
        ("Hoi\n{{ agent.naam }}\n", 2, "naam"),
        ("{{ number }}\n{{ 1 / 0 }}\n", 2, "division"),
        ('a\nb\n{% include "nl/nothing.txt" %}', 3, "nothing.txt"),
        ("{{ agent.__class__.__mro__ }}", 1, "unsafe|__class__"),
    ],
    ids=[
        "syntax",
        "unknown",
        "unknown where nobody looks",
        "filter",
        "attribute",
        "sum",
        "include",
        "sandbox",
    ],
)
def test_a_broken_override_is_refused_with_its_file_and_line(folder, source, line, reason):
    file = folder / "nl" / "opened.txt"
    file.write_text(source)
    with pytest.raises(TemplateRefused, match=reason) as refused:
        Templates(folder)

    assert f"{file}, line {line}:" in str(refused.value)


def test_an_unknown_fact_in_the_page_is_refused_too(folder):
    (folder / "base.html").write_text(
        "<p>{{ letter }}</p>\n{% for mail in history %}\n{{ mail.body }}{% endfor %}"
    )
    with pytest.raises(TemplateRefused, match=r"base\.html, line 3: .*body"):
        Templates(folder)


def test_a_page_of_the_operators_own_escapes_what_customers_wrote(folder):
    (folder / "base.html").write_text("{{ letter }}{% for mail in history %}{{ mail.heading }}{% endfor %}")
    page = Templates(folder).page({"letter": to_html("*Hi*"), "history": [{"heading": "<b>"}]})

    assert "<strong>Hi</strong>" in page
    assert "&lt;b&gt;" in page


def test_a_folder_that_is_not_there_or_not_readable_as_text_is_refused(folder):
    with pytest.raises(TemplateRefused, match="no such folder"):
        Templates(folder / "missing")
    (folder / "nl" / "taken.txt").write_bytes(b"caf\xe9")
    with pytest.raises(TemplateRefused, match=r"taken\.txt: it cannot be read"):
        Templates(folder)


def test_facts_are_escaped_and_peoples_words_are_not():
    letter = Templates().letter(
        "en",
        "replied",
        {
            "words": Prose("**bold**"),
            "agent": "*Eve*\n# x",
            "desk": "D",
            "changed_from": "",
            "moved_from": "",
        },
    )

    assert "<strong>bold</strong>" in to_html(letter)
    assert "*Eve* # x" in to_text(letter)


def test_a_language_says_which_letters_it_has():
    templates = Templates()
    assert all(templates.words(language, "taken") for language in ("nl", "en", "de", "fr"))
    assert not templates.words("de", "nothing")
