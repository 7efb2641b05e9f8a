"""Trying a rule on the past: every version of a row is asked at those ticks at which the answer may change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, Select, select
from sqlalchemy.sql import visitors

from config.settings import Settings
from rules.backtest.budget import Budget
from rules.backtest.doubts import Doubt, passed_over
from rules.backtest.episodes import TOLD_BY, Answer, Raised, episodes, lasting
from rules.backtest.known import unchanged, without_history
from rules.backtest.memory import ASKED, Memory, open_memory
from rules.backtest.ticks import Ticks, TickScope
from rules.backtest.versions import Archive, Version
from rules.language import compile
from rules.moment import Moment
from rules.rule import Rule
from rules.views import View, facts
from rules.views.base import Stored

_FACTS = (*TOLD_BY, "name", "subject", "url", "project_name")
"""What an answer tells, and what routes ask: of these, the columns that a view has."""
_VERSION, _TICK, _SEVERITY = "asked_version", "asked_tick", "rule_severity"


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a rule would have done: its alerts, by the numbers of `ticks`."""

    rule: Rule
    ticks: Sequence[Moment]
    raised: Sequence[Raised]
    unchanged: Sequence[str]
    """Columns that the rule asks and whose earlier values are not kept: they were taken as they are now."""
    rows: int = 0
    """How many rows of the view were there in that time; none: nothing could have fired."""
    unheard: Sequence[str] = ()
    """Earlier words of statuses that nobody can tell the meaning of: they were taken as open."""
    doubts: Mapping[Doubt, int] = field(default_factory=dict)
    """How often something of the past may have been otherwise, by the reason."""


def backtest(
    connection: Connection, rule: Rule, settings: Settings, ticks: Sequence[Moment], budget: Budget
) -> Backtest:
    """Which alerts `rule` would have raised at `ticks`, the last of which is the present; nothing is written.

    Raises CannotReplay, OutsideCalendar, TooSlow.
    """
    taken = unchanged(rule, ticks[-1])
    asking = _Asking.of(rule, ticks, budget)
    instants = [moment.now for moment in ticks]
    answers: list[Answer] = []
    unheard: set[str] = set()
    with open_memory(connection, rule.view, asking.ticks, asking.reads) as memory:
        archive = Archive(connection, rule.view, settings, ticks[-1])
        for versions in archive.slices(instants):
            answers += asking.answers(memory, versions)
            unheard |= {version.row["status_native"] for version in versions if version.is_unheard}
    doubts = {**archive.doubts, **passed_over(connection, rule.view, instants[0], budget)}
    taken = sorted({*taken, *without_history(rule, ticks[-1], archive.streams)})
    raised = lasting(episodes(answers, len(ticks)), rule, instants, ticks[-1])
    return Backtest(rule, ticks, raised, taken, archive.rows, sorted(unheard), doubts)


@dataclass(frozen=True)
class _Asking:
    """A rule, compiled for many ticks at once."""

    view: View
    ticks: Ticks
    statement: Select[Any]
    """Of the pairs in `ASKED` those of which the rule holds."""
    stored: Select[Any]
    """What each version holds of what the rule compares with times, by its key."""
    budget: Budget

    @classmethod
    def of(cls, rule: Rule, moments: Sequence[Moment], budget: Budget) -> "_Asking":
        """Raises OutsideCalendar, TooSlow."""
        view = rule.view
        scope = TickScope.of(view, moments)
        when, severity = compile.condition(rule.when, scope), compile.value(rule.severity, scope)
        ticks = Ticks.of(scope, moments, (when, severity), budget)
        kept = {one.name for one in view.columns if isinstance(one, Stored)}
        shown = (scope.columns[name].label(name) for name in _FACTS if name in kept)
        tick = ticks.table
        pairs = view.source.join(ASKED, ASKED.c.version == view.table.c.key).join(tick, tick.c.number == ASKED.c.tick)
        statement = (
            select(ASKED.c.version.label(_VERSION), ASKED.c.tick.label(_TICK), severity.label(_SEVERITY), *shown)
            .select_from(pairs)
            .where(*view.living, when)
        )
        atoms = (atom.stored.label(f"stored_{number}") for number, atom in enumerate(ticks.atoms))
        stored = select(view.table.c.key, *atoms).select_from(view.source)
        return cls(view, ticks, statement, stored, budget)

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """The stored columns that are asked: (table, column)."""
        asked = (element for one in (self.statement, self.stored) for element in visitors.iterate(one))
        return frozenset((element.table.name, element.name) for element in asked if isinstance(element, Column))

    def answers(self, memory: Memory, versions: Sequence[Version]) -> Iterator[Answer]:
        """Where the rule held of these, from tick to tick; those of a subject stand together, in the order of time."""
        keyed = memory.hold(versions)
        with self.budget.fenced(memory.connection, self._tables):
            stored = {key: values for key, *values in memory.connection.execute(self.stored)}
        asked = {key: self._flips(stored[key], version) for key, version in keyed}
        memory.insert(ASKED, ({"version": key, "tick": tick} for key, ticks in asked.items() for tick in ticks))
        holding = self._holding(memory)
        for key, version in keyed:
            ends = (*asked[key][1:], version.last + 1)
            for begins, end in zip(asked[key], ends, strict=True):
                if found := holding.get((key, begins)):
                    yield Answer(version.subject, begins, end, *found)

    @property
    def _tables(self) -> set[str]:
        return {*(table.name for table in self.view.tables), ASKED.name, self.ticks.table.name}

    def _flips(self, stored: Sequence[Any], version: Version) -> list[int]:
        self.budget.left()
        return self.ticks.flips(stored, version.first, version.last)

    def _holding(self, memory: Memory) -> Mapping[tuple[str, int], tuple[str, Mapping[str, Any]]]:
        with self.budget.fenced(memory.connection, self._tables):
            found = memory.connection.execute(self.statement).mappings().all()
        return {
            (row[_VERSION], row[_TICK]): (
                row[_SEVERITY] or "warning",
                facts({name: row[name] for name in _FACTS if name in row}),
            )
            for row in found
        }
