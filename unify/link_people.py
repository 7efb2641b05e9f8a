"""Whose an account is, and on which side its owner stands. Pure: rows and settings in, decisions out.

Evidence, strongest first: the config, then one e-mail address. A shared mailbox and a name never link; equal names
are suggested. An account without evidence is a person of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from config.settings import PersonSettings
from unify.derived import Row
from unify.identity import (
    client_domain,
    name_hint,
    name_key,
    names_one_person,
    normal_email,
    only_one,
    registrable_domain,
)

Side = Literal["hub", "bot", "client", "team", "unknown"]

SHARED_BY = 3
"""An address that so many differently named people use is a mailbox, not a person."""

MOST_NAMESAKES = 50
"""Suggestions for a name that more accounts carry would be noise."""


def person_key(of: str) -> str:
    """The key of the person who has that name in `[people]`, that address, or that account alone."""
    return f"person/{of}"


@dataclass(frozen=True, slots=True)
class People:
    """`[people]`, ready to be asked."""

    by_account: Mapping[tuple[str, str], str]
    """(source, vendor id) -> config name."""
    by_email: Mapping[str, str]

    def named(self, account: Row) -> tuple[str, str] | None:
        """The config name of an account's owner and how we know; None where the config says nothing of it."""
        name = self.by_account.get((account["source"], account["vendor_id"]))
        if name is not None:
            return name, f"[people.{name}] accounts"
        name = self.by_email.get(account["email"] or "")
        return None if name is None else (name, f"[people.{name}] email {account['email']}")


def read_people(settings: Mapping[str, PersonSettings]) -> People:
    """Index `[people]`. What two of them claim is nobody's."""
    accounts = [(_account(text), name) for name, person in settings.items() for text in person.accounts]
    emails = [(normal_email(person.email) or "", name) for name, person in settings.items()]
    return People(by_account=only_one(accounts), by_email=only_one(pair for pair in emails if pair[0]))


def shared_addresses(accounts: Iterable[Row], contacts: Iterable[Row]) -> set[str]:
    """The addresses that `SHARED_BY` or more differently named accounts and contacts carry."""
    names: dict[str, set[str]] = defaultdict(set)
    for account in accounts:
        names[account["email"] or ""].add(name_key(account["name"]))
    for contact in contacts:
        for email in contact["emails"]:
            names[normal_email(email) or ""].add(name_key(contact["name"]))
    return {email for email, used_by in names.items() if email and len(used_by - {""}) >= SHARED_BY}


@dataclass(frozen=True, slots=True)
class Owner:
    """The person an account belongs to; `method` "" where it is a person of its own."""

    person: str
    method: str = ""
    evidence: str = ""


def owner_of(account: Row, side: Side, people: People, shared: Collection[str]) -> Owner | None:
    """The person of one account; None for what is no human (ourselves, a bot, a queue) unless the config names it."""
    if named := people.named(account):
        return Owner(person_key(named[0]), "config", named[1])
    if side in ("hub", "bot") or account["kind"] == "queue":
        return None
    email = account["email"]
    if email and names_one_person(email) and email not in shared:
        return Owner(person_key(email), "email", email)
    return Owner(person_key(account["key"]))


@dataclass(frozen=True, slots=True)
class Sides:
    """All that decides on which side an author stands."""

    people: People
    ourselves: Collection[tuple[str, str]]
    """(source, vendor id) of the accounts we read with."""
    contact_emails: Collection[str]
    client_domains: Collection[str]
    team_domains: Collection[str]
    assignees: Collection[str]
    """Account keys with an item assigned to them."""

    def of(self, account: Row) -> Side:
        """The first that applies: config, ourselves, bot, client, team; else unknown."""
        if self.people.named(account):
            return "team"
        if (account["source"], account["vendor_id"]) in self.ourselves:
            return "hub"
        if account["kind"] == "bot":
            return "bot"
        if self._is_client(account):
            return "client"
        if account["member"] or self._has_our_domain(account) or account["key"] in self.assignees:
            return "team"
        return "unknown"

    def _is_client(self, account: Row) -> bool:
        email = account["email"]
        if account["kind"] in ("customer", "guest"):
            return True
        return email is not None and (email in self.contact_emails or client_domain(email) in self.client_domains)

    def _has_our_domain(self, account: Row) -> bool:
        return registrable_domain(account["email"]) in self.team_domains


def persons(
    settings: Mapping[str, PersonSettings],
    accounts: Sequence[Row],
    owners: Mapping[str, Owner],
    sides: Mapping[str, Side],
) -> list[dict[str, Any]]:
    """Rows of `person`: everybody of the config, and whoever else owns an account."""
    rows = {
        person_key(name): {
            "key": person_key(name),
            "name": person.name,
            "email": normal_email(person.email),
            "side": "team",
            "configured": True,
            "capacity_hours": person.capacity_hours or 0.0,
        }
        for name, person in settings.items()
    }
    theirs: dict[str, list[Row]] = defaultdict(list)
    for account in accounts:
        if account["key"] in owners:
            theirs[owners[account["key"]].person].append(account)
    for key, own in theirs.items():
        if key in rows:
            continue
        known = {sides[account["key"]] for account in own}
        by_mail = owners[own[0]["key"]].method == "email"
        rows[key] = {
            "key": key,
            "name": next((account["name"] for account in own if account["name"]), ""),
            "email": own[0]["email"] if by_mail else None,
            "side": next((side for side in ("team", "client") if side in known), "unknown"),
            "configured": False,
            "capacity_hours": 0.0,
        }
    return list(rows.values())


def person_links(
    accounts: Sequence[Row], owners: Mapping[str, Owner], sides: Mapping[str, Side]
) -> list[dict[str, Any]]:
    """`identity_link` rows of accounts: those that hold, and those that an equal name suggests."""
    links = [
        _link(account["key"], owner.person, owner.method, "active", owner.evidence)
        for account in accounts
        if (owner := owners.get(account["key"])) and owner.method
    ]
    namesakes: dict[str, list[Row]] = defaultdict(list)
    for account in accounts:
        if account["key"] in owners and (name := name_hint(account["name"])):
            namesakes[name].append(account)
    for group in namesakes.values():
        if len(group) <= MOST_NAMESAKES:
            links.extend(_namesakes(group, owners, sides))
    return links


def _namesakes(group: Sequence[Row], owners: Mapping[str, Owner], sides: Mapping[str, Side]) -> list[dict[str, Any]]:
    """Suggest for every account of one name the best known person of that name, unless the sides contradict."""
    rank = {"config": 0, "email": 1, "": 2}
    best = min(group, key=lambda account: (rank[owners[account["key"]].method], owners[account["key"]].person))
    target = owners[best["key"]].person
    return [
        _link(account["key"], target, "name", "suggested", f'"{account["name"]}" and "{best["name"]}" ({best["key"]})')
        for account in group
        if owners[account["key"]].person != target and {sides[account["key"]], sides[best["key"]]} != {"team", "client"}
    ]


def _link(account: str, person: str, method: str, status: str, evidence: str) -> dict[str, Any]:
    return {
        "kind": "account_person",
        "from_key": account,
        "to_key": person,
        "method": method,
        "status": status,
        "evidence": evidence,
    }


def _account(text: str) -> tuple[str, str]:
    source, _, vendor_id = text.partition(":")
    return source, vendor_id
