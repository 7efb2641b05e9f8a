"""Whose something is, and how we know: the client by which evidence, or only suggested, and what would confirm it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from config.settings import Settings
from rules.views.base import table
from unify import tables
from unify.derived import CLIENT, DEAL, FEEDBACK, IDENTITY_LINK, MILESTONE, PERSON, PROJECT, WORK_ITEM
from unify.suggest import suggest

_RISK = table(tables.Risk)
_OF_A_CLIENT = (MILESTONE, FEEDBACK, WORK_ITEM, DEAL, _RISK, PROJECT)
_BASIS: Mapping[str, str] = {
    "config": "the config says so",
    "field": "a field or label in the tool names it",
    "deal": "a deal names its project",
    "crm": "the CRM says so",
    "domain": "by the domain of an address",
}


@dataclass(frozen=True, slots=True)
class Suggested:
    """A client that nobody has confirmed: the evidence, the line of the config that would, and whose it is then."""

    client: str
    name: str
    evidence: str
    table: str
    setting: str
    value: str
    bd_name: str


@dataclass(frozen=True, slots=True)
class Whose:
    """The client of something, its BD manager, and how we know; names are empty where nobody is."""

    client: str = ""
    client_name: str = ""
    client_basis: str = ""
    bd_name: str = ""
    bd_basis: str = ""
    suggested: tuple[Suggested, ...] = ()


def read_whose(connection: Connection, key: str, settings: Settings) -> Whose:
    """Whose the row of that key is: of something worked on, a deal, feedback, a project, or a client itself."""
    client, evidence_at = _client_of(connection, key)
    if client is None:
        return Whose(suggested=tuple(_suggested(connection, evidence_at, settings)))
    row = connection.execute(select(CLIENT).where(CLIENT.c.key == client)).mappings().first()
    if row is None:
        return Whose()
    return Whose(
        client=client,
        client_name=_name(row["names"], settings, client),
        client_basis="" if key == client else _basis(connection, client, evidence_at),
        bd_name=_person(connection, row["bd_person"]),
        bd_basis={"config": "the config says so", "crm": "owner of the company in the CRM"}.get(
            row["bd_basis"] or "", ""
        ),
    )


def _client_of(connection: Connection, key: str) -> tuple[str | None, Collection[str]]:
    """The client's key, and the keys of what may prove it: the project, the companies, the contacts."""
    if key.startswith("client/"):
        return key, ()
    for where in _OF_A_CLIENT:
        row = connection.execute(select(where).where(where.c.key == key)).mappings().first()
        if row is None:
            continue
        project = key if where is PROJECT else row.get("project_key")
        proofs = [project, *row.get("company_keys", ()), *row.get("contact_keys", ())]
        client = row.get("client_key")
        if client is None and project is not None:
            client = connection.scalar(select(PROJECT.c.client_key).where(PROJECT.c.key == project))
        return client, [proof for proof in proofs if proof]
    return None, ()


def _basis(connection: Connection, client: str, evidence_at: Collection[str]) -> str:
    links = (
        select(IDENTITY_LINK.c.method, IDENTITY_LINK.c.evidence)
        .where(IDENTITY_LINK.c.from_key.in_(evidence_at), IDENTITY_LINK.c.to_key == client)
        .where(IDENTITY_LINK.c.status == "active")
        .order_by(IDENTITY_LINK.c.kind.desc(), IDENTITY_LINK.c.from_key)
    )
    link = connection.execute(links).first()
    if link is None:
        return _BASIS["field"]
    method: str = link.method
    return _BASIS.get(method, method) + (f" ({link.evidence})" if method in ("config", "domain") else "")


def _suggested(connection: Connection, evidence_at: Collection[str], settings: Settings) -> Iterator[Suggested]:
    """What `milepost clients suggest` says of it, where that names a client of the config."""
    for one in suggest(connection, settings):
        if one.key not in evidence_at or one.about not in ("project", "company"):
            continue
        client = f"client/{one.table.removeprefix('clients.')}"
        row = connection.execute(select(CLIENT).where(CLIENT.c.key == client)).mappings().first()
        if row is not None:
            name, bd = _name(row["names"], settings, client), _person(connection, row["bd_person"])
            yield Suggested(client, name, one.evidence, one.table, one.setting, one.value, bd)


def _name(names: Mapping[str, str], settings: Settings, client: str) -> str:
    return names.get(settings.language) or names.get("") or client.removeprefix("client/")


def _person(connection: Connection, key: str | None) -> str:
    name: str | None = connection.scalar(select(PERSON.c.name).where(PERSON.c.key == key))
    return name or ""
