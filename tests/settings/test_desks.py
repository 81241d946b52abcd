"""More desks in the settings: what they are, and what is refused at the start."""

import pytest

from config import load
from settings.problems import ConfigRefused

NEEDED = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1-A-1",
    "HELPDESK_SLACK__SUPPORT_CHANNEL": "C0SUPPORT",
    "HELPDESK_SLACK__LEADS_CHANNEL": "C0LEADS",
}
FIRST = """
[desk]
name = "Support"
address = "help@desk.example"
[[contracts]]
name = "Bakery BV"
domains = ["oven.example"]
"""


@pytest.fixture
def read(tmp_path):
    """The settings, from the text of these desks."""

    def load_text(*desks):
        path = tmp_path / "helpdesk.toml"
        path.write_text(FIRST + "".join(f"[[desks]]\n{desk}\n" for desk in desks))
        return load(path, NEEDED)

    return load_text


def a_desk(name="Sales", channel="C0SALES", rest='subjects = ["invoice"]'):
    return f'name = "{name}"\nsupport_channel = "{channel}"\n{rest}'


def test_desks_are_read_in_the_order_of_the_file(read):
    config = read(
        a_desk(rest='addresses = ["Help@desk.example"]'),
        a_desk("Bakers", "C0BAKERS", 'clients = ["bakery bv"]'),
    )
    assert [desk.name for desk in config.desks] == ["Sales", "Bakers"]
    assert not config.desks[0].has_leads


def test_without_them_there_are_none(read):
    assert read().desks == ()


@pytest.mark.parametrize(
    ("desks", "said"),
    [
        ([a_desk(rest="")], "nothing would ever reach Sales"),
        ([a_desk(channel="C0SUPPORT")], "Support and Sales have the same support_channel"),
        ([a_desk(), a_desk("Bakers", rest='subjects = ["oven"]')], "Sales and Bakers have the same"),
        ([a_desk(), a_desk("SALES", "C0OTHER", 'subjects = ["oven"]')], "two desks are called SALES"),
        ([a_desk("support")], "two desks are called support"),
        ([a_desk(rest='addresses = ["sales@desk.example"]')], "sales@desk.example is no address of yours"),
        ([a_desk(rest='clients = ["Butcher"]')], "no client is called 'Butcher'"),
        ([a_desk(rest='clients = ["gmail.com"]')], "at gmail.com anybody has a mailbox"),
        ([a_desk(rest='subjects = ["invoice.*"]')], "write plain words"),
        ([a_desk(rest='subjects = ["?!"]')], "has no word"),
        ([a_desk(), a_desk("Bakers", "C0BAKERS", 'subjects = ["INVOICE"]')], "goes to Sales and to Bakers"),
        ([a_desk(channel="#sales")], "does not look like a channel id"),
        (['name = "Sales"'], "every desk has a name and a support_channel"),
        ([a_desk(rest='subject = ["a"]')], "did you mean subjects?"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_mend(read, desks, said):
    with pytest.raises(ConfigRefused) as refused:
        read(*desks)
    [problem] = refused.value.problems
    assert said in str(problem)
    assert problem.key.startswith("desks")
