"""The pages of one project's items, and of its whole record of changes."""

from report import choices
from report.asked import Asked
from report.document import Cell, Column, Document, Row, Table
from report.pages.kind import PageKind
from report.pages.project_tables import CATEGORIES, change_table
from report.pages.tables import only_told, turned
from report.reading.project_items import ProjectChanges, ProjectItem, ProjectItems, read_changes_page, read_items
from report.speech import link


def show_items(values: ProjectItems, asked: Asked) -> Document:
    """A row each."""
    t = asked.t
    table = Table(
        anchor="items",
        heading=t("project.items"),
        columns=[
            Column("name", t("project.item")),
            Column("status", t("project.status")),
            Column("due", t("due_date"), "day"),
            Column("owner", t("owner")),
        ],
        rows=[_item(row, asked) for row in values.items],
        empty=t("project.no_work"),
    )
    shown = turned(only_told(table, "due", "owner"), asked, f"/items/{values.key}", more=values.more)
    statuses = {category: t(f"status.{category}") for category in CATEGORIES}
    status = choices.choice(asked, "status", t("project.status"), statuses)
    return Document("items", t("items.title", name=values.name), blocks=[shown], filters=[status])


def _item(row: ProjectItem, asked: Asked) -> Row:
    category = row.status_category if row.status_category in CATEGORIES else "unknown"
    return Row(
        [
            Cell(row.name, row.name or row.short, link(row.url), notes=[row.short if row.name else ""]),
            Cell(category, row.status or asked.t(f"status.{category}")),
            Cell(row.due_on, asked.speech.day(row.due_on)),
            Cell(row.owner_name, row.owner_name or ""),
        ],
        stale=row.source in asked.stale,
    )


def show_changes(values: ProjectChanges, asked: Asked) -> Document:
    """A row each, the latest first."""
    table = only_told(change_table(values.changes, asked), "by", "from", "to", "reference")
    shown = turned(table, asked, f"/changes/{values.key}", more=values.more)
    return Document("changes", asked.t("record.title", name=values.name), blocks=[shown])


ITEMS = PageKind("items", "/items/{of}", read_items, show_items, frozenset({"status", "page"}))
CHANGES = PageKind("changes", "/changes/{of}", read_changes_page, show_changes, frozenset({"page"}))
