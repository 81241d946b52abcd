"""`helpdesk hours`: sums in business time as people and programs ask for them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import helpdesk
from tests import warm

DATA = Path(__file__).parent.parent / "sla" / "data"
MORNINGS = """
[hours]
country = ""
[hours.week]
mon = ["00:00-12:00"]
tue = ["00:00-12:00"]
wed = ["00:00-12:00"]
thu = ["00:00-12:00"]
fri = ["00:00-12:00"]
sat = ["00:00-12:00"]
sun = ["00:00-12:00"]
"""
Typed = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Types a command in an empty folder, with nothing set up: no tokens, no channels."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object, given: Iterable[object] | bytes = b"", **environ: str) -> Result:
        lines = given if isinstance(given, bytes) else "".join(f"{json.dumps(x)}\n" for x in given).encode()
        return CliRunner(env=environ).invoke(helpdesk.main, [str(word) for word in words], input=lines)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "other.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("start", "span", "said"),
    [
        ("2026-11-27T16:30", "8h", ["Monday 30 November 2026 16:30 CET", "2026-11-30T15:30:00Z"]),
        ("2026-11-27 16:30", "1d", ["Monday 30 November 2026 16:30 CET", "2026-11-30T15:30:00Z"]),
        ("2026-11-27T15:30:00Z", "1h30", ["Monday 30 November 2026 10:00 CET", "2026-11-30T09:00:00Z"]),
        ("2026-11-27T10:30-05:00", "90m", ["Monday 30 November 2026 10:00 CET", "2026-11-30T09:00:00Z"]),
        ("2026-07-03", "14d", ["Wednesday 22 July 2026 17:00 CEST", "2026-07-22T15:00:00Z"]),
        (
            "2026-11-27T16:59:59.999999",
            "0.000002s",
            ["Monday 30 November 2026 09:00:00.000001 CET", "2026-11-30T08:00:00.000001Z"],
        ),
    ],
)
def test_when_a_span_is_used_up_is_told_in_words_and_in_utc(
    start: str, span: str, said: list[str], typed: Typed
) -> None:
    done = typed("hours", "after", start, span)
    assert (done.exit_code, done.output.splitlines()) == (0, said)


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("2026-11-27T16:30", "2026-11-30T10:00", ["1 h 30 min", "90 minutes"]),
        ("2026-11-30T10:00", "2026-11-27T16:30", ["-1 h 30 min", "-90 minutes"]),
        ("2026-11-28", "2026-11-29", ["0 min", "0 minutes"]),
        ("2026-11-27T09:00", "2026-11-27T09:00:02.5", ["2.5 s", "2.5 seconds"]),
        ("2026-01-01", "2027-01-01", ["2,040 h", "122400 minutes"]),
        (
            "2026-11-30T09:00:00.000001",
            "2026-12-01T08:00",
            ["7 h 59 min 59.999999 s", "28799.999999 seconds"],
        ),
    ],
)
def test_how_long_the_desk_was_open_is_told_in_words_and_exactly(
    a: str, b: str, said: list[str], typed: Typed
) -> None:
    done = typed("hours", "between", a, b)
    assert (done.exit_code, done.output.splitlines()) == (0, said)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("after", "tomorrow", "8h"), "'tomorrow' is not a time"),
        (("after", "2026-11-27", "8x"), "'8x' is not a span; write it like 8h, 1h30, 90m or 2d"),
        (("after", "2026-11-27", "30"), "'30' is not a span"),
        (("after", "2026-11-27", ""), "'' is not a span"),
        (("after", "2026-11-27", "0.0000001s"), "finer than a microsecond"),
        (("after", "2026-11-27", "99999999999d"), "longer than any calendar"),
        (("after", "2026-11-27", "99999d"), "after the year 2299"),
        (("after", "1726-11-27", "8h"), "from the year 1900 to 2299"),
        (
            ("after", "2026-03-29T02:30", "8h"),
            "show 2026-03-29 02:30:00 never; write the time with its offset",
        ),
        (("between", "2026-10-25T02:30", "2026-11-27"), "show 2026-10-25 02:30:00 twice"),
        (("between", "2026-11-27", "2026-11-27T09:00:00.12345678"), "finer than a microsecond"),
        (("between", "0001-01-01T00:00+01:00", "2026-11-27"), "out of range"),
        (("--batch", "after", "2026-11-27", "8h"), "--batch takes its cases from standard input"),
    ],
)
def test_what_nobody_can_reckon_with_is_refused_with_the_reason(
    words: tuple[str, ...], reason: str, typed: Typed
) -> None:
    done = typed("hours", *words)
    assert done.exit_code == 2
    assert reason in done.output


def test_a_time_without_a_zone_is_one_of_the_desk_and_a_file_may_be_named_on_either_side(
    typed: Typed, file: Callable[[str], Path]
) -> None:
    zone, country = '[desk]\ntimezone = "Asia/Kathmandu"', '[hours]\ncountry = ""'
    path = file(f'{zone}\n{country}\nhalf_days.2026-11-27 = ["09:00-13:00"]')
    said = "Monday 30 November 2026 12:00 +0545\n2026-11-30T06:15:00Z\n"
    assert typed("hours", "--config", path, "after", "2026-11-27T12:00", "4h").output == said
    assert typed("--config", path, "hours", "after", "2026-11-27T12:00", "4h").output == said
    assert typed("hours", "after", "2026-11-27T12:00", "4h", HELPDESK_CONFIG=str(path)).output == said


def test_unusable_hours_are_told_with_their_line_and_the_mend(
    typed: Typed, file: Callable[[str], Path]
) -> None:
    week = '[hours.week]\nmon = ["09:00-13:00",\n  "12:30-17:00"]\n'
    path = file(f"[slak]\n{week}")
    done = typed("hours", "--batch", "--config", path)
    assert done.exit_code == 78
    assert "1 problem" in done.output
    assert "hours.week.mon (line 3): 09:00-13:00 and 12:30-17:00 overlap; make one period" in done.output


def test_without_a_word_it_says_how_it_is_used(typed: Typed) -> None:
    done = typed("hours")
    assert done.exit_code == 2
    assert "Example: helpdesk hours after" in done.output


@pytest.mark.parametrize("command", ["after", "between"])
def test_each_of_its_commands_gives_an_example(command: str, typed: Typed) -> None:
    assert f"Example: helpdesk hours {command}" in typed("hours", command, "--help").output


@pytest.mark.parametrize(
    ("name", "unit", "of_a_minute", "settings"),
    [
        ("sla_cases.jsonl", "minutes", 1, ""),
        ("sla_cases_seconds.jsonl", "seconds", 60, ""),
        ("sla_cases_dst.jsonl", "minutes", 1, MORNINGS),
    ],
)
def test_every_case_is_answered_as_stepping_through_it_says(
    name: str, unit: str, of_a_minute: int, settings: str, typed: Typed, file: Callable[[str], Path]
) -> None:
    cases = [json.loads(line) for line in (DATA / name).read_text().splitlines()]
    asked = [{"start": case["start"], "minutes": case[unit] / of_a_minute} for case in cases]
    asked += [{"start": case["start"], "end": case["end"]} for case in cases]
    expected: list[object] = [{"due": case["due"]} for case in cases]
    expected += [{"minutes": case[f"elapsed_{unit}"] / of_a_minute} for case in cases]
    done = typed("hours", "--batch", "--config", file(settings), given=asked)
    assert done.exit_code == 0
    assert [json.loads(line) for line in done.output.splitlines()] == expected


def test_a_case_with_both_is_answered_with_both(typed: Typed) -> None:
    case = {"start": "2026-11-27T15:30:00Z", "minutes": 480, "end": "2026-11-30T15:30:00Z", "id": 7}
    done = typed("hours", "--batch", given=[case])
    assert json.loads(done.output) == {"due": "2026-11-30T15:30:00Z", "minutes": 480.0}


def test_a_batch_is_exact_to_the_microsecond_both_ways(typed: Typed) -> None:
    start, due = "2026-11-27T15:59:59.999999Z", "2026-11-30T08:00:00.000002Z"
    done = typed(
        "hours", "--batch", given=[{"start": start, "minutes": 0.00000005}, {"start": start, "end": due}]
    )
    assert [json.loads(line) for line in done.output.splitlines()] == [{"due": due}, {"minutes": 0.00000005}]


def test_a_line_that_is_no_case_says_what_is_wrong_and_the_others_are_answered(typed: Typed) -> None:
    good = b'{"start": "2026-11-27T15:30:00Z", "minutes": 480}'
    bad = {
        b"": "not JSON",
        b"\xff\xfe": "not JSON",
        b"[" * 100_000: "not JSON",
        b"[480]": "not an object",
        b"{}": "there is no start",
        b'{"start": 5, "minutes": 1}': "start is no text",
        b'{"start": "2026-11-27T15:30:00Z"}': "neither minutes nor end",
        b'{"start": "27 November", "minutes": 1}': "'27 November' is not a time",
        b'{"start": "2026-10-25T02:30", "minutes": 1}': "twice",
        b'{"start": "2026-11-27T15:30:00Z", "end": null}': "there is no end",
        b'{"start": "2026-11-27T15:30:00Z", "minutes": "480"}': "minutes is not a number",
        b'{"start": "2026-11-27T15:30:00Z", "minutes": true}': "minutes is not a number",
        b'{"start": "2026-11-27T15:30:00Z", "minutes": NaN}': "minutes is not a number",
        b'{"start": "2026-11-27T15:30:00Z", "minutes": Infinity}': "beyond every calendar",
        b'{"start": "2026-11-27T15:30:00Z", "minutes": -1}': "cannot be negative",
        b'{"start": "1726-11-27T15:30:00Z", "minutes": 1}': "from the year 1900 to 2299",
    }
    done = typed("hours", "--batch", given=b"\n".join([good, *bad, good]))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0] == answers[-1] == {"due": "2026-11-30T15:30:00Z"}
    assert len(answers) == len(bad) + 2
    for answer, (line, reason) in zip(answers[1:], bad.items(), strict=False):
        assert reason in answer["error"], line[:80]
    assert done.exit_code == 65
    assert f"{len(bad)} of {len(answers)} lines were no cases" in done.stderr


def test_no_cases_at_all_are_answered_with_nothing(typed: Typed) -> None:
    done = typed("hours", "--batch")
    assert (done.exit_code, done.output) == (0, "")


def test_a_program_that_asks_line_by_line_is_answered_line_by_line(tmp_path: Path) -> None:
    asked = subprocess.Popen(
        [sys.executable, "-m", "helpdesk", "hours", "--batch"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    with asked:
        assert asked.stdin is not None
        assert asked.stdout is not None
        for minutes, due in ((480, "2026-11-30T15:30:00Z"), (30, "2026-11-27T16:00:00Z")):
            asked.stdin.write(
                json.dumps({"start": "2026-11-27T15:30:00Z", "minutes": minutes}).encode() + b"\n"
            )
            asked.stdin.flush()
            assert json.loads(asked.stdout.readline()) == {"due": due}
        asked.stdin.close()
        assert asked.wait(timeout=30) == 0


def test_a_standard_input_that_is_closed_is_told_of(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "helpdesk", "hours", "--batch"]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
    )
    assert done.returncode == 65
    assert b"no standard input" in done.stderr


@pytest.mark.parametrize("words", ["hours after 2026-11-27 8h", "calendar show"])
def test_business_time_needs_neither_a_database_nor_slack(words: str, tmp_path: Path) -> None:
    look = "import sys, helpdesk\ntry: helpdesk.main(sys.argv[1:])\nexcept SystemExit: print(*sys.modules)"
    environ = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", look, *words.split()],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "sla.hours" in loaded
    assert not {"sqlalchemy", "slack_bolt", "slack_sdk", "apscheduler", "babel", "jinja2", "wiring"} & loaded


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"])
def test_the_zone_and_language_of_the_process_mean_nothing(zone: str, tmp_path: Path) -> None:
    cases = (DATA / "sla_cases.jsonl").read_bytes().splitlines()[:300]
    environ = {"PATH": os.environ["PATH"], "TZ": zone, "LC_ALL": "C.UTF-8", "LANGUAGE": "th"}
    done = warm.run("hours", "--batch", input=b"\n".join(cases), cwd=tmp_path, env=environ)
    assert done.returncode == 0
    for line, answer in zip(cases, done.stdout.splitlines(), strict=True):
        case, told = json.loads(line), json.loads(answer)
        assert (told["due"], told["minutes"]) == (case["due"], case["elapsed_minutes"])
