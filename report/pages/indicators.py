"""The indicators: what a month's figures say, the year before it, by client, and what was missed or left out."""

from collections.abc import Iterator

from config.language import month as month_name
from report import choices
from report.asked import Asked
from report.document import Block, Cell, Choice, Column, Document, Figure, Line, Lines, Row, Table, Tone
from report.pages.indicator_chart import chart_of
from report.pages.indicator_words import counted, is_sure, name, target, told
from report.pages.kind import PageKind
from report.pages.tables import only_told
from report.reading.indicators import INDICATORS, ClientMonth, Indicators, Named, read_indicators
from report.rows import Feed, IndicatorRow
from report.speech import link
from rules.indicators.figures import ALERT_MONTHS

_PATH = "/indicators"
_FEEDS: dict[str, Feed] = {
    "on_time": "milestones",
    "slip": "milestones",
    "satisfaction": "feedback",
    "communication": "feedback",
    "first_response": "feedback",
    "throughput": "projects",
    "risk_response": "projects",
}


def show(values: Indicators, asked: Asked) -> Document:
    """Figures, drawings of twelve months, the clients side by side, and the rows that were not met or not counted."""
    measured = [one for one in _shown(values) if any(row.counted for row in values.trend[one].values())]
    blocks: list[Block] = [chart_of(one, values, asked) for one in measured]
    if values.clients:
        blocks.append(_clients(values, asked))
    blocks.append(_named(values, asked))
    if missing := [one for one in _shown(values) if one not in measured]:
        blocks.append(_not_measured(missing, asked))
    figures = [_figure(one, values, asked) for one in _shown(values) if one != "slip"]
    notices, filters = list(_notices(values, asked)), _filters(values, asked)
    return Document("indicators", asked.t("page.indicators"), figures, notices, blocks, filters)


def _shown(values: Indicators) -> Iterator[str]:
    """What our own people think is no client's matter."""
    return (one for one in INDICATORS if values.is_whole or one != "communication")


def _notices(values: Indicators, asked: Asked) -> Iterator[str]:
    """How far the month can be believed."""
    rows, of = values.figures.values(), month_name(asked.language, values.month)
    if values.month == values.months[-1]:
        yield asked.t("indicators.runs", month=of)
    elif any(row.reconstructed for row in rows):
        yield asked.t("indicators.reconstructed", month=of)
    elif rows and not any(row.frozen_at for row in rows):
        yield asked.t("indicators.not_final", month=of)
    if unread := sorted({source for row in rows for source in row.details.get("unread", ())}):
        yield asked.t("indicators.unread", month=of, sources=asked.speech.joined(unread))


def _filters(values: Indicators, asked: Asked) -> list[Choice]:
    among = sorted({*values.months, values.month}, reverse=True)
    return [
        choices.months(asked, asked.t("indicators.month"), values.month, among),
        choices.clients(asked),
        choices.bd_managers(asked),
    ]


def _figure(indicator: str, values: Indicators, asked: Asked) -> Figure:
    """Over three months where that is told: of one alone there are often too few."""
    row = values.over_three.get(indicator) or values.figures.get(indicator)
    goal = values.targets.get(indicator)
    of = month_name(asked.language, values.month)
    period = asked.t("indicators.over_three", month=of) if row and row.months == ALERT_MONTHS else ""
    parts = [name(asked, indicator), period, counted(asked, row), target(asked, indicator, goal)]
    return asked.figure(
        indicator,
        row.value if row else None,
        " · ".join(part for part in parts if part),
        "#" + (indicator if any(one.counted for one in values.trend[indicator].values()) else "not-measured"),
        text=told(asked, indicator, row),
        tone=_tone(row, goal),
        feed=_FEEDS[indicator],
    )


def _tone(row: IndicatorRow | None, goal: float | None) -> Tone:
    """No colour without a target, nor from a few."""
    if row is None or row.value is None or goal is None or not is_sure(row):
        return ""
    return "green" if row.value >= goal else "amber"


def _clients(values: Indicators, asked: Asked) -> Table:
    shown = [one for one in INDICATORS if one != "communication"]
    table = Table(
        anchor="clients",
        heading=asked.t("indicators.clients", month=month_name(asked.language, values.month)),
        columns=[Column("client", asked.t("client")), *(Column(one, name(asked, one), "number") for one in shown)],
        rows=[_client(one, shown, asked) for one in values.clients],
        count=len(values.clients),
    )
    return only_told(table, *shown)


def _client(of: ClientMonth, shown: list[str], asked: Asked) -> Row:
    called = asked.client_name(of.client)
    narrowed = asked.here(_PATH, client=of.client.removeprefix("client/"))
    return Row([Cell(called, called, narrowed), *(_of_client(of.figures.get(one), asked) for one in shown)])


def _of_client(row: IndicatorRow | None, asked: Asked) -> Cell:
    if row is None:
        return Cell()
    said, beside = told(asked, row.indicator, row), counted(asked, row)
    return Cell(row.value, said, notes=[beside if beside != said else ""])


def _named(values: Indicators, asked: Asked) -> Table:
    """What kept a figure from being better, and what was not in it."""
    t = asked.t
    return Table(
        anchor="named",
        heading=t("indicators.named", month=month_name(asked.language, values.month)),
        columns=[
            Column("name", t("indicators.what")),
            Column("why", t("indicators.why")),
            Column("indicator", t("indicators.indicator")),
            Column("client", t("client")),
        ],
        rows=[_one(one, asked) for one in values.named],
        count=len(values.named),
        empty=t("indicators.none_named"),
    )


def _one(one: Named, asked: Asked) -> Row:
    client, of = asked.client_name(one.client), name(asked, one.indicator)
    why = asked.t(f"indicators.left_out.{one.why}")
    is_bad = one.why in ("missed", "late")
    return Row(
        [
            Cell(one.name, one.name, link(one.url)),
            Cell(one.why, why, tone="amber" if is_bad else ""),
            Cell(of, of),
            Cell(client, client, asked.client_page(one.client)),
        ],
        stale=one.source in asked.stale,
    )


def _not_measured(missing: list[str], asked: Asked) -> Lines:
    """With what would let it be measured."""
    lines = [Line(name(asked, one), note=asked.t(f"indicators.cure.{one}")) for one in missing]
    return Lines("not-measured", asked.t("indicators.not_measured_yet"), lines)


INDICATORS_PAGE = PageKind("indicators", _PATH, read_indicators, show, frozenset({"client", "bd", "month"}))
