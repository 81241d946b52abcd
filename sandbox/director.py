"""What a test tells the sandbox itself: what goes wrong there, and how it is set up."""

import json
import urllib.error
import urllib.request
from typing import Any

Json = dict[str, Any]


class NotPossibleHere(AssertionError):
    """The person could not do that: no such button, dialog, channel or person."""


class Director:
    """Everything goes over the control API of the sandbox at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    # what goes wrong

    def fault(self, method: str, **plan: Any) -> None:
        """Spoil the next call(s) of a Slack method, of "*" (all of them), "response" (an answer to a response
        address), "upload", of a step of mail (`mail_faults.STEPS`), or the delivery of "event.message",
        "interactive", "slash_commands".

        error="is_archived"; status=500; retry_after=30; drop="before" | "after" (the effect); effect=True (it
        happens although the answer is an error); hang=seconds; times=2; after=3 (calls that pass first);
        for events twice=True, never=True, late=seconds; for gestures never=True, late=seconds; for history
        and replies delay=seconds, hide=messages; for these and for lists page=entries; for mail what its
        steps list, as status=451, drop or hang.

        Raises NotPossibleHere, with what is possible, for what makes no sense."""
        self._do("fault", method=method, **plan)

    def clear_faults(self) -> None:
        self._do("faults")

    def cut_sockets(self) -> None:
        """Close every Socket Mode connection without a word."""
        self._do("sockets", cut=True)

    def refresh_sockets(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go (warning, refresh_requested, link_disabled) and close it."""
        self._do("sockets", disconnect=reason)

    def revoke_tokens(self, revoked: bool = True) -> None:
        """Refuse the tokens from now on; the app hears of it where it subscribed to tokens_revoked."""
        self._do("revoke", revoked=revoked)

    # how it is set up

    def foreign_words(self, *words: str) -> None:
        """What outsiders wrote on another way than `mail`: the app must not make a mention or link of it."""
        self._do("foreign", words=list(words))

    def own_addresses(self, *addresses: str) -> None:
        """Addresses that the app may link to, whoever else wrote them (the sandbox's own it always may)."""
        self._do("foreign", own=list(addresses))

    def deliver_mail_to(self, host: str, port: int) -> None:
        self._do("settings", deliver_mail_to=[host, port])

    def deliver_events_to(self, request_url: str) -> None:
        """Signed HTTP delivery from now on (the URL must pass url_verification); "" is Socket Mode again."""
        self._do("settings", request_url=request_url)

    def limits(self, which: str) -> None:
        """How often methods may be called: "slack" as there, "none" without end."""
        self._do("settings", limits=which)

    def turn_clock(self, seconds: float) -> str:
        """Let time pass in the sandbox, and for an app that follows its clock; gives what it shows then."""
        return str(self._do("turn", seconds=seconds)["now"])

    def turn_to(self, moment: str) -> str:
        """On to that moment, ISO 8601 with its zone; what falls due on the way happens in its hour."""
        return str(self._do("turn", to=moment)["now"])

    def turn_to_weekday(self, weekday: int, at: str) -> str:
        """On to the next such day of the week (1 is Monday) at that time of the clock on the wall (HH:MM)."""
        return str(self._do("turn", weekday=weekday, at=at)["now"])

    def turn_to_next_due(self) -> str:
        """On to the next thing that is due; NotPossibleHere when nothing is."""
        return str(self._do("turn", next=True)["now"])

    def go_to_step(self, number: int) -> Json:
        """Go to that step of the story on the page, from 0; gives where the page should be."""
        return dict(self._do("guide", go=number)["where"])

    def take_help(self) -> None:
        """Let the story do what its step offers."""
        self._do("guide", help=True)

    def hide_story(self, hidden: bool = True) -> None:
        self._do("guide", shut=hidden)

    def _do(self, act: str, **body: Any) -> Json:
        return self._call("POST", act, body)

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        raw = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}/_control/{path}", raw, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as refusal:
            with refusal:
                text = refusal.read().decode("utf-8", "replace")
            raise NotPossibleHere(text) from None
