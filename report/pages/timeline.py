"""The timeline: the milestones of each client over the months, and the table of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import get_args

from config.language import days
from report import choices
from report.asked import Asked
from report.document import Block, Cell, Choice, Column, Document, Figure, Row, Table
from report.pages.kind import PageKind
from report.pages.tables import only_told
from report.pages.timeline_chart import charts_of, lateness
from report.reading.timeline import STATUSES, Timeline, TimelineRow, Zoom, read_timeline
from report.speech import link
from rules.indicators.figures import months_until

_PATH = "/timeline"


def show(values: Timeline, asked: Asked) -> Document:
    """A drawing for each client, then the table of them all."""
    table = _table(values, asked)
    by_client = groupby(values.rows, lambda row: row.client)
    drawn = [chart for client, rows in by_client for chart in charts_of(client, list(rows), values, asked)]
    blocks: Sequence[Block] = [*drawn, table]
    return Document("timeline", asked.t("page.timeline"), _figures(values, asked), (), blocks, _filters(asked))


def _figures(values: Timeline, asked: Asked) -> list[Figure]:
    """What is overdue and what was moved are counted where there are some."""
    t = asked.t
    late, moved = asked.here(_PATH, status="overdue"), asked.here(_PATH, status="moved")
    label = t("timeline.shown", count=values.count)
    figures = [asked.figure("shown", values.count, label, "#milestones", feed="milestones")]
    if values.moved:
        said = t("timeline.moved", count=values.moved)
        figures.insert(0, asked.figure("moved", values.moved, said, moved, tone="amber", feed="milestones"))
    if values.overdue:
        said = t("figure.overdue", count=values.overdue)
        figures.insert(0, asked.figure("overdue", values.overdue, said, late, tone="red", feed="milestones"))
    return figures


def _filters(asked: Asked) -> list[Choice]:
    t, filters = asked.t, asked.filters
    zooms = {zoom: t(f"timeline.zoom.{zoom}") for zoom in get_args(Zoom)}
    statuses = {status: t(f"timeline.status.{status}") for status in STATUSES}
    return [
        choices.one_of(asked, "zoom", t("timeline.zoom"), zooms),
        choices.months(asked, t("timeline.month"), filters.month or asked.moment.today, _months(asked)),
        choices.clients(asked),
        choices.bd_managers(asked),
        choices.choice(asked, "status", t("timeline.status"), statuses),
    ]


def _months(asked: Asked) -> list[date]:
    """The year before this month, and the one after it; and the one that is asked for, wherever it lies."""
    first, found = months_until(asked.moment.today, 13).first, set[date]()
    for _ in range(25):
        found.add(first)
        first = (first + timedelta(days=31)).replace(day=1)
    return sorted({*found, asked.filters.month or asked.moment.today.replace(day=1)})


def _table(values: Timeline, asked: Asked) -> Table:
    """By client, the earliest first."""
    t, filters = asked.t, asked.filters
    shown = filters.offset + len(values.rows)
    table = Table(
        anchor="milestones",
        heading=t("timeline.milestones"),
        columns=[
            Column("name", t("milestone")),
            Column("project", t("timeline.project")),
            Column("baseline", t("timeline.baseline"), "day"),
            Column("agreed", t("timeline.agreed"), "day"),
            Column("current", t("current_date"), "day"),
            Column("slip", t("timeline.slip"), "number"),
            Column("owner", t("owner")),
        ],
        rows=[_row(row, asked) for row in values.rows],
        count=values.count,
        empty=t("timeline.none"),
        intro=t("timeline.undated", count=values.undated) if values.undated else "",
        before=asked.here(_PATH, page=filters.page - 1) if filters.offset and values.rows else "",
        after=asked.here(_PATH, page=filters.page + 1) if shown < values.count else "",
    )
    return only_told(table, "agreed")


def _row(row: TimelineRow, asked: Asked) -> Row:
    t, day = asked.t, asked.speech.day
    moved = t("timeline.moves", count=row.moves) if row.moves else ""
    unagreed = t("not_agreed") if row.moved_without_agreement else ""
    slip = days(asked.language, row.slip_days) if row.slip_days else ""
    return Row(
        [
            Cell(row.name, row.name, link(row.url)),
            Cell(row.project_name, row.project_name or "", asked.project_page(row.project)),
            Cell(row.baseline_on, day(row.baseline_on)),
            Cell(row.agreed_on, day(row.agreed_on)),
            _current(row, asked),
            Cell(row.slip_days, slip, notes=[moved], warn=unagreed),
            Cell(row.owner_name, row.owner_name or ""),
        ],
        group=asked.client_name(row.client),
        group_href=asked.client_page(row.client),
        stale=row.source in asked.stale,
    )


def _current(row: TimelineRow, asked: Asked) -> Cell:
    if row.is_done:
        return Cell(row.until, asked.t("timeline.done_on", day=asked.speech.day(row.until)))
    return Cell(row.until, asked.speech.day(row.until), warn=lateness(row, asked))


TIMELINE = PageKind(
    "timeline", _PATH, read_timeline, show, frozenset({"client", "bd", "status", "zoom", "month", "page"})
)
