"""What may be written in a scenario, what is printed, and what is refused."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import helpdesk

ROOT = Path(__file__).parents[2]
MAIL = "{from: Anna <anna@bakery.example>, subject: Shop is down, text: Nothing works.}"
OPENED = f"""
start: 2026-11-30T09:00
people: [{{name: Lotte, role: lead}}, {{name: Gus, role: guest}}]
steps:
  - {{at: 2026-11-30T09:30, as: shop, mail: {MAIL}}}
"""
GOLDEN = Path(__file__).parent / "friday.txt"


def after(*steps):
    return OPENED + "\n".join(f"  - {step}" for step in steps)


@pytest.mark.parametrize(
    ("scenario", "status", "words"),
    [
        ("steps: [", 65, "not YAML: line 1"),
        ("just words", 65, "A scenario is a mapping with start"),
        ("start: 2026-11-30\nstepps: []", 65, "did you mean steps?"),
        ("steps: [{mail: {from: a@b.example}}]", 65, "There is no start"),
        ("start: soon", 65, "start: 'soon' is not a time"),
        (after("{mail: {from: a@b.example}}"), 65, "Step 2 has no at"),
        (after("{at: +1h}"), 65, "it needs one of mail, click, reply, note, outage"),
        (after("{at: +1h, mail: {form: a@b.example}}"), 65, "did you mean from?"),
        (after("{at: +1h, mail: {subject: x}}"), 65, "Step 2: from is missing"),
        (
            after("{at: +1h, mail: {from: nobody}}"),
            65,
            "Step 2: that is no mail: 'nobody' is no mail address",
        ),
        (after("{at: +1h, click: {ticket: shop, do: jump}}"), 65, "possible: take, reply, ask"),
        (after("{at: +1h, click: {ticket: shop, do: priority, to: red}}"), 65, "possible: urgent, high"),
        (after("{at: +1h, click: {ticket: other, do: take}}"), 65, "Step 2: there is no ticket 'other'"),
        (after("{at: +1h, click: {ticket: 7, do: take}}"), 65, "Step 2: there is no ticket '7'"),
        (after("{at: 2026-11-29, note: late}"), 65, "steps stand in the order of time"),
        (after("{at: +1h, outage: {of: moon, until: +1h}}"), 65, "possible: slack, smtp, mailbox, desk"),
        (OPENED + "until: 2026-11-30T09:15", 65, "before the last step"),
        (OPENED + "config: {promises: {silense_hours: 3}}", 78, "did you mean silence_hours?"),
        (OPENED + "config: {promises: {levels: [75, 50]}}", 78, "promises.levels"),
    ],
)
def test_what_cannot_be_played_is_refused_in_one_line_with_what_is_possible(typed, scenario, status, words):
    done = typed(scenario)
    assert done.exit_code == status, done.output
    assert words in done.output
    assert "Traceback" not in done.output


def test_a_refusal_of_the_desk_is_a_line_and_no_crash(played):
    lines = played(
        after(
            "{at: +1h, click: {ticket: shop, by: Sanne, do: resolve, text: Mended.}}",
            "{at: +1h, click: {ticket: shop, by: Sanne, do: close}}",
            "{at: +1h, click: {ticket: shop, by: Gus, do: reopen}}",
            "{at: +1h, click: {ticket: shop, by: Sanne, do: take}}",
            '{at: +1h, reply: {ticket: shop, by: Sanne, text: "intern: keep them waiting"}}',
            "{at: +1h, click: {ticket: shop, by: Lotte, do: close}}",
        )
    )
    refused = [(each["by"], each["do"]) for each in lines if each["kind"] == "refused"]
    assert refused == [("Sanne", "close"), ("Gus", "reopen"), ("Sanne", "take"), ("Sanne", "reply")]
    assert [each["status"] for each in lines if each["kind"] == "ticket"] == ["closed"]


def test_deeds_statuses_and_people_may_be_said_in_many_ways(played):
    lines = played(
        after(
            "{at: Mon 10:00, click: {ticket: HD-1, by: Sanne, do: Take it}}",
            "{at: '10:30', click: {ticket: '#1', by: Sanne, do: assign, to: Bob}}",
            '{at: +30m, click: {ticket: 1, by: Bob, status: Waiting for customer, text: "Which page?"}}',
            "{at: 2026-11-30T10:30:00Z, click: {ticket: SHOP, by: Bob, do: extend}}",
            "{at: +1m, click: {ticket: shop, by: Bob, do: status, to: WAITING_FOR_SUPPORT}}",
            "{at: +1m, click: {ticket: shop, by: Bob, priority: Low}}",
            "{at: +1m, note: {ticket: shop, by: Bob, text: They use the old one.}}",
            "{at: +1m, note: That is all.}",
            "{at: +1m, click: {ticket: shop, by: Bob, do: cancel, reason: A duplicate.}}",
        )
    )
    assert not [each for each in lines if each["kind"] == "refused"]
    (ended,) = (each for each in lines if each["kind"] == "ticket")
    facts = (ended["name"], ended["status"], ended["priority"], ended["owner"])
    assert facts == ("shop", "cancelled", "low", "Bob")


def test_the_settings_of_the_scenario_and_its_contracts_decide(played):
    lines = played(
        "config:\n"
        "  hours: {country: '', week: {sat: ['10:00-14:00']}}\n"
        "  contracts:\n"
        "  - {name: Bakery, domains: [bakery.example], first_response: {urgent: 2, high: 2, medium: 2}}\n"
        + OPENED
    )
    (first, _) = (each for each in lines if each["kind"] == "clock")
    assert (first["target"], first["due"]) == (120.0, "2026-11-30T10:30:00Z")


def test_the_same_scenario_prints_the_same_bytes(typed):
    scenario = after("{at: +1h, click: {ticket: shop, do: ask}}") + "\nuntil: +4d\n"
    assert typed(scenario, "--json").output == typed(scenario, "--json").output


def _examples():
    text = (ROOT / "docs" / "simulate.md").read_text(encoding="utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def test_the_examples_of_the_documents_print_what_stands_below_them(typed):
    friday, contract = _examples()
    assert typed(friday).output == GOLDEN.read_text(encoding="utf-8")
    assert "Recovery" in typed(contract).output


def test_help_shows_an_example():
    assert "Example: helpdesk simulate" in CliRunner().invoke(helpdesk.main, ["simulate", "--help"]).output
