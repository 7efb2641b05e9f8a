"""What tables say in small letters: the tool, what is old, whose something is."""

from report.asked import Asked
from report.document import Cell


def about(*parts: str | None) -> str:
    """What stands in small letters under a title."""
    return " · ".join(part for part in parts if part)


def tool(asked: Asked, source: str) -> str:
    """What people call the tool that a row was read from."""
    return next((row.tool for row in asked.sources if row.name == source), "")


def mark(asked: Asked, source: str) -> str:
    """What a row of that source must say of itself; empty where it is up to date."""
    row = next((row for row in asked.sources if row.name == source), None)
    if row is None or not row.stale:
        return ""
    return asked.t("stale.mark") if row.last_ok_at else asked.t("stale.mark_partial")


def whose(asked: Asked, bd: str | None) -> str:
    """Who answers for a client; empty on a page that is one BD manager's, and of what is no client's."""
    if is_of_one(asked):
        return ""
    return asked.t("bd_manager") + asked.t("colon") + (asked.person_name(bd) or asked.t("nobody"))


def is_of_one(asked: Asked) -> bool:
    """Whether the page is of one BD manager's clients."""
    return bool(asked.filters.bd) or not asked.reader.scope.is_all


def client_cell(asked: Asked, client: str | None, bd: str | None) -> Cell:
    """A client with its BD manager."""
    name = asked.client_name(client)
    return Cell(name, name, asked.client_page(client), notes=[whose(asked, bd)])


def owner_cell(asked: Asked, name: str | None) -> Cell:
    """Who has it; that nobody has it is a warning."""
    return Cell(name, name) if name else Cell(None, asked.t("nobody"), tone="amber")
