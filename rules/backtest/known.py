"""Whether a rule can be tried on the past at all, and what of it is taken as it is now."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from sqlalchemy import Column
from sqlalchemy.sql import visitors

from rules.backtest.versions import REPLAYED
from rules.language import nodes
from rules.language.compile import Scope
from rules.moment import Moment
from rules.rule import Rule
from rules.views import MILESTONE, View
from rules.views.base import Stored
from unify.derived import CHANGE

_OWNER = frozenset({"owner_account", "owner_person"})
_UNSHOWN = frozenset({"owner_account", "assignee_accounts", "agreed_recorded_at"})
"""Of the columns that are walked back those that no view shows. How the others stand is marked in the views."""

_TITLES = frozenset({"name", "subject"})
_WITHOUT_HISTORY: Mapping[tuple[str, str], frozenset[str]] = {
    ("jira", ""): _TITLES,
    ("jira", "versions"): _OWNER,
    ("asana", "projects"): _TITLES | _OWNER,
    ("hubspot", ""): _TITLES,
}
"""Of these columns those of which a (kind of source, stream; "": every one) keeps no history."""

_LAST_ONLY = "only the last is known, and it moves with every change"
_COUNTS = "it counts other rows, and what they were is not put together again"
_NOT_TOLD: Mapping[str, str] = {
    "updated_at": _LAST_ONLY,
    "changed_here_at": _LAST_ONLY,
    "open_items": _COUNTS,
    "total_items": _COUNTS,
}
_OWNERS = frozenset({"owner", "oa"})
"""As whom the views join people to those who have it."""


class CannotReplay(Exception):
    """A rule that nobody can try on the past; the message says which part of it, and why."""


def unchanged(rule: Rule, moment: Moment) -> list[str]:
    """The columns that the rule asks and whose earlier values are not kept: they are taken as they are now.

    Raises CannotReplay where that would be an invention.
    """
    if rule.view.name not in REPLAYED:
        views = ", ".join(REPLAYED)
        raise CannotReplay(f"cannot replay {rule.id}: earlier rows are known of {views}, and not of {rule.view.name}")
    scope = rule.view.scope(moment)
    reasons: list[str] = []
    taken: set[str] = set()
    for name in sorted({*_names(rule.when), *_names(rule.severity)}):
        leaves = set(_leaves(name, scope))
        why = next(filter(None, (_why_not(rule.view, leaf) for leaf in leaves)), "")
        if why:
            reasons.append(f"{name}: {why}")
        taken |= {_called(rule.view, leaf) or name for leaf in leaves if _is_taken(rule.view, leaf)}
    if reasons:
        raise CannotReplay(f"cannot replay {rule.id}: {'; '.join(reasons)}")
    return sorted(taken)


def without_history(rule: Rule, moment: Moment, streams: Collection[tuple[str, str]]) -> set[str]:
    """The columns that the rule asks and of which some of `streams`, of which its rows are, keep no history."""
    ways = ((kind, of) for kind, stream in streams for of in ("", stream))
    lost = frozenset[str]().union(*(_WITHOUT_HISTORY.get(way, frozenset()) for way in ways))
    scope, view = rule.view.scope(moment), rule.view
    asked = ((name, leaf) for name in {*_names(rule.when), *_names(rule.severity)} for leaf in _leaves(name, scope))
    return {
        _called(view, leaf) or name
        for name, leaf in asked
        if (leaf.name in lost if leaf.table is view.table else lost >= _OWNER and leaf.table.name in _OWNERS)
    }


def _why_not(view: View, leaf: Column[Any]) -> str:
    """Why a stored column cannot be replayed; "" if it can, or may be taken as it is now."""
    if leaf.table is view.table:
        return _NOT_TOLD.get(leaf.name, "")
    is_counted = leaf.table in view.beside and leaf.table not in (CHANGE, MILESTONE.table)
    return _COUNTS if is_counted else ""


def _is_taken(view: View, leaf: Column[Any]) -> bool:
    """Whether a stored column is taken as it is now."""
    if shown := _showing(view, leaf):
        return all(one.history == "untracked" for one in shown)
    return leaf.table is not CHANGE and not (leaf.table is view.table and leaf.name in _UNSHOWN)


def _called(view: View, leaf: Column[Any]) -> str:
    """The view's own name of what holds the stored column; "" where it has none."""
    return next((one.name for one in _showing(view, leaf)), "")


def _showing(view: View, leaf: Column[Any]) -> Sequence[Stored]:
    """The view's columns that show the stored column."""
    return [one for one in view.columns if isinstance(one, Stored) and leaf in set(visitors.iterate(one.sql))]


def _leaves(name: str, scope: Scope) -> Iterator[Column[Any]]:
    """The stored columns that a name of the view is made of."""
    sql = scope.ages[name].compare("<", 1.0, scope) if name in scope.ages else scope.columns[name]
    for element in visitors.iterate(sql):
        if isinstance(element, Column):
            yield element


def _names(node: Any) -> Iterator[str]:
    """The names of columns and ages in a part of a rule."""
    if isinstance(node, nodes.Column | nodes.Age):
        yield node.name
    elif isinstance(node, tuple):
        for part in node:
            yield from _names(part)
    elif is_dataclass(node):
        for one in fields(node):
            yield from _names(getattr(node, one.name))
