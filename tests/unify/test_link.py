"""Linking: whose an account is, on which side it stands, whose client a thing is; and that every link can be undone."""

from typing import Any

import pytest

from config.settings import ClientSettings, PersonSettings, SourceSettings
from tests.unify.factories import (
    account,
    add,
    comment,
    company,
    contact,
    database,
    deal,
    dump,
    feedback,
    item,
    milestone,
    project,
    remove,
    row,
    settings,
    settled,
    source,
)
from unify.tables import (
    Account,
    Client,
    Comment,
    Company,
    Contact,
    Deal,
    Feedback,
    IdentityLink,
    Milestone,
    Person,
    Project,
    WorkItem,
)

FERRIES = ClientSettings(name="Bank of Nine Ferries", bd="marco", domains=("nineferries.example",))
KITE = ClientSettings(
    name={"en": "Paper Kite Stores", "zh-Hant-HK": "紙鳶百貨"}, bd="sandy", domains=("paperkite.example",)
)


def test_one_address_in_two_tools_is_one_person() -> None:
    """The e-mail is the only thing two tools agree on."""
    with database() as connection:
        add(connection, account("delivery/users/1", email="raymond@lanternquay.example"))
        add(connection, account("boards/members/2", email="raymond@lanternquay.example"))

        settled(connection, settings())

        assert {row(connection, Account, key)["person_key"] for key in ("delivery/users/1", "boards/members/2")} == {
            "person/raymond@lanternquay.example"
        }


@pytest.mark.parametrize("email", [None, "support@lanternquay.example"])
def test_hidden_and_shared_addresses_join_nobody(email: str | None) -> None:
    """No address is no evidence, and a mailbox that several people read is none either."""
    with database() as connection:
        add(connection, account("delivery/users/1", email=email), account("boards/members/2", email=email))

        settled(connection, settings())

        persons = {row(connection, Account, key)["person_key"] for key in ("delivery/users/1", "boards/members/2")}
        assert persons == {"person/delivery/users/1", "person/boards/members/2"}


def test_an_address_of_three_names_is_a_mailbox() -> None:
    """Three differently named people with one address share it, whatever it is called."""
    with database() as connection:
        tools = {"delivery/users/1": "Ann", "boards/members/2": "Ben", "tasks/users/3": "Cho"}
        add(connection, *(account(key, name=name, email="pos@lanternquay.example") for key, name in tools.items()))

        settled(connection, settings())

        assert len({row(connection, Account, key)["person_key"] for key in tools}) == 3


def test_the_config_joins_what_hides_its_address() -> None:
    """`accounts` is how a coordinator tells what no tool tells."""
    people = {
        "may": PersonSettings(name="May", email="may@lanternquay.example", accounts=("delivery:712020:aa11",)),
    }
    with database() as connection:
        add(connection, account("delivery/users/712020:aa11", vendor_id="712020:aa11", kind="customer"))
        add(connection, account("tasks/users/9", email="may@lanternquay.example"))

        settled(connection, settings(people=people))

        hidden, shown = (row(connection, Account, key) for key in ("delivery/users/712020:aa11", "tasks/users/9"))
        assert hidden["person_key"] == shown["person_key"] == "person/may"
        assert hidden["side"] == "team"
        assert row(connection, Person, "person/may")["configured"]


def test_equal_names_in_two_scripts_are_only_suggested() -> None:
    """陳嘉欣 and 陈嘉欣 may be one: somebody who knows them has to say so."""
    with database() as connection:
        add(connection, account("delivery/users/1", name="陳嘉欣", member=True))
        add(connection, account("tasks/users/2", name="陈嘉欣", email="chan@lanternquay.example"))

        settled(connection, settings())

        (link,) = (link for link in dump(connection)["identity_link"] if link["method"] == "name")
        assert (link["status"], link["from_key"], link["to_key"]) == (
            "suggested",
            "delivery/users/1",
            "person/chan@lanternquay.example",
        )
        assert row(connection, Account, "delivery/users/1")["person_key"] == "person/delivery/users/1"


@pytest.mark.parametrize(
    ("why", "fields", "side"),
    [
        ("one of [people]", {"email": "marco@lanternquay.example", "kind": "guest"}, "team"),
        ("the account we read with", {"vendor_id": "hub", "email": "hub@lanternquay.example"}, "hub"),
        ("an app", {"kind": "bot", "email": "a@nineferries.example"}, "bot"),
        ("a portal customer", {"kind": "customer", "member": True}, "client"),
        ("a guest", {"kind": "guest", "email": "x@lanternquay.example"}, "client"),
        ("an address of a CRM contact", {"email": "lam@gmail.com"}, "client"),
        ("a client's domain", {"email": "a@mail.nineferries.example", "member": True}, "client"),
        ("our domain", {"email": "new@lanternquay.example"}, "team"),
        ("shown as a member", {"member": True}, "team"),
        ("has an item assigned", {"key": "delivery/users/lead"}, "team"),
        ("nothing known", {"email": "someone@elsewhere.example"}, "unknown"),
    ],
)
def test_the_side_of_an_author_is_the_first_that_applies(why: str, fields: dict[str, Any], side: str) -> None:
    """A client taken for one of us would answer himself; one of us taken for a client would start clocks."""
    key = fields.get("key", "delivery/users/u")
    with database() as connection:
        add(connection, source("delivery", account_id="hub"))
        add(connection, contact("crm/contacts/1", emails=["Lam <LAM@gmail.com>"]))
        add(connection, item("delivery/issues/1", assignee_accounts=["delivery/users/lead"]))
        add(connection, account(**{"key": key, **fields}))

        settled(connection, settings(clients={"ferries": FERRIES}))

        assert row(connection, Account, key)["side"] == side, why


def test_who_is_no_longer_assigned_anything_is_unknown_again() -> None:
    """A side rests on its evidence and goes with it."""
    with database() as connection:
        add(connection, account("boards/members/1"), item("boards/cards/1", assignee_accounts=["boards/members/1"]))
        settled(connection, settings())
        remove(connection, item("boards/cards/1"))

        settled(connection, settings(), {"work_item": ["boards/cards/1"]})

        assert row(connection, Account, "boards/members/1")["side"] == "unknown"


def test_a_company_is_its_clients_by_config_or_by_a_domain_that_one_client_holds() -> None:
    """Config first; free mail, a contested domain and an equal name link nothing."""
    other = ClientSettings(name="Ferry Museum", domains=("shared.example", "nineferries-museum.example"))
    ferries = FERRIES.model_copy(
        update={"domains": ("nineferries.example", "shared.example"), "crm": ("crm:company:7",)}
    )
    with database() as connection:
        add(
            connection,
            company("crm/companies/7", domains=["nineferries-museum.example"]),
            company("crm/companies/8", domains=["www.nineferries.example"]),
            company("crm/companies/9", domains=["shared.example"]),
            company("crm/companies/10", domains=["gmail.com"], name="Bank of Nine Ferries Ltd"),
        )

        settled(connection, settings(clients={"ferries": ferries, "museum": other}))

        assert [row(connection, Company, f"crm/companies/{n}")["client_key"] for n in (7, 8, 9, 10)] == [
            "client/ferries",
            "client/ferries",
            None,
            None,
        ]
        assert ("crm/companies/10", "suggested") in {
            (link["from_key"], link["status"]) for link in dump(connection)["identity_link"]
        }


def test_a_contact_of_two_clients_companies_belongs_where_the_address_says() -> None:
    """Somebody changed employer and the CRM kept both: the address they write from is the newer truth."""
    with database() as connection:
        add(connection, company("crm/companies/1", domains=["nineferries.example"]))
        add(connection, company("crm/companies/2", domains=["paperkite.example"]))
        both = ["crm/companies/1", "crm/companies/2"]
        add(connection, contact("crm/contacts/1", emails=["ho@paperkite.example"], company_keys=both))
        add(connection, contact("crm/contacts/2", emails=["ho@gmail.com"], company_keys=both))

        settled(connection, settings(clients={"ferries": FERRIES, "kite": KITE}))

        assert row(connection, Contact, "crm/contacts/1")["client_key"] == "client/kite"
        assert row(connection, Contact, "crm/contacts/2")["client_key"] is None


def hinting(**fields: object) -> dict[str, SourceSettings]:
    """Settings of a source whose client field is configured."""
    return {
        "delivery": SourceSettings.model_validate(
            {
                "kind": "jira",
                "token": {"reference": "env:TOKEN", "value": "t"},
                "client_field": "Client",
                **fields,
            }
        )
    }


def test_a_project_is_a_clients_by_config_then_field_then_deal() -> None:
    """Each evidence yields to the one before it."""
    ferries = FERRIES.model_copy(update={"projects": ("delivery:NFA",)})
    with database() as connection:
        add(connection, company("crm/companies/2", domains=["paperkite.example"]))
        add(
            connection,
            *(deal(f"crm/deals/{n}", company_keys=["crm/companies/2"], project_hint=n) for n in ("NFA", "POS")),
        )
        add(connection, project("delivery/projects/1", short="NFA", client_hints=["紙鳶百貨"]))
        add(connection, project("delivery/projects/2", short="ECOM", client_hints=["ＰＡＰＥＲ kite Stores"]))
        add(connection, project("delivery/projects/3", short="POS"))
        add(connection, project("delivery/projects/4", short="Paper Kite Stores", name="Paper Kite Stores"))

        settled(connection, settings(clients={"ferries": ferries, "kite": KITE}))

        projects = [row(connection, Project, f"delivery/projects/{n}") for n in (1, 2, 3, 4)]
        assert [(p["client_key"], p["client_basis"]) for p in projects] == [
            ("client/ferries", "config"),
            ("client/kite", "field"),
            ("client/kite", "deal"),
            (None, None),
        ]


def test_a_deals_project_that_two_tools_know_is_neither() -> None:
    """A key is unique in one tool only."""
    with database() as connection:
        add(connection, company("crm/companies/2", domains=["paperkite.example"]))
        add(connection, deal("crm/deals/1", company_keys=["crm/companies/2"], project_hint="POS"))
        add(connection, project("delivery/projects/1", short="POS"), project("second/projects/1", short="POS"))

        settled(connection, settings(clients={"kite": KITE}))

        assert row(connection, Project, "delivery/projects/1")["client_key"] is None


def test_items_that_agree_on_a_client_tell_their_projects() -> None:
    """A field on every issue is as good as one on the project; a board for two clients is nobody's, its items are."""
    with database() as connection:
        add(connection, project("delivery/projects/1"), project("delivery/projects/2"))
        add(connection, item("delivery/issues/1", "delivery/projects/1", client_hints=["kite"]))
        add(connection, item("delivery/issues/2", "delivery/projects/1"))
        add(connection, item("delivery/issues/3", "delivery/projects/2", client_hints=["kite"]))
        add(connection, item("delivery/issues/4", "delivery/projects/2", client_hints=["ferries"]))

        settled(connection, settings(clients={"ferries": FERRIES, "kite": KITE}, sources=hinting()))

        assert [row(connection, Project, f"delivery/projects/{n}")["client_key"] for n in (1, 2)] == [
            "client/kite",
            None,
        ]
        assert [row(connection, WorkItem, f"delivery/issues/{n}")["client_key"] for n in (1, 2, 3, 4)] == [
            "client/kite",
            "client/kite",
            "client/kite",
            "client/ferries",
        ]


def test_bd_is_the_configs_else_the_owner_of_the_clients_companies() -> None:
    """A CRM owner counts where `[people]` knows him: messages go to nobody else."""
    no_bd = {"bd": ""}
    clients = {"ferries": FERRIES, "kite": KITE.model_copy(update=no_bd)}
    clients["boat"] = ClientSettings(name="Slow Boat", domains=("slowboat.example",))
    with database() as connection:
        add(connection, account("crm/owners/1", email="sandy@lanternquay.example", member=True))
        add(connection, account("crm/owners/2", email="left@lanternquay.example", member=True))
        add(connection, company("crm/companies/1", domains=["nineferries.example"], owner_account="crm/owners/1"))
        add(connection, company("crm/companies/2", domains=["paperkite.example"], owner_account="crm/owners/1"))
        add(connection, company("crm/companies/3", domains=["slowboat.example"], owner_account="crm/owners/2"))

        settled(connection, settings(clients=clients))

        found = {name: row(connection, Client, f"client/{name}") for name in clients}
        assert {name: (client["bd_person"], client["bd_basis"]) for name, client in found.items()} == {
            "ferries": ("person/marco", "config"),
            "kite": ("person/sandy", "crm"),
            "boat": (None, None),
        }


def test_milestones_and_feedback_are_whose_their_project_or_association_says() -> None:
    """A ticket is its company's, whatever project it names; a version its project's. Each has its calendar."""
    boat = ClientSettings(name="Slow Boat", bd="marco", calendar="mainland", projects=("delivery:SBW",))
    with database() as connection:
        add(connection, account("delivery/users/1", email="may@lanternquay.example"))
        add(connection, project("delivery/projects/1", short="SBW"))
        add(connection, item("delivery/issues/1", "delivery/projects/1"))
        add(
            connection,
            milestone("delivery/issues/1", project_key="delivery/projects/1", owner_account="delivery/users/1"),
        )
        add(connection, milestone("delivery/versions/1", kind="version", project_key="delivery/projects/1"))
        add(connection, company("crm/companies/2", domains=["paperkite.example"]))
        add(connection, contact("crm/contacts/2", name="潘詠琳", company_keys=["crm/companies/2"]))
        add(connection, feedback("crm/tickets/1", contact_keys=["crm/contacts/2"], project_key="delivery/projects/1"))
        add(connection, feedback("delivery/issues/1", origin="item", project_key="delivery/projects/1"))

        settled(connection, settings(clients={"boat": boat, "kite": KITE}))

        for key in ("delivery/issues/1", "delivery/versions/1"):
            found = row(connection, Milestone, key)
            assert (found["client_key"], found["bd_person"], found["calendar"]) == (
                "client/boat",
                "person/marco",
                "mainland",
            )
        assert row(connection, Milestone, "delivery/issues/1")["owner_person"] == "person/may"
        ticket = row(connection, Feedback, "crm/tickets/1")
        assert (ticket["client_key"], ticket["bd_person"], ticket["author_name"]) == (
            "client/kite",
            "person/sandy",
            "潘詠琳",
        )
        assert row(connection, Feedback, "delivery/issues/1")["client_key"] == "client/boat"


def test_a_version_without_a_driver_is_its_projects_leads() -> None:
    """Somebody has to answer for what was promised; an item that nobody has stays nobody's, which is the news."""
    with database() as connection:
        add(connection, account("delivery/users/1", email="may@lanternquay.example"))
        add(connection, project("delivery/projects/1", owner_account="delivery/users/1"))
        add(connection, milestone("delivery/versions/1", kind="version", project_key="delivery/projects/1"))
        add(connection, milestone("delivery/issues/1", kind="item", project_key="delivery/projects/1"))

        settled(connection, settings())

        assert row(connection, Milestone, "delivery/versions/1")["owner_person"] == "person/may"
        assert row(connection, Milestone, "delivery/issues/1")["owner_person"] is None


@pytest.mark.parametrize(
    ("fields", "side"),
    [
        ({"ours": True, "author_account": "crm/owners/1"}, "hub"),
        ({"author_account": "crm/owners/1", "kind": "note"}, "team"),
        ({"author_account": "crm/owners/1", "kind": "email", "direction": "inbound"}, "client"),
        ({"kind": "email", "direction": "outbound"}, "team"),
        ({"kind": "call", "direction": "inbound"}, "team"),
        ({"author_contact": "crm/contacts/1"}, "client"),
        ({"author_account": "crm/owners/bot", "direction": "outbound"}, "bot"),
        ({"author_account": "crm/owners/never-read"}, "unknown"),
        ({}, "bot"),
    ],
)
def test_a_message_is_on_the_side_of_whoever_wrote_it(fields: dict[str, object], side: str) -> None:
    """A mail's direction says more than the owner it is filed under; nobody's message is a robot's."""
    with database() as connection:
        add(connection, account("crm/owners/1", member=True), account("crm/owners/bot", kind="bot"))
        add(connection, comment("crm/notes/1", "crm/tickets/1", **fields))

        settled(connection, settings())

        assert row(connection, Comment, "crm/notes/1")["side"] == side


def test_a_new_bd_manager_reaches_every_row_of_the_client() -> None:
    """A client handed over: the config changed, so everything is settled."""
    with database() as connection:
        add(connection, project("delivery/projects/1", short="NFA"))
        add(connection, milestone("delivery/versions/1", kind="version", project_key="delivery/projects/1"))
        ferries = FERRIES.model_copy(update={"projects": ("delivery:NFA",)})
        settled(connection, settings(clients={"ferries": ferries}))

        settled(connection, settings(clients={"ferries": ferries.model_copy(update={"bd": "sandy"})}))

        assert row(connection, Milestone, "delivery/versions/1")["bd_person"] == "person/sandy"


def test_a_crm_owner_who_changes_reaches_rows_that_did_not() -> None:
    """Only the company was touched; its client's milestones get the new BD manager all the same."""
    ferries = ClientSettings(name="Nine Ferries", domains=("nineferries.example",), projects=("delivery:NFA",))
    known = settings(clients={"ferries": ferries})
    with database() as connection:
        add(connection, account("crm/owners/1", email="marco@lanternquay.example"))
        add(connection, account("crm/owners/2", email="sandy@lanternquay.example"))
        add(connection, company("crm/companies/1", domains=["nineferries.example"], owner_account="crm/owners/1"))
        add(connection, project("delivery/projects/1", short="NFA"))
        add(connection, milestone("delivery/versions/1", kind="version", project_key="delivery/projects/1"))
        settled(connection, known)
        remove(connection, company("crm/companies/1"))
        add(connection, company("crm/companies/1", domains=["nineferries.example"], owner_account="crm/owners/2"))

        settled(connection, known, {"company": ["crm/companies/1"]})

        assert row(connection, Milestone, "delivery/versions/1")["bd_person"] == "person/sandy"


def test_a_link_that_leaves_the_config_leaves_no_trace() -> None:
    """Undoing a wrong link gives back exactly what was before it."""
    wrong = KITE.model_copy(update={"projects": ("delivery:NFA",), "crm": ("crm:company:1",)})
    with database() as connection:
        add(connection, company("crm/companies/1", domains=["nineferries.example"]))
        add(connection, project("delivery/projects/1", short="NFA"))
        add(connection, item("delivery/issues/1", "delivery/projects/1"))
        add(connection, milestone("delivery/issues/1", project_key="delivery/projects/1"))
        add(connection, deal("crm/deals/1", company_keys=["crm/companies/1"]))
        settled(connection, settings(clients={"ferries": FERRIES, "kite": KITE}))
        before = dump(connection)

        settled(connection, settings(clients={"ferries": FERRIES, "kite": wrong}))
        linked = row(connection, Deal, "crm/deals/1")["client_key"]
        settled(connection, settings(clients={"ferries": FERRIES, "kite": KITE}))

        assert linked == "client/kite"
        assert dump(connection) == before


def test_who_left_the_config_is_gone() -> None:
    """A client or a person that is no longer configured is no row any more."""
    with database() as connection:
        settled(connection, settings(clients={"ferries": FERRIES}))

        settled(connection, settings(people={"may": PersonSettings(name="May", email="may@lanternquay.example")}))

        assert dump(connection)["client"] == []
        assert [person["key"] for person in dump(connection)["person"]] == ["person/may"]


def test_every_link_says_how_it_came_about() -> None:
    """Who doubts a link can read its reason."""
    with database() as connection:
        add(connection, company("crm/companies/1", domains=["nineferries.example"]))
        add(connection, contact("crm/contacts/1", company_keys=["crm/companies/1"]))

        settled(connection, settings(clients={"ferries": FERRIES}))

        assert {(k["kind"], k["method"], k["evidence"]) for k in dump(connection)[IdentityLink.__tablename__]} == {
            ("company_client", "domain", "nineferries.example"),
            ("contact_client", "crm", "crm/companies/1"),
        }
