"""A database in memory in which a rule is asked of the past: the versions of rows, with the view's tables around them.

Each version is a row with a key of its own, its number, so that the view's very own SELECT runs over them: what is
looked up by a row's key (its changes, the milestone that it is) is put there under the version's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, delete, insert, select

from rules.backtest.past import NAMED
from rules.backtest.ticks import Ticks
from rules.backtest.versions import Version
from rules.views import View
from unify import tables
from unify.derived import ACCOUNT, CHANGE, FEEDBACK, MILESTONE, REFERENCE, WORK_ITEM, fetch
from unify.engine import open_engine

ASKED = Table(
    "asked", MetaData(), Column("version", String, primary_key=True), Column("tick", Integer, primary_key=True)
)
"""The pairs that are asked: a version's key, and the number of a tick."""

_OF_VERSIONS = (CHANGE, MILESTONE, WORK_ITEM, FEEDBACK, REFERENCE)
"""Tables of which nothing stands there as it is now."""


class Memory:
    """The database; `reads` are the stored columns that it is asked for, as (table, column): no other is filled."""

    def __init__(self, memory: Connection, stored: Connection, view: View, reads: frozenset[tuple[str, str]]) -> None:
        self.connection = memory
        self._stored, self._view = stored, view
        self._tables = {name for name, _ in reads}
        self._columns = [
            column.name for column in view.table.c if (view.table.name, column.name) in reads or not column.nullable
        ]
        self._named: set[str] = set()

    def hold(self, versions: Sequence[Version]) -> list[tuple[str, Version]]:
        """Put these in the place of those before; each with its key."""
        for emptied in (*(set(_OF_VERSIONS) & self._view.tables), ASKED):
            self.connection.execute(delete(emptied))
        keyed = [(str(number), version) for number, version in enumerate(versions)]
        kept = ((key, {name: version.row[name] for name in self._columns}) for key, version in keyed)
        self.insert(self._view.table, ({**row, "key": key} for key, row in kept))
        self._hold_named(versions)
        if CHANGE.name in self._tables:
            made = ((key, version, number) for key, version in keyed for number in range(len(version.changes)))
            self.insert(
                CHANGE,
                (
                    {**version.changes[number], "key": f"{key}.{number}", "entity_key": key}
                    for key, version, number in made
                ),
            )
        if MILESTONE.name in self._tables and self._view.table is not MILESTONE:
            self._hold_milestones(keyed)
        return keyed

    def insert(self, into: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows that name the same columns."""
        if some := list(rows):
            self.connection.execute(insert(into), some)

    def _hold_named(self, versions: Iterable[Version]) -> None:
        """Accounts of which only a name is known."""
        owners = {one for version in versions for one in _owners(version.row) if f"/{NAMED}/" in one} - self._named
        self._named |= owners
        told = [(owner, *owner.split(f"/{NAMED}/", 1)) for owner in sorted(owners)]
        made = (tables.Account(key=key, source=source, vendor_id=name, name=name) for key, source, name in told)
        self.insert(ACCOUNT, (account.model_dump() for account in made))

    def _hold_milestones(self, keyed: Sequence[tuple[str, Version]]) -> None:
        """The milestones that items are, as they stand now."""
        subjects = {version.subject for _, version in keyed}
        living = select(MILESTONE).where(MILESTONE.c.key.in_(subjects), MILESTONE.c.deleted_at.is_(None))
        known = {row["key"]: row for row in fetch(self._stored, living)}
        self.insert(MILESTONE, ({**known[one.subject], "key": key} for key, one in keyed if one.subject in known))


def _owners(row: Mapping[str, Any]) -> Sequence[str]:
    return row["assignee_accounts"] if "assignee_accounts" in row else [row["owner_account"] or ""]


@contextmanager
def open_memory(stored: Connection, view: View, ticks: Ticks, reads: frozenset[tuple[str, str]]) -> Iterator[Memory]:
    """A database with the ticks, and what stands beside the versions as it is in `stored`."""
    engine = open_engine("sqlite://")
    try:
        with engine.connect() as connection:
            memory = Memory(connection, stored, view, reads)
            for needed in sorted(view.tables, key=lambda one: one.name):
                needed.create(connection)
                if needed not in _OF_VERSIONS:
                    memory.insert(needed, fetch(stored, select(needed)))
            ASKED.create(connection)
            ticks.table.create(connection)
            memory.insert(ticks.table, ticks.rows)
            yield memory
    finally:
        engine.dispose()
