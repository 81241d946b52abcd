"""For which company somebody writes, as far as their mail address says it."""

_PROVIDERS_TEXT = """
    gmail.com googlemail.com outlook.com outlook.nl outlook.de outlook.fr hotmail.com hotmail.nl hotmail.de
    hotmail.fr hotmail.be hotmail.co.uk live.com live.nl live.be live.de live.fr live.co.uk msn.com
    passport.com yahoo.com yahoo.nl yahoo.de yahoo.fr yahoo.co.uk ymail.com rocketmail.com aol.com aim.com
    icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.io
    tuta.com fastmail.com fastmail.fm hey.com hushmail.com mail.com email.com mail.ru yandex.com yandex.ru
    zoho.com zohomail.eu posteo.de posteo.net mailbox.org startmail.com runbox.com soverin.net duck.com
    gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de arcor.de online.de
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr bbox.fr neuf.fr
    ziggo.nl ziggomail.com kpnmail.nl kpnplanet.nl planet.nl hetnet.nl xs4all.nl home.nl casema.nl chello.nl
    upcmail.nl quicknet.nl telfort.nl tele2.nl zonnet.nl zeelandnet.nl caiway.nl caiway.net solcon.nl
    online.nl onsmail.nl freeler.nl wxs.nl delta.nl kabelfoon.nl onsbrabantnet.nl plusnet.nl versatel.nl
    telenet.be skynet.be proximus.be scarlet.be pandora.be bluewin.ch qq.com 163.com 126.com
    """
_PROVIDERS = frozenset(_PROVIDERS_TEXT.split())
"""Where anybody gets a mailbox: such a domain says nothing about who somebody works for."""


def is_provider(domain: str) -> bool:
    """Whether mailboxes at that domain belong to anybody."""
    return domain.lower() in _PROVIDERS


def company_of(address: str) -> str:
    """The mail domain of a company; "" for a mailbox at a provider, and for what is no address."""
    domain = address.lower().rpartition("@")[2] if "@" in address else ""
    return "" if is_provider(domain) else domain
