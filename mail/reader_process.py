"""The process that reads mails for mail.reader: raw mails in, what they say out, until nobody asks."""

import pickle
import signal
import sys
from datetime import tzinfo
from typing import IO, Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

from mail.reading import InboundEmail, Unreadable, read


def main(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the end of `asked`.

    Whoever started us ends us by closing it.  Signals that are meant for a whole group of processes must not
    end us over the mail that the desk finishes before it stops."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    try:
        prefix, zone, processor, memory = pickle.load(asked)
        _limit_memory(memory)
        while True:
            raw = pickle.load(asked)
            _limit_processor(processor)
            _answer(_read(raw, prefix, zone), answers)
    except (EOFError, BrokenPipeError):
        return


def _read(raw: bytes, prefix: str, zone: tzinfo) -> InboundEmail | Unreadable | MemoryError:
    try:
        return read(raw, prefix=prefix, zone=zone)
    except MemoryError:
        return MemoryError()


def _answer(answer: Any, answers: IO[bytes]) -> None:
    try:
        pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
    except MemoryError:
        sys.exit(1)


def _limit_memory(most: int) -> None:
    if resource is not None and hasattr(resource, "RLIMIT_AS"):
        try:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        except (ValueError, OSError):
            return  # macOS has the name and no such limit


def _limit_processor(seconds: int) -> None:
    """From now on.  The limit counts from the start of the process, so it moves with every mail."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, most))


if __name__ == "__main__":
    ours, sys.stdout = sys.stdout, sys.stderr  # nothing that prints may slip into an answer
    main(sys.stdin.buffer, ours.buffer)
