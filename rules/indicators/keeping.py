"""The stored rows of the indicators: how what is reckoned today becomes what is kept.

While a month may change, its rows follow the figures. Once it is frozen they stay as they are, and what would change
them stands beside them as restated; of what had no row by then, nothing was there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select

from rules.indicators.closing import Closed
from rules.indicators.figures import ALERT_MONTHS, Rate, kept_months
from rules.indicators.reckoning import Figure
from rules.moment import Moment
from unify.derived import Row, fetch, slices, table_of
from unify.tables import IndicatorMonth

_TABLE = table_of(IndicatorMonth)
_FIGURE = ("counted", "met", "value", "details", "left_out")
_OF_THE_DAY = ("clients", "undated", "unread")
"""Details that belong to no month: a client or a milestone without a date that is new today restates none."""


def read_frozen(connection: Connection) -> Mapping[date, datetime]:
    """Since when a month is frozen, by its last day."""
    query = select(_TABLE.c.last_on, func.min(_TABLE.c.frozen_at).label("at")).group_by(_TABLE.c.last_on)
    rows = fetch(connection, query.where(_TABLE.c.frozen_at.is_not(None)))
    return {row["last_on"]: row["at"] for row in rows}


def keep(
    connection: Connection,
    figures: Iterable[tuple[str | None, Figure]],
    closed: Mapping[date, Closed],
    moment: Moment,
) -> None:
    """Write what is new or another; take away what is nothing any more, unless it was frozen."""
    today = {row["key"]: row for row in (_row(figure, client, moment.now) for client, figure in figures)}
    stored = _stored(connection, moment)
    frozen = {row["last_on"]: row["frozen_at"] for row in stored.values() if row["frozen_at"]}
    kept: dict[str, Row] = {}

    def settle(key: str, told: Row | None, today: Row | None) -> None:
        last_on = (stored.get(key) or told or {})["last_on"]
        row = _as_kept(stored.get(key), told, today, frozen.get(last_on), closed.get(last_on), moment.now)
        if row is not None:
            kept[key] = row

    summed = {f"on_time/{ALERT_MONTHS}/{month.last:%Y-%m}" for month in kept_months(moment.today)}
    for key in sorted({*stored, *today} - summed):
        settle(key, today.get(key), today.get(key))
    for months in _threes(moment.today):
        told = _summed([kept.get(key, today[key]) for key in months], moment.now)
        settle(told["key"], told, _summed([today[key] for key in months], moment.now))
    _write(connection, stored, kept)


def _stored(connection: Connection, moment: Moment) -> Mapping[str, Row]:
    """The rows of the months that are reckoned; not of three months that began before them."""
    first_on = kept_months(moment.today)[0].first
    whole = or_(_TABLE.c.months != ALERT_MONTHS, _TABLE.c.first_on >= first_on)
    return {row["key"]: row for row in fetch(connection, select(_TABLE).where(_TABLE.c.last_on >= first_on, whole))}


def _write(connection: Connection, stored: Mapping[str, Row], kept: Mapping[str, Row]) -> None:
    changed = {key for key in {*stored, *kept} if stored.get(key) != kept.get(key)}
    for some in slices(connection, _TABLE, changed & stored.keys()):
        connection.execute(delete(_TABLE).where(_TABLE.c.key.in_(some)))
    if fresh := [kept[key] for key in sorted(changed & kept.keys())]:
        connection.execute(insert(_TABLE), fresh)


def _row(figure: Figure, client: str | None, now: datetime) -> Row:
    first, last = figure.window.first, figure.window.last
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return {
        "key": "/".join([figure.indicator, str(months), f"{last:%Y-%m}", *([client] if client else [])]),
        "indicator": figure.indicator,
        "months": months,
        "first_on": first,
        "last_on": last,
        "client_key": client,
        "counted": figure.counted,
        "met": figure.met,
        "value": figure.value,
        "details": dict(figure.details),
        "left_out": [asdict(one) for one in figure.left_out],
        "computed_at": now,
        "reconstructed": False,
        "frozen_at": None,
        "restated": None,
    }


# --- three months


def _threes(today: date) -> Sequence[Sequence[str]]:
    """The keys of each three months of promises kept that follow each other, and have ended."""
    ended = [f"on_time/1/{month.last:%Y-%m}" for month in kept_months(today)[:-1]]
    return [ended[n : n + ALERT_MONTHS] for n in range(len(ended) - ALERT_MONTHS + 1)]


def _summed(months: Sequence[Row], now: datetime) -> Row:
    """Promises kept in those months together: the sum of what each of them says."""
    last = months[-1]
    rate = Rate(sum(month["met"] or 0 for month in months), sum(month["counted"] for month in months))
    missed = [key for month in months for key in month["details"].get("missed", ())]
    left_out = {(one["key"], one["reason"]): one for month in months for one in month["left_out"]}
    return {
        **last,
        "key": f"on_time/{len(months)}/{last['last_on']:%Y-%m}",
        "months": len(months),
        "first_on": months[0]["first_on"],
        "counted": rate.counted,
        "met": rate.met,
        "value": rate.percent,
        "details": {**last["details"], "missed": missed},
        "left_out": list(left_out.values()),
        "computed_at": now,
        "reconstructed": False,
        "frozen_at": None,
        "restated": None,
    }


# --- what stays


def _as_kept(
    stored: Row | None,
    told: Row | None,
    today: Row | None,
    frozen_at: datetime | None,
    closed: Closed | None,
    now: datetime,
) -> Row | None:
    """The row to keep, of the one that is stored, what is to be told while it may change, and what is so today.

    `frozen_at` and `closed` are its month's.
    """
    if stored is not None and stored["frozen_at"] is not None:
        return _restated(stored, today, now)
    if frozen_at is not None:
        late = None if today is None else _restated({**_nothing(today), "frozen_at": frozen_at}, today, now)
        return late if late and late["restated"] else None
    if told is None:
        return None
    if closed is not None:
        unread = {"unread": list(closed.unread)} if closed.unread else {}
        told = {**told, "details": {**told["details"], **unread}, "reconstructed": closed.reconstructed}
        if not closed.reconstructed:
            return _restated({**told, "frozen_at": now}, today, now)
    return stored if stored is not None and _content(stored) == _content(told) else told


def _restated(frozen: Row, today: Row | None, now: datetime) -> Row:
    """A frozen row, beside it what it would be today."""
    found = today or _nothing(frozen)
    if _compared(found) == _compared(frozen):
        return {**frozen, "restated": None}
    known = frozen["restated"]
    if known is not None and _compared(known) == _compared(found):
        return frozen
    return {**frozen, "restated": {name: found[name] for name in _FIGURE} | {"at": now.isoformat()}}


def _nothing(row: Row) -> Row:
    """That row, where nothing was there to count."""
    empty: Row = {"counted": 0, "met": None, "value": None, "details": {}, "left_out": [], "restated": None}
    return {**row, **empty}


def _compared(row: Mapping[str, Any]) -> Sequence[Any]:
    """What of a figure can restate it."""
    details = {name: told for name, told in row["details"].items() if told and name not in _OF_THE_DAY}
    left_out = [one for one in row["left_out"] if one["reason"] != "no date"]
    return row["counted"], row["met"] or 0, row["value"], details, left_out


def _content(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "computed_at"}
