"""The page of people: who has how much open work, in the order of names and without colours; and the work of one."""

from datetime import timedelta

from report.asked import Asked
from report.document import Block, Cell, Column, Document, Line, Lines, Row, Table
from report.pages.kind import PageKind
from report.pages.tables import only_told, turned
from report.reading.people import People, PersonItem, PersonLoad, PersonWork, Week, read_people_load, read_person
from report.speech import link

_PATH = "/people"


def show(values: People, asked: Asked) -> Document:
    """Both weeks side by side; last, who has none."""
    t, day = asked.t, asked.speech.day
    first = values.monday
    table = Table(
        anchor="people",
        heading=t("people.heading"),
        columns=[
            Column("name", t("people.name")),
            Column("this_week", t("people.this_week"), "number"),
            Column("next_week", t("people.next_week"), "number"),
            Column("open", t("people.open"), "number"),
            Column("undated", t("people.undated"), "number"),
            Column("tools", t("people.tools")),
        ],
        rows=[_row(row, asked) for row in values.rows],
        count=len(values.rows),
        intro=t("people.intro", this=day(first), next=day(first + timedelta(days=7))),
        empty=t("people.none"),
    )
    blocks: list[Block] = [only_told(table, "undated")]
    if values.free:
        blocks.append(Lines("free", t("people.free"), [Line(asked.speech.joined(values.free))]))
    return Document("people", t("page.people"), blocks=blocks)


def _row(row: PersonLoad, asked: Asked) -> Row:
    number = asked.speech.number
    theirs = asked.to(f"{_PATH}/{row.key.removeprefix('person/')}")
    labels = {source.name: source.label for source in asked.sources}
    in_tools = sorted((labels.get(source, source), count) for source, count in row.by_source.items())
    tools = asked.speech.joined([asked.t("people.in_tool", tool=tool, count=count) for tool, count in in_tools])
    return Row(
        [
            Cell(row.name, row.name, theirs, notes=[asked.t("people.capacity_said") if row.capacity_is_said else ""]),
            _week(row.this_week, asked),
            _week(row.next_week, asked),
            Cell(row.open, number(row.open), theirs),
            Cell(row.undated, number(row.undated) if row.undated else ""),
            Cell(tools, tools),
        ],
        stale=bool(asked.stale & row.by_source.keys()),
    )


def _week(week: Week | None, asked: Asked) -> Cell:
    """Hours of those that the week has; the items that are due, and how many of them nobody estimated."""
    if week is None:
        return Cell(None, asked.t("people.nothing"))
    due = asked.t("people.items", count=week.items) if week.items else ""
    if week.hours is None:
        return Cell(None, due or asked.t("people.nothing"), notes=[asked.t("people.not_estimated") if due else ""])
    number = asked.speech.number
    guess = asked.t("people.unestimated", count=week.unestimated) if week.unestimated else ""
    hours = asked.t("people.hours", hours=number(round(week.hours, 1)), capacity=number(round(week.capacity, 1)))
    return Cell(round(week.hours, 1), hours, notes=[due, guess])


def show_person(values: PersonWork, asked: Asked) -> Document:
    """The open items of one, the nearest day first."""
    t = asked.t
    table = Table(
        anchor="items",
        heading=t("people.work"),
        columns=[
            Column("name", t("project.item")),
            Column("due", t("due_date"), "day"),
            Column("hours", t("people.left"), "number"),
            Column("status", t("project.status")),
            Column("project", t("portfolio.project")),
        ],
        rows=[_item(row, asked) for row in values.items],
        empty=t("people.no_work"),
    )
    shown = only_told(table, "due", "hours", "project")
    path = f"{_PATH}/{values.key.removeprefix('person/')}"
    return Document("person", values.name, blocks=[turned(shown, asked, path, more=values.more)])


def _item(row: PersonItem, asked: Asked) -> Row:
    shared = asked.t("people.shared", count=row.others) if row.others > 0 else ""
    is_late = row.due_on is not None and row.due_on < asked.moment.today
    return Row(
        [
            Cell(row.name, row.name or row.short, link(row.url), notes=[row.short if row.name else "", shared]),
            Cell(row.due_on, asked.speech.day(row.due_on), warn=asked.t("project.overdue") if is_late else ""),
            Cell(row.hours, asked.speech.number(row.hours)),
            Cell(row.status, row.status),
            Cell(row.project_name, row.project_name or "", asked.project_page(row.project)),
        ],
        stale=row.source in asked.stale,
    )


PEOPLE = PageKind("people", _PATH, read_people_load, show, is_of_people=True)
PERSON = PageKind("person", _PATH + "/{of}", read_person, show_person, frozenset({"page"}), is_of_people=True)
