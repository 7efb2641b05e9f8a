"""What the hub could not link by itself, with its evidence and the lines to paste into `milepost.toml`.

Nothing here links anything: a person reads it, takes the lines that are true, and drops the others.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, or_, select

from config.settings import Settings, Tree
from unify.derived import ACCOUNT, COMMENT, COMPANY, IDENTITY_LINK, PERSON, PROJECT, Row, fetch
from unify.identity import client_domain, company_key

About = Literal["company", "project", "same name", "unknown account"]

SOMEBODY = "NAME"
"""Stands in a table's name where only a person can tell whose the line is."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line for the config: `value` for the list `setting` of `table` ("clients.kite"; "" is the top level).

    `new`: what else that table needs where it is not in the config yet.
    """

    about: About
    key: str
    name: str
    evidence: str
    table: str
    setting: str
    value: str
    new: Mapping[str, Any] = field(default_factory=dict)


def suggest(connection: Connection, settings: Settings) -> list[Suggestion]:
    """Companies that no client names, projects without client, accounts of one name, accounts of unknown side.

    In that order; each rests on the links as last settled.
    """
    likely = {
        (link["kind"], link["from_key"]): link
        for link in fetch(connection, select(IDENTITY_LINK).where(IDENTITY_LINK.c.status == "suggested"))
    }
    names = set(settings.people)
    namesakes = list(_namesakes(connection, likely.values(), names))
    return [
        *_companies(connection, settings, likely),
        *_projects(connection, likely),
        *namesakes,
        *_unknown(connection, names, {suggestion.key for suggestion in namesakes}),
    ]


def as_toml(suggestions: Iterable[Suggestion], settings: Settings) -> str:
    """The suggestions as TOML: each list whole, with what the config holds already; evidence in comments."""
    tables: dict[str, dict[str, list[Suggestion]]] = defaultdict(lambda: defaultdict(list))
    for suggestion in suggestions:
        tables[suggestion.table][suggestion.setting].append(suggestion)
    blocks = ["\n".join(_block(table, tables[table], settings)) for table in sorted(tables)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _companies(
    connection: Connection, settings: Settings, likely: Mapping[tuple[str, str], Row]
) -> Iterator[Suggestion]:
    taken = set(settings.clients)
    living = select(COMPANY).where(COMPANY.c.deleted_at.is_(None), COMPANY.c.client_key.is_(None))
    for row in fetch(connection, living.order_by(COMPANY.c.key)):
        reference = f"{row['source']}:company:{row['vendor_id']}"
        if link := likely.get(("company_client", row["key"])):
            table, evidence, new = _client_table(link["to_key"]), link["evidence"], {}
        else:
            domains = sorted({domain for text in row["domains"] if (domain := client_domain(text))})
            name = _config_name((row["name"], *(domain.partition(".")[0] for domain in domains)), taken, "client")
            table, evidence = f"clients.{name}", "in the CRM, named by no client"
            new = {"name": row["name"], "bd": "", "domains": domains}
        yield Suggestion("company", row["key"], row["name"], evidence, table, "crm", reference, new)


def _projects(connection: Connection, likely: Mapping[tuple[str, str], Row]) -> Iterator[Suggestion]:
    living = select(PROJECT).where(PROJECT.c.deleted_at.is_(None), PROJECT.c.client_key.is_(None))
    for row in fetch(connection, living.order_by(PROJECT.c.key)):
        link = likely.get(("project_client", row["key"]))
        yield Suggestion(
            about="project",
            key=row["key"],
            name=row["name"],
            evidence=link["evidence"] if link else "nothing tells its client",
            table=_client_table(link["to_key"]) if link else f"clients.{SOMEBODY}",
            setting="projects",
            value=f"{row['source']}:{row['short'] or row['vendor_id']}",
            new={} if link else {"name": ""},
        )


def _namesakes(connection: Connection, likely: Iterable[Row], taken: set[str]) -> Iterator[Suggestion]:
    """The accounts that bear the name of somebody who has others.

    Somebody whom the config does not know yet needs all of them there, those he has already too.
    """
    suggested: dict[str, dict[str, str]] = defaultdict(dict)
    for link in likely:
        if link["kind"] == "account_person":
            suggested[link["to_key"]][link["from_key"]] = link["evidence"]
    persons = {row["key"]: row for row in fetch(connection, select(PERSON).where(PERSON.c.key.in_(suggested)))}
    for key in sorted(persons.keys() & suggested.keys()):
        person, evidence = persons[key], suggested[key]
        theirs: ColumnElement[bool] = ACCOUNT.c.key.in_(evidence)
        if person["configured"]:
            name = key.removeprefix("person/")
            new: Mapping[str, Any] = {}
        else:
            theirs = or_(theirs, ACCOUNT.c.person_key == key)
            name, new = _new_person(person, taken)
        for row in fetch(connection, select(ACCOUNT).where(theirs).order_by(ACCOUNT.c.key)):
            said = evidence.get(row["key"], "the one of that name")
            yield _account("same name", row, said, f"people.{name}", new)


def _unknown(connection: Connection, taken: set[str], told: Collection[str]) -> Iterator[Suggestion]:
    """Accounts whose side nobody can tell, who wrote most first: their domain may be ours, else they are somebody."""
    wrote = select(COMMENT.c.author_account, func.count()).where(COMMENT.c.side == "unknown")
    messages = {row[0]: row[1] for row in connection.execute(wrote.group_by(COMMENT.c.author_account))}
    living = select(ACCOUNT).where(ACCOUNT.c.side == "unknown", ACCOUNT.c.deleted_at.is_(None))
    accounts = [row for row in fetch(connection, living) if row["key"] not in told]
    for row in sorted(accounts, key=lambda row: (-messages.get(row["key"], 0), row["key"])):
        evidence = f"one of ours, or a client's? {messages.get(row['key'], 0)} messages"
        if domain := client_domain(row["email"]):
            yield Suggestion("unknown account", row["key"], row["name"], evidence, "", "team_domains", domain)
        else:
            name, new = _new_person(row, taken)
            yield _account("unknown account", row, evidence, f"people.{name}", new)


def _account(about: About, row: Row, evidence: str, table: str, new: Mapping[str, Any]) -> Suggestion:
    reference = f"{row['source']}:{row['vendor_id']}"
    return Suggestion(about, row["key"], row["name"], evidence, table, "accounts", reference, new)


def _block(table: str, lists: Mapping[str, Sequence[Suggestion]], settings: Settings) -> list[str]:
    """The lines of one table: its header and what to do with it, what a new one needs, and its lists."""
    held = _held(table, settings)
    lines = [f"[{table}]  # {_what_to_do(table, held)}" if table else "# at the top of the file, in place of its own:"]
    if held is None:
        new = next(iter(lists.values()))[0].new
        lines += [f"{name} = {_value(value)}" for name, value in new.items()]
    for setting, suggestions in lists.items():
        lines.append(f"{setting} = [")
        known = getattr(held, setting) if held is not None else ()
        lines += [f"  {_value(value)}," for value in known]
        fresh: dict[str, list[str]] = defaultdict(list)
        for suggestion in suggestions:
            fresh[suggestion.value].append(f"{suggestion.name}: {suggestion.evidence}")
        lines += [
            f"  {_value(value)},  # {_comment('; '.join(why))}" for value, why in fresh.items() if value not in known
        ]
        lines.append("]")
    return lines


def _what_to_do(table: str, held: Tree | None) -> str:
    if held is not None:
        return "it is there already: put these lists in place of its own"
    if table.endswith(SOMEBODY):
        return f"new, one for each client: a short name of a-z, 0-9 and _ for {SOMEBODY}, and what it is called"
    return "new; any other name of a-z, 0-9 and _ will do"


def _held(table: str, settings: Settings) -> Tree | None:
    """What the config holds under a table's name; None where it is new."""
    section, _, name = table.partition(".")
    match section:
        case "clients":
            return settings.clients.get(name)
        case "people":
            return settings.people.get(name)
        case _:
            return settings


def _new_person(row: Row, taken: set[str]) -> tuple[str, Mapping[str, Any]]:
    """A name in the config for somebody who has none there, and what their table needs."""
    email = row["email"] or ""
    return _config_name((row["name"], email.partition("@")[0]), taken, "person"), {"name": row["name"], "email": email}


def _config_name(called: Iterable[str], taken: set[str], otherwise: str) -> str:
    """A free name of a-z, 0-9 and _ for somebody or some client, from the first that has any of those; and take it."""
    slugs = (re.sub(r"[^a-z0-9]+", "_", company_key(name)).strip("_") for name in called)
    wanted = next(filter(None, slugs), otherwise)
    numbered = (f"{wanted}_{number}" for number in count(2))
    free = next(each for each in chain([wanted], numbered) if each not in taken)
    taken.add(free)
    return free


def _client_table(key: str) -> str:
    return f"clients.{key.removeprefix('client/')}"


def _value(value: str | Sequence[str]) -> str:
    """A TOML string, or an array of them. What JSON escapes TOML does too, but for the one character it lets pass."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(_value, value))}]"


def _comment(text: str) -> str:
    """Vendors' text on one line: a line break in a name must not become a line of the config."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())
