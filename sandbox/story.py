"""What happened before the visitor came in: a few customers have written."""

from sandbox.visitor import Visitor

_MORNING = (
    (
        "carla@bakkerij-jansen.example",
        "Webshop shows an error since this morning",
        "Good morning,\n\nSince about eight our webshop only shows \"Something went wrong\" when somebody "
        "pays. Customers are calling us. Can you look at it soon?\n\nKind regards,\nCarla Jansen",
    ),
    (
        "dirk@devries-transport.example",
        "Rapport klopt niet",
        "Hallo,\n\nIn het maandrapport staan de ritten van oktober dubbel. Alles werkt verder gewoon, maar "
        "de totalen kloppen niet. Kunnen jullie dat nakijken?\n\nGroet,\nDirk",
    ),
    (
        "emma@noordzeepost.example",
        "An idea: dark mode",
        "Hi,\n\nNot urgent at all: could the portal have a dark mode? Our night shift would love it.\n\nEmma",
    ),
)  # fmt: skip


def tell(url: str) -> None:
    """Let the customers write.  url: of the sandbox, whose mail must have somewhere to go."""
    visitor = Visitor(url)
    for sender, subject, text in _MORNING:
        visitor.mail(sender, subject=subject, text=text)
