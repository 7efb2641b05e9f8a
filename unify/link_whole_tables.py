"""Linking the tables with few rows, whole: accounts, companies, contacts, deals, projects; and whom they lead to.

What is linked depends on the rows and the config alone, never on the order in which they came; a link whose reason
went is gone. The decisions are `unify.link_people`'s and `unify.link_clients`'; here rows are read and written.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from config.settings import Settings
from unify import link_clients, link_people
from unify.derived import (
    ACCOUNT,
    CLIENT,
    COMPANY,
    CONTACT,
    DEAL,
    IDENTITY_LINK,
    PERSON,
    PROJECT,
    SOURCE,
    WORK_ITEM,
    Row,
    Values,
    replace,
    rows_of,
    write,
)
from unify.identity import normal_email, only_one, registrable_domain
from unify.link_clients import Clients, Tie
from unify.link_people import Owner, Side, Sides


@dataclass(frozen=True, slots=True)
class _Crm:
    """The CRM's living companies and contacts, and whose they are."""

    companies: Sequence[Row]
    contacts: Sequence[Row]
    company_ties: Mapping[str, Tie]
    contact_ties: Mapping[str, Tie]


def link_whole_tables(connection: Connection, settings: Settings, clients: Clients) -> dict[str, set[str]]:
    """Link accounts, companies, contacts, deals and projects; return the keys of the rows that changed, by table."""
    crm, changed, links = _link_crm(connection, settings, clients)
    accounts, owners, account_links = _link_accounts(connection, settings, clients, crm)
    replace(connection, IDENTITY_LINK, [*links, *account_links])
    ours = {f"person/{name}" for name in settings.people}
    staff = {key: owner.person for key, owner in owners.items() if owner.person in ours}
    rows = _client_rows(settings, crm, staff)
    changed_clients = {key for (key,) in replace(connection, CLIENT, rows)}
    return {**changed, "account": accounts, "client": changed_clients}


def _link_crm(
    connection: Connection, settings: Settings, clients: Clients
) -> tuple[_Crm, dict[str, set[str]], list[dict[str, Any]]]:
    """Clients of companies, contacts, deals and projects: what was found, what changed, and the links to show."""
    common = ("deleted_at", "client_key")
    companies = rows_of(connection, COMPANY, "source", "vendor_id", "name", "domains", "owner_account", *common)
    contacts = rows_of(connection, CONTACT, "name", "emails", "company_keys", *common)
    deals = rows_of(connection, DEAL, "name", "company_keys", "contact_keys", "project_hint", *common)
    projects = rows_of(
        connection,
        PROJECT,
        "source",
        "vendor_id",
        "short",
        "name",
        "description",
        "client_hints",
        "client_basis",
        *common,
    )
    company_ties = link_clients.company_ties(companies, clients)
    contact_ties = link_clients.contact_ties(contacts, company_ties, clients)
    by_company, by_contact = _clients(company_ties), _clients(contact_ties)
    deal_client = {
        deal["key"]: client for deal in deals if (client := link_clients.crm_client(deal, by_company, by_contact))
    }
    standing = list(_living(deals))
    hints = _item_hints(connection, settings)
    project_ties = link_clients.project_ties(projects, hints, standing, deal_client, clients)
    likely_companies = link_clients.suggested_companies(list(_living(companies)), company_ties, settings)
    likely_projects = link_clients.suggested_projects(
        list(_living(projects)), project_ties, standing, deal_client, settings
    )
    changed = {
        "company": write(connection, COMPANY, _with_clients(companies, by_company)),
        "contact": write(connection, CONTACT, _with_clients(contacts, by_contact)),
        "deal": write(connection, DEAL, _with_clients(deals, deal_client)),
        "project": write(connection, PROJECT, _with_bases(projects, project_ties)),
    }
    links = [
        *link_clients.tie_links("company_client", company_ties, "active"),
        *link_clients.tie_links("company_client", likely_companies, "suggested"),
        *link_clients.tie_links("contact_client", contact_ties, "active"),
        *link_clients.tie_links("project_client", project_ties, "active"),
        *link_clients.tie_links("project_client", likely_projects, "suggested"),
    ]
    crm = _Crm(list(_living(companies)), list(_living(contacts)), company_ties, contact_ties)
    return crm, changed, links


def _link_accounts(
    connection: Connection, settings: Settings, clients: Clients, crm: _Crm
) -> tuple[set[str], dict[str, Owner], list[dict[str, Any]]]:
    """Side, person and client of every account: keys of the accounts that changed, owners, and the links to show."""
    accounts = rows_of(
        connection,
        ACCOUNT,
        *("source", "vendor_id", "name", "email", "kind", "member", "person_key", "side", "client_key"),
    )
    decide = _sides(connection, settings, clients, crm, accounts)
    sides = {account["key"]: decide.of(account) for account in accounts}
    shared = link_people.shared_addresses(accounts, crm.contacts)
    owners = {
        account["key"]: owner
        for account in accounts
        if (owner := link_people.owner_of(account, sides[account["key"]], decide.people, shared))
    }
    of_contact = only_one(
        (email, crm.contact_ties[contact["key"]].client)
        for contact in crm.contacts
        for email in _emails(contact)
        if contact["key"] in crm.contact_ties
    )
    replace(connection, PERSON, link_people.persons(settings.people, accounts, owners, sides))
    changed = write(
        connection,
        ACCOUNT,
        ((account, _account_values(account, owners, sides, of_contact, clients)) for account in accounts),
    )
    return changed, owners, link_people.person_links(accounts, owners, sides)


def _account_values(
    account: Row,
    owners: Mapping[str, Owner],
    sides: Mapping[str, Side],
    of_contact: Mapping[str, str],
    clients: Clients,
) -> Values:
    owner, side = owners.get(account["key"]), sides[account["key"]]
    client = of_contact.get(account["email"] or "") or clients.of_address(account["email"])
    return {
        "person_key": owner.person if owner else None,
        "side": side,
        "client_key": client if side == "client" else None,
    }


def _sides(connection: Connection, settings: Settings, clients: Clients, crm: _Crm, accounts: Sequence[Row]) -> Sides:
    """Everything a side is decided by; assignments are looked for only where nothing else decides."""
    sources = connection.execute(select(SOURCE.c.name, SOURCE.c.account_id).where(SOURCE.c.account_id != ""))
    sides = Sides(
        people=link_people.read_people(settings.people),
        ourselves={(name, account) for name, account in sources},
        contact_emails={email for contact in crm.contacts for email in _emails(contact)},
        client_domains=clients.domains,
        team_domains={domain for text in settings.team_domains if (domain := registrable_domain(text))},
        assignees=(),
    )
    doubtful = {account["key"]: account["source"] for account in accounts if sides.of(account) == "unknown"}
    return dataclasses.replace(sides, assignees=_assignees(connection, doubtful))


def _assignees(connection: Connection, doubtful: Mapping[str, str]) -> set[str]:
    """Which of these accounts (key -> source) have an item assigned, in any project of their source."""
    found: set[str] = set()
    assigned = select(WORK_ITEM.c.assignee_accounts).where(WORK_ITEM.c.source.in_(sorted(set(doubtful.values()))))
    if doubtful:
        for accounts in connection.scalars(assigned):
            found.update(account for account in accounts if account in doubtful)
    return found


def _item_hints(connection: Connection, settings: Settings) -> dict[str, set[str]]:
    """Project key -> what its items' client field says, in the sources whose config names such a field."""
    hinting = sorted(name for name, source in settings.sources.items() if source.client_field)
    hints: dict[str, set[str]] = defaultdict(set)
    if hinting:
        query = select(WORK_ITEM.c.project_key, WORK_ITEM.c.client_hints)
        for project, said in connection.execute(query.where(WORK_ITEM.c.source.in_(hinting))):
            hints[project].update(said)
    return hints


def _client_rows(settings: Settings, crm: _Crm, staff: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Rows of `client`. `staff`: account key -> person key, of `[people]` only."""
    for name, client in settings.clients.items():
        bd, basis = link_clients.bd_of(name, client, crm.companies, crm.company_ties, staff)
        yield {
            "key": link_clients.client_key(name),
            "names": link_clients.names_of(client),
            "bd_person": bd,
            "bd_basis": basis,
            "calendar": client.calendar,
            "confidential": client.confidential,
            "tier": client.tier or None,
            "contract_start_on": client.contract_start,
            "contract_end_on": client.contract_end,
            "notice_days": client.notice_days or None,
            "warranty_end_on": client.warranty_end,
            "cadence": client.cadence or None,
            "cadence_by": client.cadence_by if client.cadence else None,
            "report_day": client.report_day or None,
        }


def _with_clients(rows: Iterable[Row], clients: Mapping[str, str]) -> Iterator[tuple[Row, Values]]:
    return ((row, {"client_key": clients.get(row["key"])}) for row in rows)


def _with_bases(rows: Iterable[Row], ties: Mapping[str, Tie]) -> Iterator[tuple[Row, Values]]:
    for row in rows:
        tie = ties.get(row["key"])
        yield row, {"client_key": tie.client if tie else None, "client_basis": tie.method if tie else None}


def _clients(ties: Mapping[str, Tie]) -> dict[str, str]:
    return {key: tie.client for key, tie in ties.items()}


def _living(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if row["deleted_at"] is None)


def _emails(contact: Row) -> list[str]:
    return [email for text in contact["emails"] if (email := normal_email(text))]
