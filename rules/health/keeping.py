"""The stored health of each day: today's row follows what is read, and stands once the day is over.

Rows hold keys and numbers; names are looked up when they are read, so that what was erased is nowhere.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, delete, func, insert, select

from config.settings import Settings
from rules.health.reading import read_health
from rules.health.values import Health, Reason
from rules.moment import Moment
from rules.views.reader import Allows, everybody
from unify.derived import MILESTONE, PROJECT, Row, fetch, slices, table_of
from unify.engine import writing
from unify.hub_state import SETTLED_TIMES, recall, remember
from unify.tables import HealthDay, Risk

KEPT_DAYS = 1100
"""For so many days, three years, a day is kept."""

_KEPT_OF = "health_of"
_REFRESHED_MINUTES = 15
"""How long today's rows stand, where nothing was read: feedback goes on waiting."""
_NOT_STORED = ("name", "project_name")

_DAY, _RISK = table_of(HealthDay), table_of(Risk)


def keep_health(reader: Engine, engine: Engine, settings: Settings, moment: Moment) -> bool:
    """Bring today's rows up to date; False where nothing can have changed since that was done.

    It is read from `reader` before anything is written, and written by `engine` in one transaction.
    """
    with reader.connect() as connection, connection.begin():
        state = _state(connection, moment)
        if recall(connection, _KEPT_OF) == state:
            return False
        today = {health.key: _row(health, moment) for health in read_health(connection, settings, moment).values()}
        stored = {row["key"]: row for row in fetch(connection, select(_DAY).where(_DAY.c.day == moment.today))}
    changed = [key for key, row in today.items() if key not in stored or _content(stored[key]) != _content(row)]
    gone = [*changed, *(stored.keys() - today.keys())]
    with writing(engine) as connection:
        for some in slices(connection, _DAY, gone):
            connection.execute(delete(_DAY).where(_DAY.c.day == moment.today, _DAY.c.key.in_(some)))
        if changed:
            connection.execute(insert(_DAY), [today[key] for key in changed])
        connection.execute(delete(_DAY).where(_DAY.c.day < moment.today - timedelta(days=KEPT_DAYS)))
        remember(connection, _KEPT_OF, state)
    return True


def kept_health(connection: Connection, on: date, scope_of_projects: Allows = everybody) -> Mapping[str, Health]:
    """The health of every project and client as it was last kept on the day `on`, or before it where the hub did not
    run on that day (`Health.on` tells which); by key. Empty: nothing had been kept by then.

    Names are those of today; of what is no longer there, none. Only what a reader may see is read, as
    `scope_of_projects` says of a column of clients' keys: whose it was then.
    """
    last = select(func.max(_DAY.c.day)).where(_DAY.c.day <= on).scalar_subquery()
    rows = fetch(connection, select(_DAY).where(_DAY.c.day == last, scope_of_projects(_DAY.c.client_key)))
    return {health.key: health for health in _named(connection, [_health(row) for row in rows])}


def _state(connection: Connection, moment: Moment) -> str:
    """What the colours hang on: the rows and settings as they were last settled, the day, and the clock."""
    quarter = moment.now.timestamp() // (60 * _REFRESHED_MINUTES)
    return json.dumps([recall(connection, SETTLED_TIMES), moment.today.isoformat(), quarter])


def _row(health: Health, moment: Moment) -> Row:
    reasons = [asdict(reason) for reason in health.reasons]
    return {
        "key": health.key,
        "day": moment.today,
        "client_key": health.client,
        "colour": health.colour,
        "reasons": [{name: told for name, told in one.items() if name not in _NOT_STORED} for one in reasons],
        "native": health.native,
        "computed_at": moment.now,
    }


def _content(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "computed_at"}


def _health(row: Row) -> Health:
    reasons = tuple(Reason(**told) for told in row["reasons"])
    return Health(row["key"], row["day"], row["colour"], reasons, row["client_key"], native=row["native"])


def _named(connection: Connection, kept: Sequence[Health]) -> Iterable[Health]:
    """The same with the names that are known today."""
    reasons_of_all = [reason for one in kept for reason in one.reasons]
    keys = {key for reason in reasons_of_all for key in (reason.key, reason.project)} | {one.key for one in kept}
    names: dict[str, str] = {}
    for table in (PROJECT, MILESTONE, _RISK):
        for some in slices(connection, table, keys):
            known = fetch(connection, select(table.c.key, table.c.name).where(table.c.key.in_(some)))
            names |= {row["key"]: row["name"] for row in known}
    for one in kept:
        reasons = tuple(
            replace(reason, name=names.get(reason.key, ""), project_name=names.get(reason.project, ""))
            for reason in one.reasons
        )
        yield replace(one, reasons=reasons, name=names.get(one.key, ""))
