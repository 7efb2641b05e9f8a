"""The risk register, as far as a reader may see it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from sqlalchemy import true

from report.asked import Asked, NoSuchThing
from rules.views import RISK
from rules.views.reader import ViewReader, Where
from unify.derived import Row


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A risk; `project` and `client` are keys. `probability` and `impact` are 1 to 5, None: nobody said; `score` is
    their product."""

    key: str
    name: str
    url: str | None
    source: str
    project: str | None
    project_name: str | None
    client: str | None
    owner_name: str | None
    status: str
    is_open: bool
    probability: int | None
    impact: int | None
    score: int | None
    response: str | None
    response_plan: str
    due_on: date | None
    implemented: bool
    has_no_response: bool
    occurred: bool
    occurred_on: date | None

    def is_late(self, today: date) -> bool:
        """Whether the day has passed by which the response was to be carried out."""
        return _is_late(self.is_open, self.implemented, self.response, self.due_on, today)


def _is_late(is_open: bool, implemented: bool, response: str | None, due_on: date | None, today: date) -> bool:
    """What is accepted asks for nothing to be carried out."""
    return is_open and not implemented and response != "accept" and due_on is not None and due_on < today


def risks_where(views: ViewReader, where: Where) -> Sequence[RiskRow]:
    """Those for which `where` holds: open ones first, the gravest first."""
    rows = views.rows(RISK, tuple(RiskRow.__dataclass_fields__), where)
    found = [RiskRow(**{**row, **{name: bool(row[name]) for name in _FLAGS}}) for row in rows]
    return sorted(found, key=lambda row: (not row.is_open, -(row.score or 0), row.name, row.key))


_FLAGS = ("is_open", "implemented", "has_no_response", "occurred")


Which = Literal["", "unanswered", "late", "occurred", "closed"]
"""The open ones; of these the ones to which nobody has a response, the ones whose response is late, and the ones that
have happened; the closed ones."""
WHICH: Sequence[Which] = get_args(Which)


@dataclass(frozen=True, slots=True)
class Rated:
    """A cell of the matrix: so many open risks are so likely and so bad, each 1 to 5."""

    probability: int
    impact: int
    count: int


@dataclass(frozen=True, slots=True)
class Risks:
    """The register: a page of the risks that are asked for, of `count`. `open_counts`: of the open ones, how many there
    are of each of `WHICH` but the closed ones. `matrix`: how many open ones there are of each rating; `unrated`: how
    many have none."""

    rows: Sequence[RiskRow]
    count: int
    open_counts: Mapping[str, int]
    matrix: Sequence[Rated]
    unrated: int


_JUDGED = (
    *("key", "is_open", "score", "probability", "impact", "response", "due_on", "implemented"),
    *("has_no_response", "occurred"),
)


def read_risks(asked: Asked) -> Risks:
    """Of the reader's, by client and BD manager; `status` is one of `WHICH`, `rating` as 3x4."""
    today, filters = asked.moment.today, asked.filters
    if filters.status not in WHICH:
        raise NoSuchThing("there are no such risks")
    # Few columns of all, and all columns of the few that are shown.
    known = asked.views.rows(RISK, _JUDGED, lambda _: true())
    open_ones = [row for row in known if row["is_open"]]
    counts: dict[str, int] = {
        which: sum(_is(which, row, today) for row in open_ones) for which in WHICH if which != "closed"
    }
    wanted = [
        row
        for row in known
        if _is(filters.status, row, today) and filters.rating in ("", f"{row['probability']}x{row['impact']}")
    ]
    wanted.sort(key=lambda row: (-(row["score"] or 0), row["key"]))
    until = None if filters.limit is None else filters.offset + filters.limit
    keys = [row["key"] for row in wanted[filters.offset : until]]
    rated = Counter((row["probability"], row["impact"]) for row in open_ones if row["score"] is not None)
    return Risks(
        risks_where(asked.views, lambda scope: scope.columns["key"].in_(keys)),
        len(wanted),
        counts,
        [Rated(*rating, count) for rating, count in sorted(rated.items())],
        len(open_ones) - rated.total(),
    )


def _is(which: str, row: Row, today: date) -> bool:
    match which:
        case "closed":
            return not row["is_open"]
        case "unanswered":
            return bool(row["is_open"] and row["has_no_response"])
        case "late":
            return _is_late(row["is_open"], row["implemented"], row["response"], row["due_on"], today)
        case "occurred":
            return bool(row["is_open"] and row["occurred"])
    return bool(row["is_open"])
