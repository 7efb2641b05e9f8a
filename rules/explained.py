"""A condition explained in one row of its view: which parts hold there, what they read, and the clocks they ask."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement
from sqlalchemy.sql import visitors

from rules.clock import Clock, read_clock
from rules.language import compile, nodes
from rules.language.nodes import Condition
from rules.language.written import value_written, written
from rules.measured import names, walk
from rules.moment import Moment
from rules.views import View
from rules.views.base import Age, Computed, Row, Stored
from rules.working_time import OutsideCalendar

_NAMED = re.compile(r"`([a-z_]+)`")
_TELLS_NOTHING = frozenset({"key", "source", "client", "calendar"})
"""Columns behind others that explain nothing to whoever asks."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a condition in one row: as it is written, whether it holds there, and what it was made of."""

    text: str
    holds: bool
    meaning: str = ""
    """What the column means that it is, where it is one."""
    values: Mapping[str, Any] | None = None
    """The columns that it reads, and those that they hang on. None where its parts have them."""
    parts: tuple["Part", ...] = ()
    joined_by: Literal["and", "or", ""] = ""

    def decisive(self) -> Iterator["Part"]:
        """The smallest parts on which it hangs that this one holds, or does not; of several ways in which it might have
        held that one first to which the least was missing."""
        if not self.parts:
            yield self
            return
        parts = [part for part in self.parts if part.holds is self.holds]
        if self.joined_by == "or" and not self.holds:
            parts.sort(key=lambda part: sum(1 for _ in part.decisive()))
        for part in parts:
            yield from part.decisive()


@dataclass(frozen=True)
class Explained:
    """A row of a view, with what the database said of the parts of a condition there, by the id of each."""

    view: View
    row: Row
    moment: Moment
    held: Mapping[int, bool]

    def part(self, node: Condition) -> Part:
        """One of those conditions, or one made from them, explained."""
        match node:
            case nodes.All(parts) | nodes.Either(parts):
                joined_by: Literal["and", "or"] = "and" if isinstance(node, nodes.All) else "or"
                return Part(written(node), self.held[id(node)], parts=tuple(map(self.part, parts)), joined_by=joined_by)
            case nodes.Not(nodes.All(parts) | nodes.Either(parts) as inner):
                # Pushed inward, as the compiler does: what did not hold is then a part, and no bracket.
                turned = tuple(self.part(nodes.Not(part)) for part in parts)
                opposite: Literal["and", "or"] = "or" if isinstance(inner, nodes.All) else "and"
                return Part(written(node), not self.held[id(inner)], parts=turned, joined_by=opposite)
            case nodes.Not(nodes.Not(inner)):
                return self.part(inner)
            case nodes.Not(inner):
                return self._leaf(node, not self.held[id(inner)])
            case _:
                return self._leaf(node, self.held[id(node)])

    def _leaf(self, node: Condition, holds: bool) -> Part:
        columns = {column.name: column for column in self.view.columns}
        read = sorted(names(node), key=list(columns).index)
        shown = dict.fromkeys(name for column in read for name in (column, *self._behind(column)))
        values = {name: self.row.get(name) for name in shown if name not in _TELLS_NOTHING} | dict(self._folded(node))
        bare = node.part if isinstance(node, nodes.Not) else node
        meaning = columns[read[0]].meaning if isinstance(bare, nodes.Flag) and len(read) == 1 else ""
        return Part(written(node), holds, meaning, values)

    def _behind(self, name: str) -> Iterator[str]:
        """The columns on which a computed one hangs: those that its SQL reads, and those that its meaning names."""
        columns = {column.name: column for column in self.view.columns}
        column, scope = columns[name], self.view.scope(self.moment)
        match column:
            case Computed():
                sql = column.sql(scope)
            case Age():
                sql = column.compare(">", 0, scope)
            case _:
                return
        inside = {(one.table, one.name) for one in visitors.iterate(sql) if isinstance(one, Column)}
        for other in self.view.columns:
            is_read = isinstance(other, Stored) and _place(other.sql) in inside
            if other.name != name and (is_read or other.name in _NAMED.findall(column.meaning)):
                yield other.name

    def _folded(self, node: Condition) -> Iterator[tuple[str, date | datetime]]:
        """What the times in it mean now: "today - 3" is a day, "working_hours_ago(8)" an instant of the calendar."""
        calendar = self.moment.calendar(self.row.get("calendar"))
        for one in walk(node):
            if not isinstance(one, nodes.Compare):
                continue
            at_least = compile.includes_the_end(one.operator)
            match one.right:
                case nodes.Ago(span):
                    yield value_written(one.right), self.moment.now - span
                case nodes.Day(days) if days:
                    yield value_written(one.right), self.moment.today + timedelta(days=days)
                case nodes.WorkingHoursAgo(hours):
                    yield value_written(one.right), calendar.ago(hours, self.moment.now, at_least=at_least)
                case nodes.WorkingDaysAgo(days):
                    yield value_written(one.right), calendar.days_ago(days, self.moment.today, at_least=at_least)

    def clocks(self, condition: Condition) -> Iterator[Clock]:
        """The working clocks that the condition looks at, each once: those that run, and began within the calendar."""
        name = self.row.get("calendar") or "default"
        for column in dict.fromkeys(self._clock_columns(condition)):
            since = self.row[column]
            if since is None or since > self.moment.now:
                continue
            try:
                told = read_clock(column, name, self.moment.calendar(name), since, self.moment.now)
            except OutsideCalendar:
                continue  # its hours are not known; what the rule says of it holds all the same
            yield told

    def _clock_columns(self, condition: Condition) -> Iterator[str]:
        """The instants that its working-time columns count from."""
        ages = [column for column in self.view.columns if isinstance(column, Age) and column.since]
        computed = {column.name for column in self.view.columns if isinstance(column, Computed)}
        for node in walk(condition):
            match node:
                case nodes.Compare(_, nodes.Column(name), nodes.WorkingHoursAgo()):
                    yield name
                case nodes.Age(name):
                    yield from (age.since for age in ages if age.name == name)
                case nodes.Column(name) if name in computed:
                    behind = set(self._behind(name))
                    yield from (age.since for age in ages if age.since in behind)


def _place(sql: ColumnElement[Any]) -> tuple[Any, str] | None:
    return (sql.table, sql.name) if isinstance(sql, Column) else None
