"""What changed since the last working day began, in words."""

from datetime import date

from report.asked import Asked
from report.document import Cell, Column, Row
from report.pages.about import about, tool
from report.pages.health import TONES
from report.reading.lately import Changed
from report.speech import link
from rules.health.turns import Turn
from rules.health.words import colour_name


def columns(asked: Asked) -> list[Column]:
    """Of the list."""
    t = asked.t
    return [
        Column("name", t("changes.what")),
        Column("change", t("changes.change")),
        Column("client", t("client")),
        Column("by", t("changes.by")),
        Column("at", t("changes.at"), "instant"),
    ]


def row(asked: Asked, one: Changed | Turn) -> Row:
    """One of them."""
    return _turned(asked, one) if isinstance(one, Turn) else _changed(asked, one)


def _changed(asked: Asked, row: Changed) -> Row:
    """A date that was moved, work that was asked for besides, or feedback that came in."""
    change = _change(asked, row)
    return Row(
        [
            Cell(row.name, row.name, link(row.url), notes=[about(tool(asked, row.source), row.project_name)]),
            Cell(change, change),
            _client(asked, row.client),
            Cell(row.by or None, row.by),
            Cell(row.at, asked.speech.at(row.at)),
        ],
        group=_kind(asked, row),
        stale=row.source in asked.stale,
    )


def _turned(asked: Asked, turn: Turn) -> Row:
    """A project that became better or worse."""
    before, after = (colour_name(asked.language, colour) for colour in (turn.before, turn.after))
    said = asked.t("changes.from_to", before=before, after=after)
    name = Cell(turn.name, turn.name, asked.project_page(turn.key))
    change = Cell(turn.after, said, tone=TONES[turn.after])
    return Row([name, change, _client(asked, turn.client), Cell(), Cell()], asked.t("changes.health"))


def _client(asked: Asked, key: str | None) -> Cell:
    name = asked.client_name(key) if key else ""
    return Cell(name or None, name, asked.client_page(key))


def _kind(asked: Asked, row: Changed) -> str:
    match row.kind:
        case "date":
            return asked.t("changes.dates")
        case "request":
            return asked.t("changes.requests")
    return asked.t("changes.feedback")


def _change(asked: Asked, row: Changed) -> str:
    match row.kind:
        case "date":
            return asked.t("changes.from_to", before=_day(asked, row.before), after=_day(asked, row.after))
        case "request":
            return asked.t("changes.asked")
    return asked.t("changes.wrote")


def _day(asked: Asked, on: date | None) -> str:
    return asked.speech.day(on) or asked.t("no_date")
