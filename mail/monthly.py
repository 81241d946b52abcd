"""The month in figures as its client reads it: in their language, without a word that is the desk's own."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from babel.dates import format_date

from desk import money, span
from desk.priority import Priority
from mail.attachments import Attachment
from mail.letterhead import Letterhead
from mail.notifications import PRIORITIES, Notification, Templates, sound
from mail.templates.loading import LANGUAGES
from mail.templates.prose import Prose, escaped, to_html, to_text
from mail.templates.samples import EMPTY
from mail.wordlists import WORDS, Words
from sla.billed import Money
from sla.report import PROMISED, Figures, Rate


@dataclass(frozen=True, slots=True)
class Line:
    """A figure.  said: as people read it; rows: the same for a spreadsheet: what it is, of which priority (""
    for all), a number, and of how many."""

    label: str
    said: str
    rows: tuple[tuple[str, str, str, str], ...]


def compose(
    figures: Figures, language: str, *, templates: Templates, letterhead: Letterhead
) -> tuple[Notification, Attachment]:
    """The mail about that client's month, and the file that goes along."""
    language = language if language in LANGUAGES else "en"
    words, begin = WORDS[language], figures.begin.astimezone(letterhead.zone)
    parts = dict(zip(words.titles, _parts(figures, words, language), strict=True))
    month = format_date(begin.date(), "LLLL y", locale=words.locale)
    subject = words.subject.format(month[:1].upper() + month[1:])
    facts = EMPTY | {
        "language": language, "desk": letterhead.name, "client": sound(figures.client or ""), "month": month,
        "address_line": letterhead.brand.address_line, "logo": letterhead.brand.logo, "number": subject,
        "colour": letterhead.brand.colour, "figures": Prose("\n\n".join(_lists(parts, words))),
    }  # fmt: skip
    letter, signature = templates.letter(language, "report", facts), Prose(letterhead.brand.signature)
    below = [to_text(signature), letterhead.brand.address_line]
    drawn = {"letter": to_html(letter), "signature": to_html(signature), "history": (), "marker": ""}
    return Notification(
        subject=subject,
        text="\n\n".join([to_text(letter), *filter(None, below)]) + "\n",
        html=templates.page(facts | drawn),
        is_automatic=True,
    ), Attachment(f"{letterhead.prefix}-{begin:%Y-%m}.csv", "text/csv", _csv(words, parts))


def _parts(figures: Figures, words: Words, language: str) -> Iterator[list[Line]]:
    yield list(_requests(figures, words))
    yield [*_promises(figures, words, language), *_reasons(figures, words)]
    yield list(_money(figures.money, words, language))


def _requests(figures: Figures, words: Words) -> Iterator[Line]:
    new, resolved, cancelled, still = words.counts
    yield _count(new, figures.opened)
    yield _count(resolved, figures.resolved)
    if figures.cancelled:
        yield _count(cancelled, figures.cancelled)
    yield _count(still, figures.ages.count if figures.ages else 0)


def _promises(figures: Figures, words: Words, language: str) -> Iterator[Line]:
    called = PRIORITIES[language]
    for goal in PROMISED:
        of_all, label = figures.rate(goal), words.goals[goal]
        rates = {priority: rate for (of, priority), rate in figures.rates.items() if of is goal}
        if of_all.decided:
            rows = [(label, called[each], str(rate.kept), str(rate.decided)) for each, rate in rates.items()]
            yield Line(label, _kept(of_all, rates, words, called), tuple(rows))


def _kept(of_all: Rate, rates: dict[Priority, Rate], words: Words, called: dict[Priority, str]) -> str:
    said = words.share.format(of_all.kept, of_all.decided, of_all.percent)
    each = ", ".join(
        f"{called[one]} {words.out_of.format(rate.kept, rate.decided)}" for one, rate in rates.items()
    )
    return f"{said}; {each}" if len(rates) > 1 else said


def _reasons(figures: Figures, words: Words) -> Iterator[Line]:
    if figures.reasons:
        total = str(sum(figures.reasons.values()))
        said = ", ".join(f"{words.reasons[reason]} {count}" for reason, count in figures.reasons.items())
        rows = (
            (f"{words.late}: {words.reasons[reason]}", "", str(count), "")
            for reason, count in figures.reasons.items()
        )
        yield Line(words.late, f"{total} ({said})", tuple(rows))


def _money(of: Money, words: Words, language: str) -> Iterator[Line]:
    """Only what there is; work that costs nothing is the desk's own business."""
    hours, amount = words.in_hours.format, words.in_euros.format
    if of.billable:
        said = span.spelled(of.billable, language)
        yield Line(words.billed, said, ((hours(words.billed), "", _hours(of.billable, words), ""),))
        said = words.excluding.format(money.euros(of.amount, language))
        yield Line(words.amount, said, ((amount(words.amount), "", words.decimals(of.amount), ""),))
    if of.approved:
        used, all_ = (span.spelled(each, language) for each in (of.used, of.approved))
        row = (hours(words.budget), "", _hours(of.used, words), _hours(of.approved, words))
        yield Line(words.budget, words.used.format(used, all_), (row,))
    if of.waiting:
        said = words.excluding.format(money.euros(of.waiting_amount, language))
        row = (amount(words.waiting), "", words.decimals(of.waiting_amount), "")
        waiting = (words.waiting, "", str(of.waiting), "")
        if of.waiting_amount:
            yield Line(words.waiting, f"{of.waiting} ({said})", (waiting, row))
        else:
            yield Line(words.waiting, str(of.waiting), (waiting,))


def _count(label: str, count: int) -> Line:
    return Line(label, str(count), ((label, "", str(count), ""),))


def _hours(minutes: int, words: Words) -> str:
    return words.decimals(money.amount_of(minutes, Decimal(1)))


def _lists(parts: dict[str, list[Line]], words: Words) -> Iterator[str]:
    for title, lines in parts.items():
        if lines:
            yield "\n".join([f"**{title}**\n", *(_item(line, words.colon) for line in lines)])


def _item(line: Line, colon: str) -> str:
    label, said = escaped({"label": line.label, "said": line.said}).values()
    return f"- {label}{colon}**{said}**"


def _csv(words: Words, parts: dict[str, list[Line]]) -> bytes:
    page = io.StringIO()
    writer = csv.writer(page, delimiter=words.between, lineterminator="\r\n")
    writer.writerow(words.head)
    writer.writerows(row for lines in parts.values() for line in lines for row in line.rows)
    return page.getvalue().encode("utf-8-sig")  # else spreadsheets take it for another alphabet
