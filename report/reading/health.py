"""How one client and its projects do."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement

from report.asked import Asked
from rules.health.reading import read_health
from rules.health.values import Health


def read_health_around(asked: Asked, client: str | None) -> Mapping[str, Health]:
    """Of that client and of its projects, by key; None: of the projects that are nobody's.

    Whether the reader may see that client was asked before.
    """

    def of_it(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column.is_(None) if client is None else column == client

    return read_health(asked.connection, asked.settings, asked.moment, of_it)
