"""Settling: after rows changed, everything that is concluded from them is made true again."""

from datetime import datetime

from sqlalchemy import Connection

from config.settings import Settings
from unify.derive import derive
from unify.derive_milestones import WorkingDays
from unify.derived import Touched
from unify.link import link


def settle(
    connection: Connection, settings: Settings, touched: Touched | None, working_days: WorkingDays, now: datetime
) -> None:
    """Link and derive what `touched` (table name -> keys) reaches; None, after the config or a mapping changed: all.

    Twice is once, and the result depends on the rows and the config alone: settling step by step what was touched
    ends where settling everything does. `working_days(calendar, from, to)` counts the working days in (from, to];
    `now` is noted on rows that come or go.
    """
    derive(connection, settings, working_days, link(connection, settings, touched, now))
