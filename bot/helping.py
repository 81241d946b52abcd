"""/ticket help, and what is said where nobody can tell what was meant."""

from bot.asked import Verb
from bot.blocks import context, escape, markdown, one_line, section
from bot.request import Answer, Request, told

_ENGLISH = """*What you can ask*
`/ticket`  what is yours, and what nobody has taken; `mine`  only what is yours
`/ticket due`  everything by date; `waiting`  what waits for a customer
`/ticket find printer "blank page" -ink`  tickets in which that was said; with `status:open` `priority:high` \
`from:bakery.example` `owner:me` `before:24-12` `after:monday`
`/ticket 42`  one ticket, with a link to its card; `why 42`  how its dates come about
`/ticket take 42`, `status 42 resolved`, `priority 42 high`  as on the card
`/ticket time 42 1h30 what you did`  log time; `free` or `emergency` may follow the span
`/ticket export 42`  the whole ticket as a file in its thread
`/ticket new`  a ticket that came by phone, or that nobody mailed
`/ticket away until friday`  what awaits whom, and who takes it over; `back`  ends it
`/ticket report november bakery`  a month in figures, for team leads
`/ticket block someone@example.com`  keep their mail and do not read it; `unblock`; `blocked` lists them"""
_DUTCH = """*Wat je kunt vragen*
`/ticket`  wat van jou is, en wat nog niemand oppakte; `mijn`  alleen wat van jou is
`/ticket termijnen`  alles op datum; `wachtend`  wat op een klant wacht
`/ticket zoek printer "lege pagina" -inkt`  tickets waarin dat gezegd is; met `status:open` \
`prioriteit:hoog` `van:bakkerij.example` `eigenaar:ik` `voor:24-12` `na:maandag`
`/ticket 42`  één ticket, met een link naar de kaart; `waarom 42`  hoe de termijnen tot stand komen
`/ticket neem 42`, `status 42 opgelost`, `prioriteit 42 hoog`  zoals op de kaart
`/ticket tijd 42 1u30 wat je deed`  schrijf tijd; `gratis` of `spoed` mag na de duur staan
`/ticket exporteer 42`  het hele ticket als bestand in de draad
`/ticket nieuw`  een ticket dat per telefoon kwam, of waarover niemand mailde
`/ticket afwezig tot vrijdag`  wat op wie wacht, en wie het overneemt; `terug`  beëindigt het
`/ticket rapport november bakkerij`  een maand in cijfers, voor teamleiders
`/ticket blokkeer iemand@example.com`  bewaar hun mail ongelezen; `deblokkeer`; `geblokkeerd` toont ze"""
_REST = (
    "Everything else is done on the card. What you type in its thread is an internal note; a customer never "
    "sees it. Commands do not work inside threads.",
    "Al het andere doe je op de kaart. Wat je in de draad typt is een interne notitie; een klant ziet die "
    "nooit. Commando's werken niet in draden.",
)


def explain(request: Request) -> Answer:
    """What may be asked."""
    rest = context(markdown(request.pick(*_REST)))
    text = request.pick("What you can ask with /ticket", "Wat je met /ticket kunt vragen")
    return text, [section(request.pick(_ENGLISH, _DUTCH)), rest]


def unknown(request: Request) -> Answer:
    """What was probably meant, or where to look for it."""
    asked = request.asked
    given = escape(one_line(asked.given or asked.rest, 100))
    if asked.near:
        near = _code(asked.near)
        return told(
            request.pick(f"Did you mean {near}? Nothing was done.", f"Bedoel je {near}? Er is niets gedaan.")
        )
    finding = _code(request.pick("find ", "zoek ") + asked.rest)
    return told(
        request.pick(
            f"“{given}” cannot be asked. To look for it: {finding}. What can: `/ticket help`.",
            f"“{given}” kan niet gevraagd worden. Om het te zoeken: {finding}. Wat wel kan: `/ticket hulp`.",
        )
    )


def missing_number(request: Request) -> Answer:
    """A verb without its ticket."""
    english, dutch = _AND_MORE.get(request.asked.verb, ("", ""))
    example = _code(f"{_word(request)} 42{request.pick(english, dutch)}")
    return told(
        request.pick(f"Which ticket? Write it like {example}.", f"Welk ticket? Schrijf het als {example}.")
    )


_AND_MORE = {Verb.TIME: (" 1h30 what you did", " 1u30 wat je deed")}


def _word(request: Request) -> str:
    dutch = {
        Verb.WHY: "waarom",
        Verb.TAKE: "neem",
        Verb.PRIORITY: "prioriteit",
        Verb.SHOW: "toon",
        Verb.TIME: "tijd",
        Verb.EXPORT: "exporteer",
    }
    return request.pick(request.asked.verb, dutch.get(request.asked.verb, request.asked.verb))


def _code(line: str) -> str:
    return f"`/ticket {escape(one_line(line, 200)).replace('`', '')}`"
