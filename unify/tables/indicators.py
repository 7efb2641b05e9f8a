"""What a firm is measured by: the indicators of each month, as they stood when the month was closed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from unify.tables.row import json_list


class IndicatorMonth(SQLModel, table=True):
    """An indicator over the months that end with `last_on`'s. Of a client, where nothing was there there is no row.

    A figure is reckoned anew until it is frozen, and never changes after that: what would change it is `restated`.
    """

    __tablename__ = "indicator_month"

    key: str = Field(primary_key=True)
    """`{indicator}/{months}/{month as 2026-10}`; of one client with its key behind a further slash."""
    indicator: str
    """on_time, slip, first_response, satisfaction, risk_response, communication, throughput"""
    months: int
    """How many months it is over."""
    first_on: date
    last_on: date = Field(index=True)
    client_key: str | None = None
    """None: the whole firm's."""
    counted: int
    met: int | None = None
    """Of those counted; None where the indicator is no rate."""
    value: float | None = None
    """A rate in percent, a score of 100, working days or working hours; None: nothing was counted."""
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What belongs to the value: `missed`, `median`, `p90` …; docs/indicators.md tells which."""
    left_out: list[dict[str, str]] = json_list()
    """What was not counted: `key` and `reason`."""
    computed_at: datetime
    reconstructed: bool = False
    """Its month had closed before the hub was there: it follows the data, and never freezes."""
    frozen_at: datetime | None = None
    restated: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """What it would be by now, where that is another: `counted`, `met`, `value`, `details`, `left_out`; `at`: since
    when."""
