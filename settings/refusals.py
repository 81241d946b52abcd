"""What the model of the settings refuses, as problems that an operator can read and mend."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from settings.printing import sample, written
from settings.problems import Problem
from settings.values import Unfit
from settings.walking import key_of, model_in, section_in, settings_of


def problems_of(
    refused: ValidationError, model: type[BaseModel], sources: Mapping[str, str]
) -> list[Problem]:
    """What is wrong with values that were given; not what is missing.  sources: where each came from."""
    errors = refused.errors(include_url=False)
    told = [_problem(error, model, sources) for error in errors if error["type"] != "missing"]
    return [each for each in told if not _is_inherited(each, told, sources)]


def _is_inherited(problem: Problem, told: list[Problem], sources: Mapping[str, str]) -> bool:
    """Whether the mistake was made, and is told, in the place that this one takes its value from."""
    if problem.key.startswith("contracts[") and "." in problem.key:
        general = problem.key.partition(".")[2]
        return any(each.key.startswith(general) and each.reason == problem.reason for each in told)
    return sources.get(problem.key) == "desk.timezone"


def _problem(error: Mapping[str, Any], model: type[BaseModel], sources: Mapping[str, str]) -> Problem:
    unfit = error.get("ctx", {}).get("error")
    loc = [step for step in error["loc"] if step != "[key]"]
    key = key_of((*loc, *([unfit.at] if isinstance(unfit, Unfit) and unfit.at else [])))
    source = next((name for start, name in sources.items() if key.startswith(start) and name.isupper()), None)
    shown = f"{key} (from {source})" if source else key
    match error:
        case {"type": "extra_forbidden"}:
            return Problem(shown, "is not a setting", _did_you_mean(error["loc"], model))
        case {"ctx": {"error": Unfit()}}:
            return Problem(shown, unfit.reason, unfit.mend)
        case {"type": "zoneinfo_str"}:
            return Problem(shown, f"{error['input']!r} is not a time zone", "write it like Europe/Amsterdam")
    reason = str(error["msg"]).replace("Input should be", "should be")
    field = dict(settings_of(model)).get(re.sub(r"\[.*", "", key))
    if not field:
        return Problem(shown, reason, "see helpdesk.example.toml")
    if section_in(field):
        return Problem(shown, "should be a table", f"write its settings under [{key}]")
    return Problem(shown, reason, f"for example {written(sample(field))}")


def _did_you_mean(loc: tuple[str | int, ...], model: type[BaseModel]) -> str:
    keys = [key for key, _ in settings_of(model)]
    for step in loc[:-1]:
        model = (isinstance(step, str) and model_in(model.model_fields[step].annotation)) or model
    name, key = str(loc[-1]), key_of(loc)
    near = difflib.get_close_matches(name, list(model.model_fields), n=1)
    if near:
        return f"did you mean {near[0]}?"
    elsewhere = [other for other in keys if other.rpartition(".")[2] == name]
    near = elsewhere or difflib.get_close_matches(key, keys, n=1, cutoff=0.8)
    return f"did you mean {' or '.join(near)}?" if near else "remove it"
