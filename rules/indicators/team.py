"""Indicators 8 and 9: how the team finds the communication, and how much the requirements changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from rules.indicators.figures import Rate, tenths

FEWEST_RATERS = 3
"""Fewer would know whose mark is whose."""
RE_ESTIMATED = 0.2
"""The share by which an estimate must change to count."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a member of the team gave the coordinator, 1 to 5."""

    rater: str
    at: datetime
    mark: float


@dataclass(frozen=True, slots=True)
class Communication:
    """`score`: the mean of each rater's latest mark; None: too few to show."""

    score: float | None
    raters: int


def communication_score(marks: Iterable[Mark]) -> Communication:
    """From a form, a sheet or a survey; never inferred from how much people write."""
    latest = {mark.rater: mark.mark for mark in sorted(marks, key=lambda mark: mark.at)}
    if len(latest) < FEWEST_RATERS:
        return Communication(None, len(latest))
    return Communication(tenths(sum(latest.values()) / len(latest)), len(latest))


@dataclass(frozen=True, slots=True)
class ScopeChange:
    """Something happened to an item after the start. Of `re-estimated`, `share` is by how much of the old estimate."""

    item: str
    kind: Literal["added", "removed", "re-estimated", "change request"]
    share: float = 0.0
    approved: bool = False
    """It carries the client's approval."""


@dataclass(frozen=True, slots=True)
class ChangeRate:
    """`rate`: items changed, of those in scope at the start; `approved` of them with the client's approval."""

    rate: Rate
    approved: int


def change_rate(
    in_scope_at_start: int, changes: Iterable[ScopeChange], parents: Mapping[str, str] = MappingProxyType({})
) -> ChangeRate:
    """Distinct items added, removed, re-estimated by a fifth or more, or marked as change requests.

    `parents` (sub-task -> item): a sub-task counts only with its parent. With nothing in scope there is no rate.
    """
    counted: dict[str, bool] = {}
    for change in changes:
        item = parents.get(change.item, change.item)
        small = change.kind == "re-estimated" and change.share < RE_ESTIMATED
        if small:
            continue
        counted[item] = counted.get(item, False) or change.approved
    return ChangeRate(Rate(len(counted), in_scope_at_start, tuple(sorted(counted))), sum(counted.values()))
