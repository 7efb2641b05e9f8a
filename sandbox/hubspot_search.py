"""HubSpot's CRM search: filters, order, pages of 200, and the ceiling of 10,000."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

Json = dict[str, Any]

PAGE, CEILING = 200, 10_000
GROUPS, FILTERS, FILTERS_IN_ALL = 5, 6, 18


class BadSearch(Exception):
    """HubSpot would answer 400."""


def search(things: Sequence[Json], asked: Mapping[str, Any]) -> tuple[list[Json], int, str | None]:
    """The page, how many match in all, and the `after` of the next page."""
    groups = asked.get("filterGroups") or []
    _check(groups)
    sorts = asked.get("sorts") or []
    limit, after = int(asked.get("limit", 10)), int(asked.get("after") or 0)
    if len(sorts) > 1:
        raise BadSearch("only one sort is allowed")
    if not 0 < limit <= PAGE:
        raise BadSearch(f"limit must be between 1 and {PAGE}")
    if after + limit > CEILING:
        raise BadSearch(f"paging is limited to {CEILING} results")
    found = [one for one in things if not groups or any(_matches(one, group) for group in groups)]
    for sort in sorts:
        name = sort["propertyName"]
        found.sort(key=lambda one: _rank(one["properties"].get(name)), reverse=sort.get("direction") == "DESCENDING")
    page = found[after : after + limit]
    end = after + len(page)
    return page, len(found), str(end) if end < len(found) else None


def _check(groups: Sequence[Mapping[str, Any]]) -> None:
    sizes = [len(group["filters"]) for group in groups]
    if len(groups) > GROUPS or any(size > FILTERS for size in sizes) or sum(sizes) > FILTERS_IN_ALL:
        raise BadSearch("too many filters")


def _matches(thing: Json, group: Mapping[str, Any]) -> bool:
    return all(_meets(thing["properties"].get(one["propertyName"]), one) for one in group["filters"])


def _meets(value: str | None, asked: Mapping[str, Any]) -> bool:
    operator = asked["operator"]
    if operator == "HAS_PROPERTY":
        return bool(value)
    if operator == "NOT_HAS_PROPERTY":
        return not value
    if not value:
        return False
    if operator in ("IN", "NOT_IN"):
        return (value in list(asked["values"])) is (operator == "IN")
    if operator == "BETWEEN":
        return _rank(asked["value"]) <= _rank(value) <= _rank(asked["highValue"])
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return (str(asked["value"]).casefold() in value.casefold()) is (operator == "CONTAINS_TOKEN")
    compare = _COMPARISONS.get(operator)
    if compare is None:
        raise BadSearch(f"{operator} is no operator")
    return compare(_rank(value), _rank(asked["value"]))


_Rank = tuple[int, float, str]

_COMPARISONS: Mapping[str, Callable[[_Rank, _Rank], bool]] = {
    "EQ": lambda one, other: one == other,
    "NEQ": lambda one, other: one != other,
    "LT": lambda one, other: one < other,
    "LTE": lambda one, other: one <= other,
    "GT": lambda one, other: one > other,
    "GTE": lambda one, other: one >= other,
}


def _rank(value: str | None) -> _Rank:
    """What values are compared by: an instant (which a filter names in milliseconds) and a number alike, then text."""
    if not value:
        return (0, 0.0, "")
    try:
        return (1, float(value), "")
    except ValueError:
        pass
    try:
        return (1, round(datetime.fromisoformat(value).timestamp() * 1000), "")
    except ValueError:
        return (2, 0.0, value)
