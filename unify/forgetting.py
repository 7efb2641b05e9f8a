"""Forgetting somebody whom an admin names: out of every payload and row that a tool gave, and out of what was told.

A contact of the CRM is erased as one who was deleted there. Anybody's addresses, and a name that is a full one, go out
of every text. A short name, which may be a word of its own, goes where it stands alone beside what tells who it is:
their id in a tool, or their address. The rows that tools give are to be mapped again afterwards (`milepost remap`).

Nothing of this can be undone, so only what has one name and one address is taken for one human: a mailbox that several
use tells of none of them, and stays.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, delete, select, tuple_, update
from sqlmodel import SQLModel

from config.words import normal
from connectors.base import Ref
from unify.derived import CONTACT, FEEDBACK, Row, table_of
from unify.erasure import GONE, any_of, erase_told, erase_told_of
from unify.identity import name_key, names_one_person, normal_email
from unify.link_people import shared_addresses
from unify.raw import decode, pack, unpack
from unify.records import Records
from unify.rows import empty_of
from unify.tables import Account, Person, RawHistory, RawRecord
from unify.upsert import Upserts

_ACCOUNT, _PERSON = table_of(Account), table_of(Person)
_AT_ONCE = 500
_NOT_THEIRS = frozenset(
    (
        *("raw_record", "raw_history", "login", "audit_entry", "client", "source", "stream_state", "sync_run"),
        *("hub_state", "lease", "touched", "reference", "identity_link", "health_day", "indicator_month", "evaluation"),
    )
)
"""What holds keys, figures and cursors, the accounts of our own people, and the settings' own words."""
_CHINESE = re.compile(r"[\u3400-\u9fff]{3,}")


@dataclass(frozen=True, slots=True)
class Somebody:
    """All that is known here of one human: the keys of their rows, and what they are called."""

    contacts: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    """Theirs alone."""
    besides: frozenset[str] = frozenset()
    """Keys of rows with an address or a person of theirs under another name: the same human, or a colleague."""

    @property
    def keys(self) -> frozenset[str]:
        """Of all their rows that a tool gave."""
        return self.contacts | self.accounts

    @property
    def ids(self) -> frozenset[str]:
        """What tells that it is them, and nobody of the same name."""
        return self.keys | self.persons | self.emails | {key.split("/", 2)[2] for key in self.keys}

    @property
    def everywhere(self) -> list[str]:
        """What can mean nobody else: addresses, and names of two words or of three Chinese characters."""
        return [*self.emails, *(name for name in self.names if " " in name or _CHINESE.fullmatch(name))]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was changed: payloads of tools, and rows."""

    payloads: int
    rows: int


def find_somebody(connection: Connection, typed: str) -> list[Somebody]:
    """Everybody whom `typed` may mean: a key, an address or a name; of several, each apart."""
    contacts = [dict(row) for row in connection.execute(select(CONTACT).where(CONTACT.c.name != "")).mappings()]
    accounts = [dict(row) for row in connection.execute(select(_ACCOUNT).where(_ACCOUNT.c.name != "")).mappings()]
    shared = shared_addresses(accounts, contacts)
    wanted, address = normal(typed), normal_email(typed)
    known = [*(_contact(row, shared) for row in contacts), *(_account(row, shared) for row in accounts)]
    meant = {
        *(row["key"] for row in contacts if _is_meant(row, row["emails"], wanted, address)),
        *(row["key"] for row in accounts if _is_meant(row, [row["email"]], wanted, address)),
        *(row["key"] for row in accounts if wanted == normal(row["person_key"] or "")),
    }
    found: list[Somebody] = []
    for one in known:
        if one.keys & meant and not any(one.keys <= other.keys for other in found):
            found.append(_all_of(one, known))
    return found


def forget(connection: Connection, who: Somebody, now: datetime) -> Forgotten:
    """Take them out, in the transaction of the caller."""
    erase_told(connection, sorted(who.contacts))
    erase_told_of(connection, FEEDBACK.c.author_account.in_(who.accounts), sorted(who.names | who.emails))
    for key in sorted(who.contacts):
        source, stream, id_ = key.split("/", 2)
        records, ref = Records(source, Upserts(connection.dialect)), [Ref(stream, id_)]
        records.bury(connection, ref, now)
        records.erase(connection, ref)
        gone = empty_of(CONTACT) | {"deleted_at": now, "delete_reason": "deleted"}
        connection.execute(update(CONTACT).where(CONTACT.c.key == key).values(gone))
    cleaning = Cleaning(who)
    payloads = sum(_payloads(connection, table_of(model), cleaning) for model in (RawRecord, RawHistory))
    theirs = {"name": "", "handle": None, "email": None, "url": None}
    connection.execute(update(_ACCOUNT).where(_ACCOUNT.c.key.in_(who.accounts)).values(theirs))
    still = select(_ACCOUNT.c.person_key).where(_ACCOUNT.c.name != "", _ACCOUNT.c.person_key.is_not(None))
    gone_too = _PERSON.c.key.in_(who.persons - set(connection.execute(still).scalars()))
    connection.execute(delete(_PERSON).where(gone_too, _PERSON.c.configured.is_(False)))
    tables = [table for name, table in SQLModel.metadata.tables.items() if name not in _NOT_THEIRS]
    rows = len(who.contacts) + len(who.accounts) + sum(_rows(connection, table, cleaning) for table in tables)
    return Forgotten(payloads, rows)


class Cleaning:
    """Takes somebody out of a JSON value."""

    def __init__(self, who: Somebody) -> None:
        self._ids = {normal(id_) for id_ in who.ids}
        self._short = {normal(name) for name in who.names}
        self._everywhere = re.compile(any_of(who.everywhere).pattern, re.IGNORECASE) if who.everywhere else None

    def __call__(self, value: Any, *, beside: bool = False) -> Any:
        """The same without them; `beside`: it stands beside what tells that it is about them."""
        match value:
            case str():
                if beside and normal(value) in self._short:
                    return GONE
                return self._everywhere.sub(GONE, value) if self._everywhere else value
            case Mapping():
                tells = any(isinstance(one, str) and normal(one) in self._ids for one in value.values())
                return {name: self(one, beside=tells) for name, one in value.items()}
            case list():
                return [self(one, beside=beside) for one in value]
            case _:
                return value


def _payloads(connection: Connection, table: Table, cleaning: Cleaning) -> int:
    """How many were changed. Their hash stays that of what the tool sent: the same, sent again, is nothing new."""
    keys, changed = list(table.primary_key.columns), 0
    last: tuple[Any, ...] | None = None
    while True:
        asked = select(*keys, table.c.codec, table.c.body).order_by(*keys).limit(_AT_ONCE)
        rows = connection.execute(asked if last is None else asked.where(tuple_(*keys) > last)).all()
        for *key, codec, packed in rows:
            payload = decode(unpack(codec, packed)) if packed else None
            if (clean := cleaning(payload)) != payload:
                [body] = pack([_body(clean)]).result()
                here = [column == value for column, value in zip(keys, key, strict=True)]
                connection.execute(update(table).where(*here).values(body=body))
                changed += 1
        if len(rows) < _AT_ONCE:
            return changed
        last = tuple(rows[-1][: len(keys)])


def _body(payload: Any) -> bytes:
    try:
        return orjson.dumps(payload)
    except TypeError:  # a lone surrogate, or a number beyond 64 bits
        return json.dumps(payload).encode()


def _rows(connection: Connection, table: Table, cleaning: Cleaning) -> int:
    """How many were changed. Keys stay: they hold the tool's own ids."""
    keys = list(table.primary_key.columns)
    texts = [column for column in table.c if not column.primary_key]
    changes = []
    for row in connection.execute(select(*keys, *texts)).mappings() if texts else ():
        clean = cleaning(dict(row))
        different = {column.name: clean[column.name] for column in texts if clean[column.name] != row[column.name]}
        if different:
            changes.append(([column == row[column.name] for column in keys], different))
    for here, different in changes:
        connection.execute(update(table).where(*here).values(different))
    return len(changes)


def _is_meant(row: Row, emails: Iterable[str | None], wanted: str, address: str | None) -> bool:
    named = wanted in (normal(row["key"]), normal(row["name"]))
    return named or (address is not None and address in map(normal_email, emails))


def _contact(row: Row, shared: Collection[str]) -> Somebody:
    names = frozenset((row["name"],))
    return Somebody(contacts=frozenset((row["key"],)), names=names, emails=_own(row["emails"], shared))


def _account(row: Row, shared: Collection[str]) -> Somebody:
    names = frozenset(filter(None, (row["name"], row["handle"])))
    persons = frozenset(filter(None, (row["person_key"],)))
    emails = _own([row["email"]], shared)
    return Somebody(accounts=frozenset((row["key"],)), persons=persons, names=names, emails=emails)


def _own(emails: Iterable[str | None], shared: Collection[str]) -> frozenset[str]:
    """Those that may stand for one person: no mailbox of several."""
    normalised = filter(None, map(normal_email, emails))
    return frozenset(email for email in normalised if names_one_person(email) and email not in shared)


def _all_of(one: Somebody, known: Iterable[Somebody]) -> Somebody:
    """With what else has an address or a person of theirs, and a name; what has no name of theirs is `besides`, and
    keeps the address."""
    others = [other for other in known if not other.keys <= one.keys]
    while same := [other for other in others if _is_tied(one, other) and _names(one) & _names(other)]:
        one = _together([one, *same])
        others = [other for other in others if other not in same]
    besides = frozenset[str]().union(*(other.keys for other in others if _is_tied(one, other)))
    emails = one.emails.difference(*(other.emails for other in others))
    return replace(one, emails=emails, besides=besides)


def _is_tied(one: Somebody, other: Somebody) -> bool:
    return bool(one.emails & other.emails or one.persons & other.persons)


def _names(one: Somebody) -> set[str]:
    return {name_key(name) for name in one.names}


def _together(several: list[Somebody]) -> Somebody:
    first, *others = several
    for other in others:
        first = replace(
            first,
            contacts=first.contacts | other.contacts,
            accounts=first.accounts | other.accounts,
            persons=first.persons | other.persons,
            names=first.names | other.names,
            emails=first.emails | other.emails,
        )
    return first
