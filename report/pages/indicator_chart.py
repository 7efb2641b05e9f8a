"""An indicator over twelve months: the drawing, what it says, and its table."""

from collections.abc import Mapping
from datetime import date

from config.language import month as month_name
from config.language import short_month
from report.asked import Asked
from report.charts.draw import draw
from report.charts.values import Months, Point
from report.document import Cell, Chart, Column, Row, Table
from report.pages.indicator_words import amount, counted, goal_of, is_sure, name, target, told
from report.pages.tables import only_told
from report.reading.indicators import Indicators
from report.rows import IndicatorRow

_HIGHEST = {"on_time": 100.0, "risk_response": 100.0, "satisfaction": 100.0, "communication": 5.0}


def chart_of(indicator: str, values: Indicators, asked: Asked) -> Chart:
    """Of the twelve months that have ended; the one that runs stands in the table alone."""
    rows, ended = values.trend[indicator], values.months[:-1]
    goal = values.targets.get(indicator)
    measured = {month: row for month in ended if (row := rows.get(month)) and row.value is not None}
    drawing = Months(
        tuple(_point(month, measured.get(month), asked) for month in ended),
        goal,
        target(asked, indicator, goal),
        _HIGHEST.get(indicator),
        _latest(indicator, measured, asked),
    )
    return Chart(
        anchor=indicator,
        heading=name(asked, indicator),
        svg=draw(drawing),
        alt=_said(indicator, values, measured, asked),
        table=_table(indicator, values, asked),
    )


def _point(month: date, row: IndicatorRow | None, asked: Asked) -> Point:
    label = short_month(asked.language, month)
    return Point(label, row.value, is_sure(row)) if row else Point(label, None)


def _latest(indicator: str, measured: Mapping[date, IndicatorRow], asked: Asked) -> str:
    if not measured:
        return asked.t("indicators.not_measured")
    last = max(measured)
    return f"{short_month(asked.language, last)}{asked.t('colon')}{told(asked, indicator, measured[last])}"


def _said(indicator: str, values: Indicators, measured: Mapping[date, IndicatorRow], asked: Asked) -> str:
    """The drawing in words; of what few were counted, no rate."""
    ended = values.months[:-1]
    sure = [row.value for row in measured.values() if row.value is not None and is_sure(row)]
    parts = [
        asked.t(
            "indicators.alt",
            name=name(asked, indicator),
            first=month_name(asked.language, ended[0]),
            last=month_name(asked.language, ended[-1]),
            measured=len(measured),
            months=len(ended),
        )
    ]
    if sure:
        low, high = (amount(asked, indicator, value) for value in (min(sure), max(sure)))
        parts.append(asked.t("indicators.alt_between", low=low, high=high))
    if measured:
        parts.append(asked.t("indicators.alt_last", last=_latest(indicator, measured, asked)))
    if goal := values.targets.get(indicator):
        parts.append(asked.t("indicators.alt_target", goal=goal_of(asked, indicator, goal)))
    return " ".join(parts)


def _table(indicator: str, values: Indicators, asked: Asked) -> Table:
    """The latest month first."""
    t = asked.t
    table = Table(
        anchor=f"{indicator}-months",
        heading=name(asked, indicator),
        columns=[
            Column("month", t("indicators.month")),
            Column("value", t("indicators.figure"), "number"),
            Column("counted", t("indicators.counted")),
            Column("state", t("state")),
            Column("restated", t("indicators.restated")),
        ],
        rows=[_row(indicator, month, values, asked) for month in reversed(values.months)],
    )
    return only_told(table, "counted", "restated")


def _row(indicator: str, month: date, values: Indicators, asked: Asked) -> Row:
    row = values.trend[indicator].get(month)
    named, here = month_name(asked.language, month), asked.here("/indicators", month=month)
    said, made_of = told(asked, indicator, row), counted(asked, row)
    return Row(
        [
            Cell(f"{month:%Y-%m}", named, here),
            Cell(row.value if row else None, said),
            Cell(row.counted if row else 0, made_of if made_of != said else ""),
            _state(row, month == values.months[-1], asked),
            _restated(indicator, row, asked),
        ]
    )


def _state(row: IndicatorRow | None, runs: bool, asked: Asked) -> Cell:
    if row is None:
        return Cell()
    if row.frozen_at:
        day = row.frozen_at.astimezone(asked.moment.zone).date()
        return Cell("final", asked.t("indicators.state.final", day=asked.speech.day(day)))
    state = "runs" if runs else "reconstructed" if row.reconstructed else "open"
    return Cell(state, asked.t(f"indicators.state.{state}"))


def _restated(indicator: str, row: IndicatorRow | None, asked: Asked) -> Cell:
    """What a frozen figure would be by now."""
    if row is None or row.restated is None:
        return Cell()
    now = row.restated
    if now["value"] is None:
        return Cell(None, asked.t("indicators.not_measured"))
    of = asked.t("indicators.of", met=now["met"], counted=now["counted"]) if now["met"] is not None else ""
    return Cell(now["value"], amount(asked, indicator, now["value"]), notes=[of])
