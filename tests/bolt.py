"""Bolt asks what the parameters of each listener are called, for every app that it builds.

In production that is once.  The suite builds a thousand apps with the same hundred listeners: here it is
looked up once for each piece of code, which is an eighth of what a test of a click costs."""

import inspect
from collections.abc import Callable
from types import CodeType
from typing import Any

from slack_bolt.listener import custom_listener
from slack_bolt.listener_matcher import builtins
from slack_bolt.util.utils import get_arg_names_of_callable

_KNOWN: dict[CodeType, list[str]] = {}


def remember_names() -> None:
    """From now on, in this process."""
    for module in (custom_listener, builtins):
        module.get_arg_names_of_callable = _names


def _names(function: Callable[..., Any]) -> list[str]:
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or inspect.ismethod(function):
        return get_arg_names_of_callable(function)
    if code not in _KNOWN:
        _KNOWN[code] = get_arg_names_of_callable(function)
    return [*_KNOWN[code]]
