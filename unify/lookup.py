"""Finding the one thing that a person means by what they type or paste."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, Table, false, literal, or_, select

from config.nearest import did_you_mean
from unify.derived import CLIENT, DEAL, FEEDBACK, MILESTONE, PERSON, PROJECT, SOURCE, WORK_ITEM
from unify.identity import name_key

_OFFERED = 3
_ECHOED = 120
"""Characters of what was typed that an error repeats: a long address is among them, a whole page is not."""
SHOWN = 10
"""Candidates that an error lists."""


class NotOne(Exception):
    """What was typed names nothing, or several things; the message lists those and says how to tell them apart."""


@dataclass(frozen=True, slots=True)
class Found:
    """The row that was meant: `table` is that of the row, `name` what people call it."""

    table: str
    key: str
    name: str
    url: str | None


def find_milestone(connection: Connection, typed: str) -> Found:
    """The milestone meant by `typed`: its row key, URL, short key (APP-88), vendor id, or a name only it bears.

    Raises NotOne.
    """
    return _one(connection, typed, MILESTONE)


def find_feedback(connection: Connection, typed: str) -> Found:
    """The feedback meant by `typed`, as `find_milestone` takes it. Raises NotOne."""
    return _one(connection, typed, FEEDBACK)


def find_items(connection: Connection, typed: str) -> Sequence[Found]:
    """Every milestone, feedback and work item that may be meant by `typed`, as `find_milestone` takes it; by key.

    What is several of these is found as the first: its key is the same in all.
    """
    return _candidates(connection, typed.strip(), MILESTONE, FEEDBACK, WORK_ITEM)


def find_anything(connection: Connection, typed: str) -> Found:
    """What is meant by `typed` among all that has a name here: also a deal, a project, a client, a person, a source,
    and, by its key or address, what is gone in its tool.

    Before names come keys, addresses and what the config calls something: a member of a board may be called like one
    of [people]. Raises NotOne.
    """
    wanted = typed.strip()
    tables = (MILESTONE, FEEDBACK, WORK_ITEM, DEAL, PROJECT)
    hub, name = list(_of_the_hub(connection)) if wanted else [], name_key(wanted)
    found = (
        [*_by(_exact, connection, wanted, *tables), *(hit for hit, keys, _ in hub if wanted in keys)]
        or [*_by(_called, connection, wanted, *tables), *(hit for hit, _, names in hub if name in map(name_key, names))]
        or _by(partial(_exact, living=False), connection, wanted, *tables)
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise NotOne(_several(wanted, found))
    is_open = WORK_ITEM.c.status_category.not_in(("done", "cancelled"))  # of the others there may be a million
    queries = (_rows(table).where(is_open) if table is WORK_ITEM else _rows(table) for table in tables)
    names = [hit.name for query in queries for hit in _hits(connection, query)]
    clients = [name for row in connection.execute(select(CLIENT)).mappings() for name in row["names"].values()]
    people = connection.scalars(select(PERSON.c.name)).all()
    raise NotOne(
        f'nothing is called "{_cut(wanted)}": give a short key (APP-88), an address in the tool, or a name'
        f"{offer(wanted, [*names, *clients, *people])}"
    )


def _of_the_hub(connection: Connection) -> Iterator[tuple[Found, Collection[str], Collection[str]]]:
    """Clients, people and sources: each with its key and its name in the config, and with what people call it."""
    for row in connection.execute(select(CLIENT).order_by(CLIENT.c.key)).mappings():
        short, names = row["key"].removeprefix("client/"), row["names"]
        yield (
            Found("client", row["key"], names.get("en") or names.get("") or short, None),
            (row["key"], short),
            names.values(),
        )
    for row in connection.execute(select(PERSON).order_by(PERSON.c.key)).mappings():
        short, name = row["key"].removeprefix("person/"), row["name"]
        yield Found("person", row["key"], name or short, None), (row["key"], short), (name,) if name else ()
    for name in connection.scalars(select(SOURCE.c.name).order_by(SOURCE.c.name)):
        yield Found("source", name, name, None), (f"source/{name}", name), ()


def _one(connection: Connection, typed: str, table: Table) -> Found:
    wanted = typed.strip()
    found = _candidates(connection, wanted, table)
    if len(found) == 1:
        return found[0]
    if found:
        raise NotOne(_several(wanted, found))
    names = [hit.name for hit in _hits(connection, _rows(table))]
    raise NotOne(
        f'no {table.name} is called "{_cut(wanted)}": give its short key (APP-88), its address in the tool, or its name'
        f"{offer(wanted, names)}"
    )


def offer(wanted: str, names: Iterable[str]) -> str:
    """`; did you mean "UAT sign-off"?`: those that have the words in them, else the nearest; "" where none is near."""
    known, words = set(names), name_key(wanted)
    holding = sorted(name for name in known if words and words in name_key(name))
    if 0 < len(holding) <= _OFFERED:
        return "; did you mean " + " or ".join(f'"{name}"' for name in holding) + "?"
    return did_you_mean(wanted, known)


def _candidates(connection: Connection, wanted: str, *tables: Table) -> Sequence[Found]:
    return _by(_exact, connection, wanted, *tables) or _by(_called, connection, wanted, *tables)


def _by(
    query: Callable[[Connection, Table, str], Iterator[Found]], connection: Connection, wanted: str, *tables: Table
) -> list[Found]:
    """What `query` finds, each once, as a row of the first of `tables` that has it; by key."""
    found = {hit.key: hit for table in reversed(tables) for hit in query(connection, table, wanted)} if wanted else {}
    return sorted(found.values(), key=lambda hit: hit.key)


def _exact(connection: Connection, table: Table, wanted: str, *, living: bool = True) -> Iterator[Found]:
    """By what is unique in the tool: row key, address, short key, vendor id."""
    short = PROJECT.c.short == wanted if table is PROJECT else WORK_ITEM.c.short == wanted.upper()
    places = (table.c.key == wanted, _address(table, wanted), table.c.vendor_id == wanted, short)
    return _hits(connection, _rows(table, living=living).where(or_(*places)))


def _called(connection: Connection, table: Table, wanted: str) -> Iterator[Found]:
    """By name, compared as names are; the database only narrows it down to living rows."""
    name = name_key(wanted)
    return (hit for hit in _hits(connection, _rows(table)) if name and name_key(hit.name) == name)


def _address(table: Table, wanted: str) -> Any:
    if "://" not in wanted:
        return false()
    return table.c.url.in_({wanted, wanted.split("?")[0].split("#")[0].rstrip("/")})


def _rows(table: Table, *, living: bool = True) -> Select[Any]:
    """Rows of `table`, only `living` ones or all, with the short key of the item they are made from."""
    title = table.c.subject if table is FEEDBACK else table.c.name
    query = select(literal(table.name), table.c.key, title, table.c.url)
    if living:
        query = query.where(table.c.deleted_at.is_(None))
    if table is not WORK_ITEM:
        query = query.outerjoin(WORK_ITEM, WORK_ITEM.c.key == table.c.key)
    return query


def _hits(connection: Connection, query: Select[Any]) -> Iterator[Found]:
    return (Found(*row) for row in connection.execute(query))


def _several(wanted: str, found: Sequence[Found]) -> str:
    # A client and a source of one name are told apart by what stands before it.
    lines = [f"  {'source/' if hit.table == 'source' else ''}{hit.key}  {hit.name}" for hit in found[:SHOWN]]
    more = [f"  and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n".join([f'"{_cut(wanted)}" may be any of these; give the key:', *lines, *more])


def _cut(typed: str) -> str:
    """What somebody pasted by mistake, as far as it helps them to see that."""
    return typed if len(typed) <= _ECHOED else f"{typed[:_ECHOED]}…"
