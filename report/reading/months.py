"""The figures of each month, as they are kept: nothing is reckoned here."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from report.asked import Asked
from report.rows import IndicatorRow
from unify.derived import fetch, table_of
from unify.tables import IndicatorMonth

_KEPT = table_of(IndicatorMonth)


def read_months(asked: Asked, indicators: Sequence[str] = ()) -> Sequence[IndicatorRow]:
    """The latest month first; of a month in the order of keys. The firm's own too for whoever sees all. `indicators`:
    only these; none: all of them."""
    living = _KEPT.c.client_key.in_(sorted(asked.clients))
    whose = or_(_KEPT.c.client_key.is_(None), living) if asked.scope.is_all else living
    kept = select(_KEPT).where(whose, asked.scope.allows(_KEPT.c.client_key))
    if indicators:
        kept = kept.where(_KEPT.c.indicator.in_(indicators))
    ordered = kept.order_by(_KEPT.c.last_on.desc(), _KEPT.c.key)
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
        for row in fetch(asked.connection, ordered)
    ]
