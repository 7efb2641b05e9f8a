"""Work that was not agreed: who builds it waits, and the BD manager has the client confirm it."""

import pytest

from alerts.facts import Facts
from alerts.routing import People, Reader, Subject, targets_of
from config.settings import Language
from tests.alerts import firm
from tests.alerts.firm import milestone
from tests.alerts.writing import item, writer


@pytest.mark.parametrize(
    ("rule", "readers"),
    [("requirement-changed", ["Sam", "Marco Yip", "May Chan"]), ("item-stale", ["Sam", "May Chan"])],
)
def test_the_bd_manager_hears_of_a_change_beside_who_builds_it(rule: str, readers: list[str]) -> None:
    """Theirs is the client's word; of other tasks they are told nothing."""
    facts = Facts({"name": "Export", "owner": "person/delivery/sam", "bd": "person/marco"})
    people = People(firm.settings(), {"person/delivery/sam": ("Sam", "sam@lanternquay.example")})
    subject = Subject(rule, "item", "info", "delivery", "bank", facts)

    told = targets_of(firm.settings(), people, subject, "email", "bd")

    assert [target.reader.name for target in told] == readers


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Tue 24 Nov: 2 matters need you"),
        ("zh-Hant-HK", "11月24日（二）：2 項需要你跟進"),
        ("zh-Hans-CN", "11月24日（二）：2 项需跟进"),
    ],
)
def test_who_builds_it_reads_of_their_matters_and_not_of_clients(language: Language, title: str) -> None:
    """No client waits for an engineer; their BD manager counts the clients."""
    items = [item(milestone(n, owner="person/sam", bd="person/marco")) for n in (1, 2)]
    sam = Reader("person/sam", "Sam", "sam@lanternquay.example", language)
    marco = Reader("person/marco", "Marco Yip", "marco@lanternquay.example", "en")

    assert writer().many(items, sam, {}).title == title
    assert writer().many(items, marco, {}).title == "Tue 24 Nov: 1 client needs you"
