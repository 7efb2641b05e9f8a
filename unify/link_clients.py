"""Whose client a company, a contact, a project, an item is. Pure: rows and settings in, decisions out.

Evidence, strongest first: the config; the CRM's own association, or a field that the config names; a domain that one
client holds; a deal that names the project. Where evidence contradicts itself nothing is linked, and a name alone
never links: it is suggested.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from config.settings import ClientSettings, Settings
from unify.derived import Row
from unify.identity import client_domain, company_key, name_key, normal_email, only_one, registrable_domain

_EXCERPT = 80
"""Characters of a description that are shown as evidence."""


class Tie(NamedTuple):
    """The client that something belongs to, and how we know."""

    client: str
    method: str
    """config, crm, domain, field, deal"""
    evidence: str


def client_key(name: str) -> str:
    """The key of `[clients.name]`."""
    return f"client/{name}"


def agreed(clients: Iterable[str | None]) -> str | None:
    """The one client that all who name one agree on; None where nobody does, or two differ."""
    named = {client for client in clients if client}
    return next(iter(named)) if len(named) == 1 else None


def names_of(client: ClientSettings) -> dict[str, str]:
    """A client's names by language; "" is the one for all others."""
    return {"": client.name} if isinstance(client.name, str) else {**client.name, "": next(iter(client.name.values()))}


@dataclass(frozen=True, slots=True)
class Clients:
    """`[clients]`, ready to be asked. What two clients claim is in none of these."""

    by_project: Mapping[tuple[str, str], str]
    """(source, what the project is called there) -> client key."""
    by_company: Mapping[tuple[str, str], str]
    """(source, vendor id) -> client key."""
    by_domain: Mapping[str, str]
    by_name: Mapping[str, str]
    domains: Collection[str]
    """Every client's, contested ones too: who writes from there is a client, whichever."""

    def of_hints(self, hints: Iterable[str]) -> str | None:
        """The client that a field's or label's values name: equal to its config name or one of its names."""
        return agreed(self.by_name.get(name_key(hint)) for hint in hints)

    def of_address(self, email: str | None) -> str | None:
        """The client that holds an address' domain."""
        return self.by_domain.get(client_domain(email) or "")


def read_clients(settings: Settings) -> Clients:
    """Index `[clients]`."""
    ours = {registrable_domain(domain) for domain in settings.team_domains}
    domains, projects, companies, names = [], [], [], []
    for name, client in settings.clients.items():
        key = client_key(name)
        domains += [(domain, key) for held in client.domains if (domain := client_domain(held)) and domain not in ours]
        projects += [(_project(text), key) for text in client.projects]
        companies += [(_company(text), key) for text in client.crm]
        names += [(name_key(called), key) for called in {name, *names_of(client).values()}]
    return Clients(
        by_project=only_one(projects),
        by_company=only_one(companies),
        by_domain=only_one(domains),
        by_name=only_one(names),
        domains={domain for domain, _ in domains},
    )


def company_ties(companies: Sequence[Row], clients: Clients) -> dict[str, Tie]:
    """Company key -> its client: named by `crm`, else by a domain that only that client holds."""
    ties = {}
    for company in companies:
        if named := clients.by_company.get((company["source"], company["vendor_id"])):
            ties[company["key"]] = Tie(named, "config", f"[clients.{_name(named)}] crm")
            continue
        held = {domain: clients.by_domain.get(client_domain(domain) or "") for domain in company["domains"]}
        if client := agreed(held.values()):
            ties[company["key"]] = Tie(client, "domain", ", ".join(sorted(d for d, by in held.items() if by)))
    return ties


def contact_ties(contacts: Sequence[Row], companies: Mapping[str, Tie], clients: Clients) -> dict[str, Tie]:
    """Contact key -> its client: its company's, else its address'. Two companies' clients leave it to the address."""
    ties = {}
    for contact in contacts:
        by_company = {companies[key].client: key for key in contact["company_keys"] if key in companies}
        by_domain = agreed(clients.of_address(normal_email(email)) for email in contact["emails"])
        if len(by_company) == 1:
            client, company = next(iter(by_company.items()))
            ties[contact["key"]] = Tie(client, "crm", company)
        elif by_domain and (not by_company or by_domain in by_company):
            ties[contact["key"]] = Tie(by_domain, "domain", ", ".join(sorted(map(str, contact["emails"]))))
    return ties


def crm_client(row: Row, companies: Mapping[str, str], contacts: Mapping[str, str]) -> str | None:
    """The client by the CRM's associations of a deal or of feedback: its companies', failing that its contacts'.

    `companies`, `contacts`: row key -> client key.
    """
    return agreed(map(companies.get, row["company_keys"])) or agreed(map(contacts.get, row["contact_keys"]))


def project_ties(
    projects: Sequence[Row],
    item_hints: Mapping[str, Collection[str]],
    deals: Sequence[Row],
    deal_client: Mapping[str, str],
    clients: Clients,
) -> dict[str, Tie]:
    """Project key -> its client: the config's, else that of its own or all its items' hints, else a deal's.

    `item_hints`: project key -> what its items' `client_hints` say.
    """
    by_deal = _deals_by_project(projects, deals, deal_client)
    ties = {}
    for project in projects:
        named = [clients.by_project.get((project["source"], called)) for called in _called(project)]
        own = clients.of_hints(project["client_hints"])
        of_items = clients.of_hints(item_hints.get(project["key"], ()))
        if client := agreed(named):
            ties[project["key"]] = Tie(client, "config", f"[clients.{_name(client)}] projects")
        elif client := own or of_items:
            said = project["client_hints"] if own else item_hints[project["key"]]
            naming = sorted(hint for hint in said if clients.of_hints([hint]))
            ties[project["key"]] = Tie(client, "field", ", ".join(naming))
        elif project["key"] in by_deal:
            ties[project["key"]] = by_deal[project["key"]]
    return ties


def item_client(item: Row, projects: Mapping[str, Tie], clients: Clients) -> str | None:
    """A work item's client: its project's where the config says so, else its own hints', else its project's."""
    tie = projects.get(item["project_key"] or "")
    if tie and tie.method == "config":
        return tie.client
    own = clients.of_hints(item["client_hints"])
    if own or tie:
        return own or (tie.client if tie else None)
    return agreed(projects[key].client for key in item["project_keys"] if key in projects)


def bd_of(
    name: str, client: ClientSettings, companies: Sequence[Row], ties: Mapping[str, Tie], persons: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """A client's BD manager and how we know: the config's, else the one of `[people]` who owns its companies.

    `persons`: account key -> person key, of the accounts of `[people]` only.
    """
    if client.bd:
        return f"person/{client.bd}", "config"
    owners = [
        persons.get(company["owner_account"] or "")
        for company in companies
        if (tie := ties.get(company["key"])) and tie.client == client_key(name)
    ]
    bd = agreed(owners)
    return bd, "crm" if bd else None


def suggested_companies(companies: Sequence[Row], ties: Mapping[str, Tie], settings: Settings) -> dict[str, Tie]:
    """Companies without client that bear a client's name, but for the legal form."""
    by_name = only_one(_comparable_names(settings))
    return {
        company["key"]: Tie(client, "name", f'named "{company["name"]}"')
        for company in companies
        if company["key"] not in ties and (client := by_name.get(company_key(company["name"])))
    }


def suggested_projects(
    projects: Sequence[Row],
    ties: Mapping[str, Tie],
    deals: Sequence[Row],
    deal_client: Mapping[str, str],
    settings: Settings,
) -> dict[str, Tie]:
    """Projects without client that a client may have: by their name, their description, or the name of a deal."""
    names = _comparable_names(settings)
    theirs = [(company_key(deal["name"]), deal_client[deal["key"]]) for deal in deals if deal["key"] in deal_client]
    return {
        project["key"]: tie
        for project in projects
        if project["key"] not in ties and (tie := _likely(project, names, theirs))
    }


def _likely(project: Row, names: Sequence[tuple[str, str]], deals: Sequence[tuple[str, str]]) -> Tie | None:
    """The client whose name (`names`: comparable name, client) stands in a project, or that has a deal named so."""
    for evidence, text in (("named", project["name"]), ("described", project["description"])):
        words = company_key(text)
        if client := agreed(client for called, client in names if _holds(words, called)):
            return Tie(client, "name", f'{evidence} "{_excerpt(text)}"')
    title = company_key(project["name"])
    if client := agreed(client for deal, client in deals if title and _holds(deal, title)):
        return Tie(client, "name", f'a deal of theirs speaks of "{title}"')
    return None


def tie_links(kind: str, ties: Mapping[str, Tie], status: str) -> list[dict[str, Any]]:
    """`identity_link` rows of ties."""
    return [
        {
            "kind": kind,
            "from_key": key,
            "to_key": tie.client,
            "method": tie.method,
            "status": status,
            "evidence": tie.evidence,
        }
        for key, tie in ties.items()
    ]


def _deals_by_project(projects: Sequence[Row], deals: Sequence[Row], clients: Mapping[str, str]) -> dict[str, Tie]:
    """Project key -> the client of the deals that name it; a name that two tools' projects bear names neither."""
    keys = only_one(
        (name_key(called), project["key"])
        for project in projects
        for called in (*_called(project), *(f"{project['source']}:{called}" for called in _called(project)))
    )
    telling: dict[str, list[Row]] = defaultdict(list)
    for deal in deals:
        project = keys.get(name_key(deal["project_hint"] or ""))
        if project and deal["key"] in clients:
            telling[project].append(deal)
    return {
        project: Tie(client, "deal", ", ".join(sorted(deal["key"] for deal in named)))
        for project, named in telling.items()
        if (client := agreed(clients[deal["key"]] for deal in named))
    }


def _comparable_names(settings: Settings) -> list[tuple[str, str]]:
    """Every client's names as companies' are compared, with its key; a name that is all legal form is none."""
    return [
        (comparable, client_key(name))
        for name, client in settings.clients.items()
        for called in names_of(client).values()
        if (comparable := company_key(called))
    ]


def _called(project: Row) -> tuple[str, ...]:
    return tuple({name for name in (project["short"], project["vendor_id"]) if name})


def _holds(text: str, words: str) -> bool:
    """Whether `words` stand in `text` as whole words; Chinese has no spaces, so there anywhere will do."""
    return words in text if not words.isascii() else f" {words} " in f" {text} "


def _excerpt(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"


def _name(client: str) -> str:
    return client.removeprefix("client/")


def _project(text: str) -> tuple[str, str]:
    source, _, called = text.partition(":")
    return source, called


def _company(text: str) -> tuple[str, str]:
    """`crm:company:143` -> the source and the CRM's id."""
    source, _, rest = text.partition(":")
    return source, rest.removeprefix("company:")
