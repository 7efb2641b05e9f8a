"""Feedback: what waits, what was answered and how soon, by client, and how satisfied clients are."""

from config.language import hours, working_hours
from report import choices
from report.asked import Asked
from report.charts.draw import draw
from report.charts.values import Count, Distribution
from report.document import Cell, Chart, Choice, Column, Document, Figure, Option, Row, Table, Tone
from report.pages.about import owner_cell
from report.pages.client_tables import answered_cell, waits_cell
from report.pages.indicator_chart import chart_of
from report.pages.kind import PageKind
from report.pages.tables import only_told, turned
from report.reading.client_feedback import ClientFeedback
from report.reading.feedback import (
    ALL,
    ANSWERED,
    MEASURED,
    OVER,
    WAITING,
    ClientAnswers,
    FeedbackPage,
    Soon,
    read_feedback,
    status_of,
)
from report.speech import link
from rules.indicators.answers import Hours

_PATH = "/feedback"
_FEW = 5
"""Fewer than these say nothing of how soon we answer."""


def show(values: FeedbackPage, asked: Asked) -> Document:
    """What waits first; then how soon we answer, by client and by hours, and what the year's answers were worth."""
    trends = [chart_of(indicator, values.measured, asked) for indicator in MEASURED]
    return Document(
        "feedback",
        asked.t("feedback"),
        figures=_figures(values, asked),
        blocks=[_list(values, asked), _by_client(values, asked), _soon(values, asked), *trends],
        filters=_filters(values, asked),
    )


def _figures(values: FeedbackPage, asked: Asked) -> list[Figure]:
    t = asked.t
    median = asked.figure(
        "median",
        values.all.median.hours if values.all.median else None,
        t("feedback.median", count=values.all.counted, first=_first(values, asked))
        if values.all.median
        else t("feedback.soon"),
        "#soon",
        text=_number(values.all.median, asked) or t("feedback.not_measured"),
        feed="feedback",
    )
    return [_counted("over", values.over, asked), _counted("waiting", values.waiting, asked), median]


def _counted(status: str, count: int, asked: Asked) -> Figure:
    label = asked.t("feedback.over", count=count) if status == OVER else asked.t("feedback.waiting", count=count)
    tone: Tone = "red" if status == OVER and count else ""
    href = asked.here(_PATH, status=status, month=None) + "#list"
    return asked.figure(status, count, label, href, tone=tone, feed="feedback")


def _filters(values: FeedbackPage, asked: Asked) -> list[Choice]:
    t = asked.t
    names = {WAITING: t("feedback.is_waiting"), OVER: t("feedback.is_over"), ANSWERED: t("feedback.is_answered")}
    statuses = {**names, ALL: t("filter.all")}
    return [
        choices.clients(asked),
        choices.bd_managers(asked),
        Choice("status", t("state"), [Option(one, name, one == status_of(asked)) for one, name in statuses.items()]),
        _months(values, asked),
    ]


def _months(values: FeedbackPage, asked: Asked) -> Choice:
    """All of them, or one; the latest first."""
    among = choices.months(asked, asked.t("feedback.month"), asked.filters.month or values.last, values.months[::-1])
    chosen = asked.filters.month is not None
    every = Option("", asked.t("filter.all"), not chosen)
    options = [Option(one.value, one.label, one.chosen and chosen) for one in among.options]
    return Choice(among.name, among.label, [every, *options])


def _list(values: FeedbackPage, asked: Asked) -> Table:
    t = asked.t
    table = Table(
        anchor="list",
        heading=_heading(asked),
        columns=[
            Column("subject", t("feedback")),
            Column("client", t("client")),
            Column("received", t("told.received"), "instant"),
            Column("answered", t("told.answered"), "number"),
            Column("waits", t("waiting"), "number"),
            Column("owner", t("owner")),
        ],
        rows=[_row(row, asked) for row in values.list.rows],
        count=values.list.count,
        empty=t("feedback.none_like_that"),
    )
    limit = asked.filters.limit
    more = limit is not None and asked.filters.offset + len(values.list.rows) < values.list.count
    return turned(table, asked, _PATH, more=more)


def _heading(asked: Asked) -> str:
    match status_of(asked):
        case "waiting":
            return asked.t("feedback.is_waiting")
        case "over":
            return asked.t("feedback.is_over")
        case "answered":
            return asked.t("feedback.is_answered")
    return asked.t("feedback.every")


def _row(row: ClientFeedback, asked: Asked) -> Row:
    client = asked.client_name(row.client)
    about = asked.speech.joined([row.author or "", row.project_name or ""])
    owner = owner_cell(asked, row.owner_name) if not row.handled else Cell(row.owner_name, row.owner_name or "")
    return Row(
        [
            Cell(row.subject, row.subject or asked.t("comments.empty"), link(row.url), notes=[about]),
            Cell(client, client, asked.client_page(row.client)),
            Cell(row.received_at, asked.speech.at(row.received_at)),
            answered_cell(row, asked),
            waits_cell(row, asked),
            owner,
        ],
        stale=row.source in asked.stale,
    )


def _by_client(values: FeedbackPage, asked: Asked) -> Table:
    t = asked.t
    table = Table(
        anchor="clients",
        heading=t("feedback.by_client"),
        columns=[
            Column("client", t("client")),
            Column("over", t("feedback.is_over"), "number"),
            Column("waiting", t("feedback.is_waiting"), "number"),
            Column("counted", t("feedback.came_in"), "number"),
            Column("unanswered", t("feedback.unanswered"), "number"),
            Column("median", t("feedback.half_within"), "number"),
        ],
        rows=[_client(row, asked) for row in values.clients],
        count=len(values.clients),
        empty=t("feedback.none_like_that"),
        intro=_span(values, asked),
    )
    return only_told(table, "over", "waiting", "unanswered")


def _client(row: ClientAnswers, asked: Asked) -> Row:
    def counted(count: int, status: str = "") -> Cell:
        only = (row.client or "").removeprefix("client/")
        href = asked.here(_PATH, client=only, status=status or ALL) + "#list" if only and count else None
        return Cell(count, asked.speech.number(count) if count else "", href)

    name = asked.client_name(row.client)
    few = asked.t("feedback.few", count=row.counted) if 0 < row.counted < _FEW else ""
    return Row(
        [
            Cell(name, name, asked.client_page(row.client)),
            counted(row.over, OVER),
            counted(row.waiting, WAITING),
            counted(row.counted),
            Cell(row.unanswered, asked.speech.number(row.unanswered) if row.unanswered else ""),
            Cell(row.median.hours if row.median else None, _hours(row.median, asked), notes=[few]),
        ]
    )


def _soon(values: FeedbackPage, asked: Asked) -> Chart:
    """How many answers took how long; hatched, what took longer than most may."""
    t, limit = asked.t, asked.moment.feedback_hours["warning"]
    columns = [Count(_bounds(one, asked), one.answers, one.above >= limit) for one in values.soon]
    columns.append(Count(t("feedback.unanswered"), values.unanswered, is_over=True))
    total = sum(one.number for one in columns)
    in_time = sum(one.number for one in columns if not one.is_over)
    table = Table(
        anchor="soon-rows",
        heading=t("feedback.soon"),
        columns=[Column("hours", t("feedback.hours")), Column("answers", t("feedback.answers"), "number")],
        rows=[Row([Cell(one.label, one.label), Cell(one.number, asked.speech.number(one.number))]) for one in columns],
    )
    alt = t("feedback.soon_alt", count=total, within=in_time, limit=hours(asked.language, limit))
    drawing = Distribution(tuple(columns), t("feedback.hours"))
    return Chart("soon", f"{t('feedback.soon')}{t('colon')}{_span(values, asked)}", draw(drawing), alt, table)


def _bounds(one: Soon, asked: Asked) -> str:
    if one.to is None:
        return asked.t("feedback.above", hours=one.above)
    return asked.t("feedback.up_to", hours=one.to)


def _hours(wait: Hours | None, asked: Asked) -> str:
    """The time so far, where nobody has answered yet."""
    return "" if wait is None else _more(wait) + working_hours(asked.language, wait.hours)


def _number(wait: Hours | None, asked: Asked) -> str:
    return "" if wait is None else _more(wait) + asked.speech.number(wait.hours)


def _more(wait: Hours) -> str:
    return ">\u00a0" if wait.or_more else ""


def _first(values: FeedbackPage, asked: Asked) -> str:
    return asked.speech.day(values.first)


def _span(values: FeedbackPage, asked: Asked) -> str:
    return asked.t("feedback.span", first=_first(values, asked), last=asked.speech.day(values.last))


FEEDBACK_PAGE = PageKind("feedback", _PATH, read_feedback, show, frozenset({"client", "bd", "status", "month"}))
