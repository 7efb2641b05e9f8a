"""What the firm, or the clients that the reader sees, are measured by: a month's figures, the year before it, and what
was missed or left out. Nothing is reckoned here but the sum of several clients."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from report.asked import Asked
from report.reading.months import read_months
from report.rows import IndicatorRow
from rules.indicators.figures import kept_months
from rules.indicators.together import Part, together
from unify.derived import FEEDBACK, MILESTONE, PROJECT, fetch, slices, table_of
from unify.tables import Risk

INDICATORS = ("on_time", "satisfaction", "risk_response", "communication", "first_response", "throughput", "slip")
"""In the order of the page."""
TARGETS: Mapping[str, str] = {
    "on_time": "on-time-rate-low",
    "satisfaction": "satisfaction-low",
    "risk_response": "risk-response-low",
}
"""The rule whose `target` an indicator has."""
COMMUNICATION_TARGET = 4.0
_WHYS = ("missed", "late")
_RISK = table_of(Risk)


@dataclass(frozen=True, slots=True)
class Named:
    """Something that was missed, late or left out; `why` is the word for that. `client` is a key."""

    indicator: str
    why: str
    key: str
    name: str
    url: str | None
    source: str
    client: str | None


@dataclass(frozen=True, slots=True)
class ClientMonth:
    """A client, by its key, with its figures of the month, by indicator."""

    client: str
    figures: Mapping[str, IndicatorRow]


@dataclass(frozen=True, slots=True)
class Indicators:
    """Of the month that begins on `month`. `figures` by indicator, of one month or over more: satisfaction of twelve,
    communication of three; `over_three` those that are told over three months as well.

    `is_whole`: of the whole firm; else of the clients that are asked for, together.
    """

    month: date
    months: Sequence[date]
    """Those that are kept, by their first days; the last one runs."""
    is_whole: bool
    figures: Mapping[str, IndicatorRow]
    over_three: Mapping[str, IndicatorRow]
    trend: Mapping[str, Mapping[date, IndicatorRow]]
    """By indicator and month, of the months that are kept."""
    targets: Mapping[str, float]
    clients: Sequence[ClientMonth]
    named: Sequence[Named]


def read_indicators(asked: Asked, indicators: Sequence[str] = ()) -> Indicators:
    """Of the last month that has ended, unless another one is asked for. `indicators`: only these; none: all."""
    months = [month.first for month in kept_months(asked.moment.today)]
    month = asked.filters.month or months[-2]
    rows = read_months(asked, indicators)
    whole = [row for row in rows if row.client is None] if asked.scope.is_all else _together(rows)
    trend: dict[str, dict[date, IndicatorRow]] = {indicator: {} for indicator in INDICATORS}
    over_three = {}
    for row in whole:
        first = row.last_on.replace(day=1)
        if row.months == _MONTHS.get(row.indicator, 1):
            trend[row.indicator][first] = row
        elif first == month:
            over_three[row.indicator] = row
    figures = {indicator: told[month] for indicator, told in trend.items() if month in told}
    of_clients = [row for row in rows if row.client and row.last_on.replace(day=1) == month]
    return Indicators(
        month=month,
        months=months,
        is_whole=asked.scope.is_all,
        figures=figures,
        over_three=over_three,
        trend=trend,
        targets=_targets(asked),
        clients=_clients(asked, of_clients),
        named=_named(asked, figures.values()),
    )


_MONTHS: Mapping[str, int] = {"satisfaction": 12, "communication": 3}
"""Over how many an indicator is told month by month, where that is not one."""


def _together(rows: Iterable[IndicatorRow]) -> list[IndicatorRow]:
    """The clients' rows, those of one indicator and month as one."""
    grouped: dict[tuple[str, int, date], list[IndicatorRow]] = {}
    for row in rows:
        grouped.setdefault((row.indicator, row.months, row.last_on), []).append(row)
    return [_as_one(some) for some in grouped.values()]


def _as_one(rows: Sequence[IndicatorRow]) -> IndicatorRow:
    first = rows[0]
    if len(rows) == 1:
        return first
    whole = together(first.indicator, [Part(row.counted, row.met, row.value) for row in rows])
    today = together(first.indicator, [_today(row) for row in rows])
    return replace(
        first,
        client=None,
        counted=whole.counted,
        met=whole.met,
        value=whole.value,
        details={why: [key for row in rows for key in row.details.get(why, ())] for why in _WHYS},
        left_out=[one for row in rows for one in row.left_out],
        reconstructed=any(row.reconstructed for row in rows),
        frozen_at=max((row.frozen_at for row in rows if row.frozen_at), default=None),
        restated=asdict(today) if any(row.restated for row in rows) and today != whole else None,
    )


def _today(row: IndicatorRow) -> Part:
    """What it would be by now."""
    told = row.restated or {"counted": row.counted, "met": row.met, "value": row.value}
    return Part(told["counted"], told["met"], told["value"])


def _targets(asked: Asked) -> Mapping[str, float]:
    """As the config sets them; a rule that is switched off has none."""
    rules = {rule.id: rule for rule in asked.rules}
    found = {indicator: rules[rule].params["target"] for indicator, rule in TARGETS.items() if rule in rules}
    targets = {name: float(target) for name, target in found.items() if isinstance(target, int | float)}
    return {**targets, "communication": COMMUNICATION_TARGET}


def _clients(asked: Asked, rows: Iterable[IndicatorRow]) -> Sequence[ClientMonth]:
    """By name; those of whom nothing was measured are left out."""
    found: dict[str, dict[str, IndicatorRow]] = {}
    for row in rows:
        if row.client and row.counted and row.indicator in INDICATORS:
            found.setdefault(row.client, {})[row.indicator] = row
    return [ClientMonth(client, found[client]) for client in sorted(found, key=asked.client_name)]


def _named(asked: Asked, rows: Iterable[IndicatorRow]) -> Sequence[Named]:
    """What was missed, then late, then left out, by indicator. What the reader may not see has no name, and is not
    here; what the slip leaves out as the promises do is said once."""
    told: list[tuple[str, str, str]] = []
    for row in rows:
        told += [(row.indicator, why, key) for why in _WHYS for key in row.details.get(why, ())]
        told += [(row.indicator, one["reason"], one["key"]) for one in row.left_out]
    known_of = {one[1:] for one in told if one[0] == "on_time"}
    told = [one for one in told if one[0] != "slip" or one[1:] not in known_of]
    known = _names(asked, {key for _, _, key in told})
    order = {indicator: n for n, indicator in enumerate(INDICATORS)}
    told.sort(key=lambda one: order[one[0]])
    return [Named(indicator, why, key, **known[key]) for indicator, why, key in told if key in known]


def _names(asked: Asked, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """Also of what was deleted since: it was counted."""
    milestone, risk, feedback, project = MILESTONE.c, _RISK.c, FEEDBACK.c, PROJECT.c
    of_risk = _RISK.outerjoin(PROJECT, project.key == risk.project_key)
    kinds = [
        (MILESTONE, MILESTONE, milestone.name, milestone.client_key),
        (_RISK, of_risk, risk.name, project.client_key),
        (FEEDBACK, FEEDBACK, feedback.subject, feedback.client_key),
    ]
    found: dict[str, dict[str, Any]] = {}
    for table, source, name, client in kinds:
        named = (name.label("name"), table.c.url, table.c.source, client.label("client"))
        query = select(table.c.key, *named).select_from(source).where(asked.scope.allows(client))
        for some in slices(asked.connection, table, keys):
            for row in fetch(asked.connection, query.where(table.c.key.in_(some))):
                found.setdefault(row["key"], {told: row[told] for told in ("name", "url", "source", "client")})
    return found
