"""Milestones in words: those that are late, by client; those whose promise was moved away; those that come; those
without a date."""

from collections.abc import Sequence
from datetime import date

from alerts.ahead import rest_of_week
from config.language import days, working_days
from report.asked import Asked
from report.document import Cell, Column, Line, Row, Table
from report.pages.about import about, client_cell, mark, owner_cell, tool, whose
from report.pages.tables import only_told
from report.rows import MilestoneRow
from report.speech import link


def overdue_columns(asked: Asked) -> list[Column]:
    """Of those that are late."""
    t = asked.t
    return [
        Column("name", t("milestone")),
        Column("promised", t("promised"), "day"),
        Column("current", t("current_date"), "day"),
        Column("late", t("late"), "number"),
        Column("owner", t("owner")),
        Column("next_step", t("next_step")),
    ]


def by_client(rows: Sequence[MilestoneRow]) -> list[MilestoneRow]:
    """The client with the longest overdue first, within each the longest overdue first."""
    worst: dict[str | None, int] = {}
    for row in rows:
        worst[row.client] = max(worst.get(row.client, 0), row.days_overdue)
    return sorted(rows, key=lambda row: (-worst[row.client], row.client or "", -row.days_overdue, row.key))


def overdue_row(asked: Asked, row: MilestoneRow) -> Row:
    """One of them."""
    since = asked.t("overdue.since", at=asked.speech.shortly(row.due_at)) if row.due_at else days(asked.language, 0)
    late = days(asked.language, row.days_overdue) if row.days_overdue else since
    working = _working(asked, row.working_days_overdue if row.days_overdue else None)
    return Row(
        [
            _name(asked, row),
            _promised(asked, row),
            _current(asked, row),
            Cell(row.days_overdue, late, tone="red", notes=[working]),
            owner_cell(asked, row.owner_name),
            _next_step(asked, row),
        ],
        group=about(asked.client_name(row.client), whose(asked, row.bd)),
        group_href=asked.client_page(row.client),
        stale=row.stale,
    )


def moved_columns(asked: Asked) -> list[Column]:
    """Of those whose promised day has passed, and whose date was moved on without the client."""
    t = asked.t
    return [
        Column("name", t("milestone")),
        Column("client", t("client")),
        Column("promised", t("promised"), "day"),
        Column("current", t("current_date"), "day"),
        Column("past", t("past_promise"), "number"),
        Column("owner", t("owner")),
        Column("next_step", t("next_step")),
    ]


def moved_row(asked: Asked, row: MilestoneRow) -> Row:
    """One of them."""
    past = days(asked.language, row.days_past_promise) if row.days_past_promise else ""
    working = _working(asked, row.working_days_past_promise if row.days_past_promise else None)
    return Row(
        [
            _name(asked, row),
            client_cell(asked, row.client, row.bd),
            _promised(asked, row),
            _current(asked, row),
            Cell(row.days_past_promise, past, tone="red", notes=[working]),
            owner_cell(asked, row.owner_name),
            _next_step(asked, row),
        ],
        stale=row.stale,
    )


def is_this_week(asked: Asked, row: MilestoneRow) -> bool:
    """Whether it falls due by Sunday."""
    return row.deadline_on is not None and row.deadline_on <= rest_of_week(asked.moment.today)[1]


def due_columns(asked: Asked) -> list[Column]:
    """Of those that come."""
    t = asked.t
    return [
        Column("name", t("milestone")),
        Column("due", t("due_date"), "day"),
        Column("client", t("client")),
        Column("owner", t("owner")),
        Column("promised", t("promised"), "day"),
        Column("next_step", t("next_step")),
    ]


def due_row(asked: Asked, row: MilestoneRow) -> Row:
    """One of them."""
    ahead = (row.deadline_on - asked.moment.today).days if row.deadline_on else 0
    due_in = asked.t("due_soon.in", days=days(asked.language, ahead)) if ahead else asked.t("due_soon.today")
    return Row(
        [
            _name(asked, row),
            Cell(row.deadline_on, _due(asked, row), notes=[due_in, *_agreed(asked, row)]),
            client_cell(asked, row.client, row.bd),
            owner_cell(asked, row.owner_name),
            Cell(row.baseline_on, quiet=asked.t("as_promised"))
            if _is_as_promised(row)
            else Cell(
                row.baseline_on,
                _day(asked, row.baseline_on),
                notes=[*_moved(asked, row), _agreed_before(asked, row)],
                warn=_not_agreed(asked, row),
            ),
            _next_step(asked, row),
        ],
        group=asked.t("due_soon.week") if is_this_week(asked, row) else asked.t("due_soon.later"),
        stale=row.stale,
    )


def simply_due(table: Table) -> Table:
    """Without what was promised and what to do, where all are due as they were promised."""
    return only_told(table, "promised", "next_step")


def undated_line(asked: Asked, row: MilestoneRow) -> Line:
    """One that nobody has given a date."""
    owner = asked.t("has_it", name=row.owner_name or asked.t("nobody"))
    said = asked.speech.joined([row.project_name, asked.client_name(row.client), owner])
    return Line(row.name, link(row.url), said)


def _name(asked: Asked, row: MilestoneRow) -> Cell:
    items = asked.t("items", open=row.open_items, total=row.total_items) if row.total_items else ""
    notes = about(tool(asked, row.source), row.project_name, items, mark(asked, row.source))
    return Cell(row.name, row.name, link(row.url), notes=[notes])


def _due(asked: Asked, row: MilestoneRow) -> str:
    """The date that overdue asks, at its hour where it has one."""
    if row.due_at and row.due_at == row.deadline_at:
        return asked.speech.at(row.due_at)
    return _day(asked, row.deadline_on)


def _day(asked: Asked, on: date | None) -> str:
    return asked.speech.day(on) or asked.t("no_date")


def _is_as_promised(row: MilestoneRow) -> bool:
    return row.deadline_on == row.baseline_on and not row.moves


def _promised(asked: Asked, row: MilestoneRow) -> Cell:
    said = _due(asked, row) if _is_as_promised(row) else _day(asked, row.baseline_on)
    return Cell(row.baseline_on, said, notes=[_agreed_before(asked, row)])


def _current(asked: Asked, row: MilestoneRow) -> Cell:
    """The date of today, where that is not simply what was promised."""
    warn = _not_agreed(asked, row)
    notes = [*_moved(asked, row), *_agreed(asked, row)]
    if _is_as_promised(row):
        return Cell(row.deadline_on, notes=notes, warn=warn, quiet=asked.t("as_promised"))
    return Cell(row.deadline_on, _due(asked, row), notes=notes, warn=warn)


def _is_not_agreed(row: MilestoneRow) -> bool:
    """Later than the promise, or without any date in its place, and the client's agreement is not on record."""
    promised = row.committed_on
    return promised is not None and (row.deadline_on is None or row.deadline_on > promised)


def _not_agreed(asked: Asked, row: MilestoneRow) -> str:
    return asked.t("not_agreed") if _is_not_agreed(row) else ""


def _moved(asked: Asked, row: MilestoneRow) -> list[str]:
    """By how much; how often, when last and by whom."""
    return [note for note in (_slip(asked, row), _moves(asked, row)) if note]


def _slip(asked: Asked, row: MilestoneRow) -> str:
    """By how much the date is not the one first promised: in calendar days where none of them is worked."""
    if not row.slip_days:
        return ""
    count, said = row.slip_days, days
    if row.slip_working_days:
        count, said = row.slip_working_days, working_days
    by = said(asked.language, abs(count))
    return asked.t("moved.later", days=by) if row.slip_days > 0 else asked.t("moved.earlier", days=by)


def _moves(asked: Asked, row: MilestoneRow) -> str:
    if not row.moves or not row.moved_at:
        return asked.t("moved.times", count=row.moves) if row.moves else ""
    on = _day(asked, row.moved_at.astimezone(asked.moment.zone).date())
    if row.moved_by:
        return asked.t("moved.times_by", count=row.moves, on=on, name=row.moved_by)
    return asked.t("moved.times_on", count=row.moves, on=on)


def _agreed(asked: Asked, row: MilestoneRow) -> list[str]:
    """By what the client agreed to the date of today, and what the tool says all the same."""
    if row.agreed_on is None or row.agreed_on != row.deadline_on:
        return []
    said = [asked.t("agreed.with", reference=_reference(asked, row))]
    if row.due_on != row.deadline_on:
        said.append(asked.t("agreed.tool_says", tool=tool(asked, row.source), on=_day(asked, row.due_on)))
    return said


def _agreed_before(asked: Asked, row: MilestoneRow) -> str:
    """What the client had agreed to, where the tool's date was changed since."""
    if row.agreed_on is None or row.agreed_on == row.deadline_on:
        return ""
    return asked.t("agreed.before", on=_day(asked, row.agreed_on), reference=_reference(asked, row))


def _reference(asked: Asked, row: MilestoneRow) -> str:
    return asked.t("reference", reference=row.agreed_reference) if row.agreed_reference else ""


def _working(asked: Asked, count: int | None) -> str:
    return "" if count is None else working_days(asked.language, count)


def _next_step(asked: Asked, row: MilestoneRow) -> Cell:
    """What the one who reads this does about it; empty where nothing is to be done but the work."""
    said = _step(asked, row)
    return Cell(said or None, said)


def _step(asked: Asked, row: MilestoneRow) -> str:
    if row.overdue or (row.deadline_on is None and row.days_past_promise):
        return asked.t("next.date", name=row.owner_name) if row.owner_name else asked.t("next.owner_and_date")
    if _is_not_agreed(row):
        on = _day(asked, row.deadline_on)
        return asked.t("next.agree", on=on) if row.days_past_promise else asked.t("next.agree_or_keep", on=on)
    if row.deadline_on and row.agreed_on == row.deadline_on != row.due_on:
        return asked.t("next.tool", tool=tool(asked, row.source), on=_day(asked, row.deadline_on))
    return ""
