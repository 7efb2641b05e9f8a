"""How one client and its projects do."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement

from report.asked import Asked
from rules.health.reading import health_by
from rules.health.values import Health
from rules.views.reader import ViewReader


def views_around(asked: Asked, client: str | None) -> ViewReader:
    """What there is of that client; None: of nobody. Whether the reader may see it was asked before."""

    def of_it(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column.is_(None) if client is None else column == client

    return asked.views.within(of_it)


def read_health_around(asked: Asked, client: str | None) -> Mapping[str, Health]:
    """Of that client and of its projects, by key; None: of the projects that are nobody's."""
    return health_by(views_around(asked, client), asked.settings)
