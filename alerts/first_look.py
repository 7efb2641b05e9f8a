"""Which rule has looked at which source, and when: what a first look finds was bad before we came."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from unify.derived import table_of
from unify.freshness import Freshness
from unify.tables import Evaluation

EVALUATION = table_of(Evaluation)

GAP = timedelta(days=7)
"""Unlooked at for so long, what is bad by then is news to nobody but the coordinator."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """That a rule looks at a source for the first time, or as if it did."""

    began_by: datetime
    """Whatever began before then was there before us."""
    ever: bool = False
    """It never did before."""
    remapped: bool = False
    """It does all the time, and only what rows are made with has changed."""

    def found_old(self, began: datetime | None, *, urgent: bool) -> bool:
        """Whether what it finds was there before us. `began`: when that was; None: nobody can say.

        What is urgent is so on the first day alone, when everything is old. A mapping changes with every status and
        every user in the tool: what nobody can date is news beside such a change, else it would be lost to all but the
        coordinator; where very many things come at once, a storm says so.
        """
        if urgent and not self.ever:
            return False
        return not self.remapped if began is None else began < self.began_by


def looked_before(connection: Connection) -> dict[tuple[str, str], Evaluation]:
    """What has been looked at, by (rule, source)."""
    rows = connection.execute(select(EVALUATION)).mappings()
    return {(row["rule"], row["source"]): Evaluation(**row) for row in rows}


def first_looks(
    rules: Collection[str],
    freshness: Mapping[str, Freshness],
    before: Mapping[tuple[str, str], Evaluation],
    now: datetime,
) -> dict[tuple[str, str], FirstLook]:
    """(rule, source) looked at for the first time, or after a long gap: whatever began before now was there before us.

    Where only the mapping changed (a setting, a new status in the tool), that holds for what began before the last
    look alone: what went wrong since then is news. A stale source is not looked at yet.
    """
    found = {}
    for name, mapping_version in _looked_at(freshness).items():
        for rule in rules:
            last = before.get((rule, name))
            if last is None or now - last.last_at >= GAP:
                found[rule, name] = FirstLook(now, ever=last is None)
            elif last.mapping_version != mapping_version:
                found[rule, name] = FirstLook(last.last_at, remapped=True)
    return found


def note_look(
    connection: Connection,
    rules: Collection[str],
    freshness: Mapping[str, Freshness],
    before: Mapping[tuple[str, str], Evaluation],
    now: datetime,
) -> None:
    """Remember that `rules` have looked at every fresh source."""
    for name, mapping_version in _looked_at(freshness).items():
        for rule in rules:
            seen = {"mapping_version": mapping_version, "last_at": now}
            if (rule, name) in before:
                this = (EVALUATION.c.rule == rule) & (EVALUATION.c.source == name)
                connection.execute(update(EVALUATION).where(this).values(seen))
            else:
                connection.execute(insert(EVALUATION).values(rule=rule, source=name, first_at=now, **seen))


def _looked_at(freshness: Mapping[str, Freshness]) -> dict[str, str]:
    """What can be looked at, with the version of its mapping: every fresh source, and the hub itself ("")."""
    return {"": "", **{name: source.mapping_version for name, source in freshness.items() if not source.stale}}
