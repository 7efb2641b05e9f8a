"""Today: what needs the reader, the worst first, and what comes."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from report.asked import Asked
from report.choices import bd_managers, clients
from report.document import Block, Column, Document, Figure, Line, Lines, Row, Table, Tone
from report.freshness import freshness
from report.pages import today_alerts, today_changes
from report.pages.about import is_of_one
from report.pages.kind import PageKind
from report.pages.today_promises import (
    by_client,
    due_columns,
    due_row,
    is_this_week,
    moved_columns,
    moved_row,
    overdue_columns,
    overdue_row,
    simply_due,
    undated_line,
)
from report.pages.today_sources import sources_table, stale_notices
from report.pages.today_waiting import waiting_columns, waiting_row
from report.reading.lately import Changed
from report.reading.promises import DUE_SOON_DAYS
from report.reading.today import Today, read_today
from report.rows import Feed
from rules.health.turns import Turn

_PATH = "/"
SHOWN = 25
"""Of each list so many rows stand on the page; all of them where it is asked for by itself (`status`)."""
FOLDED = 5
"""A list of a client's other alerts, of what nobody owns, or of what has no date, that is longer than this shows its
first ones."""
_T = TypeVar("_T")


def show(values: Today, asked: Asked) -> Document:
    """Figures, then the list behind each; with `status` that list alone."""
    blocks = [block for block in _blocks(values, asked) if asked.filters.status in ("", block.anchor)]
    return Document(
        "today",
        _title(asked),
        figures=_figures(values, asked),
        notices=[*stale_notices(asked), *_stopped(values, asked)],
        blocks=blocks,
        filters=[clients(asked), bd_managers(asked), today_alerts.severities(asked)],
    )


def _title(asked: Asked) -> str:
    """Whose page it is, where it is one BD manager's: the reader's own where its address asks for another's."""
    bd = "" if asked.asks_for_others else asked.filters.bd
    name = asked.person_name(bd or asked.reader.name) if is_of_one(asked) else ""
    return asked.t("title_of", name=name) if name else asked.t("title")


def _stopped(values: Today, asked: Asked) -> list[str]:
    rules = asked.speech.joined(list(values.stopped))
    return [asked.t("stopped", count=len(values.stopped), rules=rules)] if rules else []


# --- figures


def _figures(values: Today, asked: Asked) -> list[Figure]:
    """Promises that a moved date hides, other alerts, what changed, and what belongs to nobody are counted only where
    there are some."""
    t, promises = asked.t, values.promises
    overdue, moved, waiting = len(promises.overdue), len(promises.moved), len(values.unhandled)
    week = sum(is_this_week(asked, row) for row in promises.soon)
    due = t("figure.due_week", count=len(promises.soon), days=DUE_SOON_DAYS)
    changed = len(values.changes.rows) + len(values.changes.turns)
    nobodys = len(values.projects_without_client) + len(values.clients_without_bd)
    gravest = today_alerts.TONES[values.alerts[0].severity] if values.alerts else ""
    made = [
        _figure(asked, "overdue", overdue, t("figure.overdue", count=overdue), "red", "milestones"),
        _figure(asked, "moved", moved, t("figure.moved", count=moved), "red", "milestones") if moved else None,
        _figure(asked, "feedback", waiting, t("figure.unhandled", count=waiting), "red", "feedback"),
        _figure(asked, "alerts", len(values.alerts), t("figure.alerts", count=len(values.alerts)), gravest)
        if values.alerts
        else None,
        _figure(asked, "changes", changed, t("figure.changes", count=changed, since=_since(values, asked)))
        if changed
        else None,
        _figure(asked, "due-soon", week, due, feed="milestones"),
        _figure(asked, "unowned", nobodys, t("figure.unowned"), "amber", "projects") if nobodys else None,
    ]
    return [figure for figure in made if figure is not None]


def _figure(asked: Asked, anchor: str, value: int, label: str, tone: Tone = "", feed: Feed | None = None) -> Figure:
    """It leads to its list on this very page, unless another one stands here alone."""
    href = f"#{anchor}"
    if asked.filters.status not in ("", anchor):
        href = asked.here(_PATH, status="") + href
    return asked.figure(anchor, value, label, href, tone=tone if value else "", feed=feed)


def _since(values: Today, asked: Asked) -> str:
    return asked.speech.day(values.changes.since.date())


# --- lists


def _blocks(values: Today, asked: Asked) -> list[Block]:
    """Those that have something to tell, and those of which it is told that there is nothing."""
    blocks = [
        _unowned(values, asked),
        _overdue(values, asked),
        _moved(values, asked),
        _feedback(values, asked),
        _alerts(values, asked),
        _changes(values, asked),
        _due_soon(values, asked),
        _undated(values, asked),
        sources_table(asked, values.sources),
    ]
    return [block for block in blocks if block is not None]


def _unowned(values: Today, asked: Asked) -> Block | None:
    """Projects without a client, then clients without a BD manager."""
    t = asked.t
    projects = [
        Line(
            row.name,
            asked.project_page(row.key),
            t("unowned.project_suggested", tool=row.tool, client=asked.client_name(row.suggested))
            if row.suggested
            else t("unowned.project", tool=row.tool),
        )
        for row in values.projects_without_client
    ]
    people = [
        Line(asked.client_name(key), asked.client_page(key), t("unowned.client")) for key in values.clients_without_bd
    ]
    lines = projects + people
    if not lines:
        return None
    return Lines("unowned", t("unowned.heading"), lines, first=_first(asked), closing=t("unowned.cure"))


def _overdue(values: Today, asked: Asked) -> Block:
    promises, t = values.promises, asked.t
    moved = len(promises.moved)
    none = t("overdue.none_but_moved", count=moved) if moved else t("overdue.none")
    return _table(
        asked,
        ("overdue", t("overdue.heading")),
        overdue_columns(asked),
        by_client(promises.overdue),
        overdue_row,
        empty=_nothing(asked, "milestones", none, t("overdue.no_source")),
        intro=t("overdue.internal", count=promises.internal) if promises.internal else "",
    )


def _moved(values: Today, asked: Asked) -> Block | None:
    heading = ("moved", asked.t("moved_past.heading"))
    rows = values.promises.moved
    return _table(asked, heading, moved_columns(asked), rows, moved_row) if rows else None


def _feedback(values: Today, asked: Asked) -> Block:
    t = asked.t
    return _table(
        asked,
        ("feedback", t("feedback.heading")),
        waiting_columns(asked),
        values.unhandled,
        waiting_row,
        empty=_nothing(asked, "feedback", t("feedback.none"), t("feedback.no_source")),
    )


def _alerts(values: Today, asked: Asked) -> Block | None:
    """Of one client the first few, unless the list is asked for by itself."""
    wanted = asked.filters.severity
    rows = [row for row in today_alerts.by_client(values.alerts) if wanted in ("", row.severity)]
    if not values.alerts:
        return None
    is_all = asked.filters.status == "alerts" or asked.filters.limit is None
    part = _part(asked, "alerts", rows) if is_all else rows
    return Table(
        anchor="alerts",
        heading=asked.t("alerts.heading"),
        columns=today_alerts.columns(asked),
        rows=today_alerts.rows_of(asked, part, 0 if is_all else FOLDED),
        count=len(rows),
        intro=today_alerts.by_severity(asked, values.alerts),
        empty=asked.t("alerts.none_like_that"),
        **(_pages(asked, "alerts", len(rows)) if is_all else {}),
    )


def _changes(values: Today, asked: Asked) -> Block:
    changes, t = values.changes, asked.t
    rows: list[Changed | Turn] = [*changes.rows, *changes.turns]
    return _table(
        asked,
        ("changes", t("changes.heading", since=_since(values, asked))),
        today_changes.columns(asked),
        rows,
        today_changes.row,
        empty=_nothing(asked, None, t("changes.none"), t("figure.no_source")),
    )


def _due_soon(values: Today, asked: Asked) -> Block:
    t = asked.t
    table = _table(
        asked,
        ("due-soon", t("due_soon.heading", days=DUE_SOON_DAYS)),
        due_columns(asked),
        values.promises.soon,
        due_row,
        empty=_nothing(asked, "milestones", t("due_soon.none"), t("overdue.no_source")),
    )
    return simply_due(table)


def _undated(values: Today, asked: Asked) -> Block | None:
    lines = [undated_line(asked, row) for row in values.promises.undated]
    return Lines("undated", asked.t("undated.heading"), lines, first=_first(asked)) if lines else None


def _first(asked: Asked) -> int:
    return 0 if asked.filters.limit is None else FOLDED


# --- as much of a list as stands here


def _table(
    asked: Asked,
    anchor_and_heading: tuple[str, str],
    columns: Sequence[Column],
    rows: Sequence[_T],
    said: Callable[[Asked, _T], Row],
    empty: str = "",
    intro: str = "",
) -> Table:
    anchor, heading = anchor_and_heading
    return Table(
        anchor=anchor,
        heading=heading,
        columns=columns,
        rows=[said(asked, row) for row in _part(asked, anchor, rows)],
        count=len(rows),
        empty=empty,
        intro=intro,
        **_pages(asked, anchor, len(rows)),
    )


def _part(asked: Asked, anchor: str, rows: Sequence[_T]) -> Sequence[_T]:
    filters = asked.filters
    if filters.limit is None:
        return rows
    if filters.status == anchor:
        return rows[filters.offset : filters.offset + filters.limit]
    return rows[:SHOWN]


def _pages(asked: Asked, anchor: str, count: int) -> dict[str, str]:
    """Where the rest of a list stands: at first at its own address."""
    filters = asked.filters
    if filters.limit is None:
        return {}
    if filters.status != anchor:
        return {"after": asked.here(_PATH, status=anchor)} if count > SHOWN else {}
    more = count > filters.offset + filters.limit
    return {
        "before": asked.here(_PATH, page=filters.page - 1) if filters.page > 1 else "",
        "after": asked.here(_PATH, page=filters.page + 1) if more else "",
    }


def _nothing(asked: Asked, feed: Feed | None, none: str, no_source: str) -> str:
    """What an empty list says: of which nobody knows is no good news."""
    sources = [row for row in asked.sources if feed is None or feed in row.feeds]
    if not sources:
        return no_source
    if any(row.stale for row in sources):
        return asked.t("none_known", since=freshness(asked.speech, sources))
    return none


TODAY = PageKind("today", _PATH, read_today, show, frozenset({"client", "bd", "severity", "status"}))
