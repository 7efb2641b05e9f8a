"""The figures of each month, as they are kept: nothing is reckoned here."""

from sqlalchemy import Connection, select

from report.rows import IndicatorRow
from unify.derived import fetch, table_of
from unify.tables import IndicatorMonth

_KEPT = table_of(IndicatorMonth)


def read_indicators(connection: Connection) -> list[IndicatorRow]:
    """Of the firm and of every client, the latest month first; of a month in the order of keys."""
    kept = select(_KEPT).order_by(_KEPT.c.last_on.desc(), _KEPT.c.key)
    return [
        IndicatorRow(
            indicator=row["indicator"],
            months=row["months"],
            first_on=row["first_on"],
            last_on=row["last_on"],
            client=row["client_key"],
            counted=row["counted"],
            met=row["met"],
            value=row["value"],
            details=row["details"],
            left_out=row["left_out"],
            computed_at=row["computed_at"],
            reconstructed=row["reconstructed"],
            frozen_at=row["frozen_at"],
            restated=row["restated"],
        )
        for row in fetch(connection, kept)
    ]
