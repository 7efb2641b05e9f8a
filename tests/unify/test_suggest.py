"""`clients suggest`: what could not be linked, why one may think so, and lines that can be pasted."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import SQLModel

from config.settings import ClientSettings, PersonSettings, Settings
from tests.unify.factories import account, add, comment, company, database, deal, project, settings, settled
from unify.suggest import Suggestion, as_toml, suggest

KITE = ClientSettings(name="Paper Kite Stores", domains=("paperkite.example",), crm=("crm:company:143",))
HILL = ClientSettings(name={"en": "Cloud Hill College", "zh-Hant-HK": "雲坡書院"}, domains=("cloudhill.example",))


def suggested(*rows: SQLModel, known: Settings | None = None) -> tuple[list[Suggestion], dict[str, Any]]:
    """What is suggested for those rows, and its TOML, read."""
    known = known or settings(clients={"kite": KITE, "hill": HILL})
    with database() as connection:
        add(connection, *rows)
        settled(connection, known)
        found = suggest(connection, known)
    return found, tomllib.loads(as_toml(found, known))


def test_a_twin_company_is_suggested_to_the_client_of_that_name() -> None:
    """The list is whole: it takes the place of the one that is there."""
    found, pasted = suggested(company("crm/companies/9", name="Paper Kite Stores (HK) Ltd"))

    assert [(one.about, one.evidence) for one in found] == [("company", 'named "Paper Kite Stores (HK) Ltd"')]
    assert pasted == {"clients": {"kite": {"crm": ["crm:company:143", "crm:company:9"]}}}


def test_a_company_unlike_any_client_makes_a_new_one() -> None:
    """With the domains that may tell it, and no free mail among them."""
    domains = ["www.slowboat.example", "gmail.com"]
    _, pasted = suggested(company("crm/companies/9", name="Slow Boat Freight Co., Ltd.", domains=domains))

    assert pasted == {
        "clients": {
            "slow_boat_freight": {
                "name": "Slow Boat Freight Co., Ltd.",
                "bd": "",
                "domains": ["slowboat.example"],
                "crm": ["crm:company:9"],
            }
        }
    }


def test_a_name_in_chinese_alone_is_written_by_the_domain() -> None:
    """A table's name is of a-z, 0-9 and _; where nothing has any, it says what it is."""
    _, pasted = suggested(
        company("crm/companies/8", name="慢船物流", domains=["slowboat.example"]),
        company("crm/companies/9", name="疊樓物業"),
    )

    assert set(pasted["clients"]) == {"slowboat", "client"}


def test_each_table_says_what_to_do_with_it() -> None:
    """Whoever pastes a table that is there already has it twice, which is no TOML."""
    known = settings(clients={"kite": KITE, "hill": HILL})
    with database() as connection:
        add(
            connection,
            project("boards/boards/1", name="雲坡書院 家長通"),
            project("boards/boards/2", name="Joint event"),
            company("crm/companies/9", name="Slow Boat"),
        )
        settled(connection, known)
        said = as_toml(suggest(connection, known), known)

    headers = dict(line.split("  # ") for line in said.splitlines() if line.startswith("["))
    assert headers["[clients.hill]"].startswith("it is there already")
    assert headers["[clients.slow_boat]"].startswith("new; any other name")
    assert "for NAME" in headers["[clients.NAME]"]


def test_a_linked_company_is_not_mentioned() -> None:
    """Nothing to do, nothing said."""
    found, pasted = suggested(company("crm/companies/9", domains=["paperkite.example"]))

    assert found == []
    assert pasted == {}


def test_a_project_is_suggested_to_whoever_it_speaks_of() -> None:
    """By name, by description, by a deal of that name; and one that speaks of two, to nobody."""
    found, pasted = suggested(
        project("boards/boards/1", name="雲坡書院 家長通"),
        project("boards/boards/2", name="Campus Wi-Fi", description="New access points for Cloud Hill College."),
        project("boards/boards/3", name="Till printers"),
        project("boards/boards/4", name="Joint event", description="Cloud Hill College and Paper Kite Stores"),
        company("crm/companies/1", domains=["paperkite.example"]),
        deal("crm/deals/1", name="Till printers, phase 2", company_keys=["crm/companies/1"]),
    )

    assert {one.name: one.table for one in found} == {
        "雲坡書院 家長通": "clients.hill",
        "Campus Wi-Fi": "clients.hill",
        "Till printers": "clients.kite",
        "Joint event": "clients.NAME",
    }
    assert pasted["clients"] == {
        "NAME": {"name": "", "projects": ["boards:4"]},
        "hill": {"projects": ["boards:1", "boards:2"]},
        "kite": {"projects": ["boards:3"]},
    }


def test_namesakes_are_suggested_to_the_one_the_config_knows() -> None:
    """His accounts are kept, the new one added."""
    people = {"may": PersonSettings(name="May", email="may@lanternquay.example", accounts=("delivery:1",))}
    accounts = [
        account("delivery/users/1", name="May Chan"),
        account("boards/members/2", name="may  chan", member=True),
    ]

    found, pasted = suggested(*accounts, known=settings(people=people))

    assert [(one.about, one.key) for one in found] == [("same name", "boards/members/2")]
    assert pasted == {"people": {"may": {"accounts": ["delivery:1", "boards:2"]}}}


def test_namesakes_whom_the_config_does_not_know_become_one_new_person() -> None:
    """Both accounts stand in it, or the first would stay apart. Without a letter of a-z, the e-mail names them."""
    accounts = [
        account("delivery/users/1", name="陳嘉欣", member=True),
        account("tasks/users/2", name="陈嘉欣", email="chan@lanternquay.example"),
    ]

    _, pasted = suggested(*accounts)

    assert pasted == {
        "people": {
            "chan": {"name": "陈嘉欣", "email": "chan@lanternquay.example", "accounts": ["delivery:1", "tasks:2"]}
        }
    }


def test_who_stands_on_no_side_is_listed_by_how_much_is_missed() -> None:
    """His domain may be ours; without one he needs a line of his own."""
    found, pasted = suggested(
        account("boards/members/1", name="Quiet One"),
        account("boards/members/2", name="Chatty One", email="chatty@partner.example"),
        comment("boards/actions/1", "boards/cards/1", author_account="boards/members/2"),
    )

    assert [one.name for one in found] == ["Chatty One", "Quiet One"]
    assert pasted == {
        "team_domains": ["lanternquay.example", "partner.example"],
        "people": {"quiet_one": {"name": "Quiet One", "email": "", "accounts": ["boards:1"]}},
    }


ANY_TEXT = st.text(st.characters(codec="utf-8"))


@given(ANY_TEXT, ANY_TEXT)
def test_whatever_a_vendor_calls_things_the_lines_can_be_read(name: str, evidence: str) -> None:
    """A name with quotes, line breaks or control characters must neither break the file nor add to it."""
    one = Suggestion("company", "crm/companies/9", name, evidence, "clients.x", "crm", name, {"name": name})

    assert tomllib.loads(as_toml([one], settings())) == {"clients": {"x": {"name": name, "crm": [name]}}}
