"""What a status was before each of its changes, and what it meant. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from config.settings import StatusCategory
from config.words import category, normal
from unify.mappers.asana_words import COMPLETED, INCOMPLETE

_T = TypeVar("_T")

Change = Mapping[str, Any]
"""A row of `change`."""

_TICKS: Mapping[str, Mapping[str, bool]] = {
    "trello": {"complete": True, "incomplete": False},
    "asana": {COMPLETED: True, INCOMPLETE: False},
}
"""Kinds of sources that have a tick beside the word, and what their histories call it."""
_ARCHIVED = "archived"
_OF_VERSIONS: Mapping[str, str] = {"unreleased": "todo", "released": "done", _ARCHIVED: "cancelled"}
"""Of Jira's versions, which have no status but these."""


@dataclass(frozen=True, slots=True)
class Timeline(Generic[_T]):
    """A value before its first change, after each of them (oldest first), and now, which is after the last."""

    first: _T
    then: Sequence[tuple[datetime, _T]]
    now: _T

    def at(self, instant: datetime) -> _T:
        """The value at that instant."""
        changed = bisect_right(self.then, instant, key=lambda one: one[0])
        if changed == len(self.then):
            return self.now
        return self.then[changed - 1][1] if changed else self.first


@dataclass(frozen=True, slots=True)
class Status:
    """The tool's word (a list, a section), and what stands beside it."""

    word: str
    ticked: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What words mean: `kinds` of the sources, their `own` words in the config, and by (source, word) what rows that
    have it now are."""

    kinds: Mapping[str, str]
    own: Mapping[str, Mapping[str, StatusCategory]]
    seen: Mapping[tuple[str, str], str]

    def ticks(self, source: str) -> Mapping[str, bool]:
        """The words of the source that say whether something is ticked."""
        return _TICKS.get(self.kinds.get(source, ""), {})

    def category(self, source: str, status: Status) -> str:
        """As the source's mapper says; "unknown", which is open, where nobody can tell what a word meant."""
        meant = self._meaning(source, status.word)
        if status.ticked or meant == "done":
            return "done"
        return "cancelled" if status.archived else meant

    def native(self, source: str, status: Status) -> str:
        """What the mapper calls it: Asana has no word for what is ticked."""
        return COMPLETED if status.ticked and COMPLETED in self.ticks(source) else status.word

    def now(self, source: str, native: str, category: str) -> Status:
        """The status of a row, from its columns."""
        ticks = self.ticks(source)
        word = "" if native in ticks else native
        meant = self._meaning(source, word)
        is_both = bool(ticks) and category != meant
        return Status(word, is_both and category == "done", is_both and category == "cancelled")

    def _meaning(self, source: str, word: str) -> str:
        own = self.own.get(source, {})
        if self.ticks(source):
            return (category(word, own) or "todo") if word else "unknown"
        told = {normal(key): value for key, value in own.items()}.get(normal(word))
        return told or self.seen.get((source, word)) or _OF_VERSIONS.get(word, "unknown")


def statuses(now: Status, changes: Sequence[Change], ticks: Mapping[str, bool]) -> Timeline[Status]:
    """The status through its `changes`, oldest first; it ended as `now`."""
    first = state = _first(now, changes, ticks)
    then = []
    for change in changes:
        state = _after(state, change, ticks)
        then.append((change["changed_at"], state))
    return Timeline(first, then, now)


def _first(now: Status, changes: Sequence[Change], ticks: Mapping[str, bool]) -> Status:
    """What the earliest change of each sort says that it changed; what never changed is as it is now."""
    state = now
    for change in reversed(changes):
        old, new = change["old"], change["new"]
        if old in ticks or new in ticks:
            state = replace(state, ticked=ticks[old] if old in ticks else not ticks[new])
        elif _is_archiving(change):
            state = replace(state, archived=old == _ARCHIVED)
        else:
            state = replace(state, word=old or "")
    return state


def _after(state: Status, change: Change, ticks: Mapping[str, bool]) -> Status:
    new = change["new"]
    if new in ticks:
        return replace(state, ticked=ticks[new])
    if _is_archiving(change):
        return replace(state, archived=new == _ARCHIVED)
    return replace(state, word=new or "")


def _is_archiving(change: Change) -> bool:
    """A card was put into the archive or taken out; a version's "archived" is a word like any other."""
    return {change["old"], change["new"]} == {None, _ARCHIVED}
