"""What kind of mail this is: a person, a machine, a list, a bounce, or our own coming back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from mail.addresses import without_tag
from mail.bounces import Bounce, read_bounce
from mail.reading import InboundEmail

LOOP_HEADER = "X-Helpdesk-Loop"
"""What all our mails carry, so that they are known when they come back."""


class Kind(StrEnum):
    """Who or what wrote it.  AUTOMATIC opens tickets like a person and is never answered; AUTO_REPLY
    answers one of our mails without anybody having read it."""

    HUMAN = "human"
    AUTOMATIC = "automatic"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Screening:
    """The kind, and the rule that recognised it (empty for a human)."""

    kind: Kind
    rule: str = ""
    bounce: Bounce | None = None

    @property
    def may_be_answered(self) -> bool:
        """Whether the desk may send automatic mail to its sender."""
        return self.kind is Kind.HUMAN and not self.rule


def screen(
    email: InboundEmail,
    *,
    our_loop_mark: str = "",
    our_addresses: Iterable[str] = (),
    is_our_id: Callable[[str], bool] = lambda message_id: False,
) -> Screening:
    """Say what kind of mail this is.

    our_loop_mark: what our own loop header holds; our_addresses: the desk's own, in lower case; is_our_id:
    whether a mail of that Message-ID left the desk."""
    ours = _ours(email, our_loop_mark, frozenset(our_addresses))
    if not ours and is_our_id(email.message_id or ""):
        ours = "a Message-ID of ours"
    if ours:
        return Screening(Kind.OURS, ours)
    bounce = read_bounce(email)
    if bounce is not None:
        return Screening(Kind.BOUNCE, bounce.rule, bounce)
    for kind, rules in _RULES:
        found = next((rule for rule in rules if _RULE_TESTS[rule](email)), None)
        if found is not None:
            return Screening(kind, found)
    return Screening(Kind.HUMAN, "asks not to be answered" if _asks_for_silence(email) else "")


def _ours(email: InboundEmail, loop_mark: str, addresses: frozenset[str]) -> str:
    marks = email.headers.all(LOOP_HEADER.lower())
    if any(mark and (mark == loop_mark or mark.lower() in addresses) for mark in marks):
        return "our loop header"
    sender = email.sender.key if email.sender else ""
    if sender in addresses or (sender and without_tag(sender) in addresses):
        return "our own address"
    return ""


def _auto_submitted(email: InboundEmail) -> str:
    """RFC 3834, without comments and parameters."""
    value = email.headers.get("auto-submitted").lower()
    return value.partition(";")[0].partition("(")[0].strip()


def _subject_starts(email: InboundEmail) -> bool:
    subject = email.subject_line.lower().lstrip("[ ")
    return subject.startswith(_AUTO_REPLY_SUBJECTS)


_AUTO_REPLY_SUBJECTS = (
    "auto:", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse",
    "automatic reply", "automatische antwort", "automatisch antwoord", "automatische beantwoording",
    "automatische reactie", "automatisch bericht", "autosvar", "automatisk svar", "automaattinen vastaus",
    "abwesenheitsnotiz", "abwesenheit:", "abwesend", "out of office", "out-of-office", "out of the office",
    "niet aanwezig", "afwezig", "niet op kantoor", "risposta non al computer", "risposta automatica",
    "fuori sede", "respuesta automática", "resposta automática", "frånvaro", "réponse automatique",
    "absence", "absent du bureau", "away from my mail", "vacation", "odpowiedź automatyczna", "自動返信",
    "自动回复", "автоответ", "автоматический ответ",
)  # fmt: skip

_MACHINES: tuple[str, ...] = (
    "mailer-daemon",
    "postmaster",
    "no-reply",
    "noreply",
    "no_reply",
    "do-not-reply",
    "donotreply",
)
_MACHINES += ("nicht-antworten", "niet-beantwoorden", "bounce", "auto-confirm", "autoresponder")


def _from_machine(email: InboundEmail) -> bool:
    local = email.sender.key.partition("@")[0] if email.sender else ""
    return any(local == name or local.startswith((name + "+", name + "-", name + ".")) for name in _MACHINES)


def _has(email: InboundEmail, *names: str) -> bool:
    return any(name in email.headers for name in names)


def _precedence(email: InboundEmail) -> str:
    return (email.headers.get("precedence") or email.headers.get("x-precedence")).strip().lower()


def _null_sender(email: InboundEmail) -> bool:
    return any(value.strip() == "<>" for value in email.headers.all("return-path"))


_SILENCERS = frozenset({"all", "autoreply", "oof", "dr"})


def _asks_for_silence(email: InboundEmail) -> bool:
    """Exchange writes this on people's mail too: it means "do not answer by machine" and nothing more."""
    value = email.headers.get("x-auto-response-suppress").lower()
    return any(word.strip() in _SILENCERS for word in value.split(","))


_MOST_HOPS = 50
"""Servers that a mail passes; one that goes in a circle passes more, and is not to be answered."""

_RULE_TESTS: dict[str, Callable[[InboundEmail], bool]] = {
    "Auto-Submitted: auto-replied": lambda email: _auto_submitted(email) == "auto-replied",
    "auto-reply header": lambda email: _has(
        email, "x-autoreply", "x-autorespond", "x-autoresponder", "x-autoresponse", "x-autoreply-from",
        "x-mail-autoreply", "x-autoreply-type", "x-vacation",
    ),
    "X-Autogenerated: reply": lambda email: email.headers.get("x-autogenerated").lower() == "reply",
    "Precedence: auto_reply": lambda email: _precedence(email) in {"auto_reply", "auto-reply"},
    "Delivered-To: autoresponder": lambda email: "autoresponder" in email.headers.all("delivered-to"),
    "subject of an automatic reply": _subject_starts,
    "a receipt": lambda email: email.headers.get("content-type").lower().startswith("multipart/report"),
    "List header": lambda email: _has(email, "list-id", "list-unsubscribe", "list-post", "mailing-list"),
    "Precedence: list": lambda email: _precedence(email) == "list",
    "Auto-Submitted": lambda email: _auto_submitted(email) not in {"", "no", "auto-forwarded"},
    "Precedence: bulk": lambda email: _precedence(email) in {"bulk", "junk"},
    "machine's header": lambda email: _has(email, "x-autogenerated", "feedback-id", "x-auto-generated"),
    "X-FC-MachineGenerated": lambda email: email.headers.get("x-fc-machinegenerated").lower() == "true",
    "X-Amazon-Mail-Relay-Type": lambda email: email.headers.get("x-amazon-mail-relay-type").lower()
    == "notification",
    "X-Loop": lambda email: _has(email, "x-loop"),
    "more than 50 servers": lambda email: len(email.headers.all("received")) > _MOST_HOPS,
    "null return path": _null_sender,
    "a machine's address": _from_machine,
}  # fmt: skip
"""Every rule by the name that is shown to agents."""

_RULES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        Kind.AUTO_REPLY,
        (
            "Auto-Submitted: auto-replied", "auto-reply header", "X-Autogenerated: reply",
            "Precedence: auto_reply", "Delivered-To: autoresponder", "subject of an automatic reply",
            "a receipt",
        ),
    ),
    (Kind.LIST, ("List header", "Precedence: list")),
    (
        Kind.AUTOMATIC,
        (
            "Auto-Submitted", "Precedence: bulk", "machine's header", "X-FC-MachineGenerated",
            "X-Amazon-Mail-Relay-Type", "X-Loop", "more than 50 servers", "null return path",
            "a machine's address",
        ),
    ),
)  # fmt: skip
"""Which rule means what; the first that fits decides."""
