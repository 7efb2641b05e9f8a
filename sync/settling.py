"""Having link and derive look at what was touched: at its keys, or, where that is much, at everything."""

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import Connection, Engine, delete, func, select

from unify.derived import COMMENT, EVERYTHING, TOUCHED, WORK_ITEM
from unify.engine import writing

_FEW, _ALL = 1_000, 20_000
"""Up to so few touched rows, link and derive get the list of their keys; above so many, they go over everything."""

_MANY = (WORK_ITEM, COMMENT)
"""The tables that hold nearly all rows. What is looked up by its key costs about four times what comes by in turn."""

After = Callable[[Connection, Mapping[str, Collection[str]] | None], object]
"""Link and derive: given the touched keys by table, or None for everything."""


def settle(engine: Engine, after: After) -> None:
    """Link and derive what was touched, in one transaction with forgetting that it was."""
    with writing(engine) as connection:
        count = connection.execute(select(func.count()).select_from(TOUCHED)).scalar_one()
        if count == 0:
            return
        after(connection, None if _is_much(connection, count) else _touched_keys(connection))
        connection.execute(delete(TOUCHED))


def _is_much(connection: Connection, touched: int) -> bool:
    """Whether everything was touched, or going over everything is cheaper than going from key to key."""
    if connection.execute(select(TOUCHED).where(TOUCHED.c.table == EVERYTHING["table"])).first():
        return True
    if not _FEW < touched <= _ALL:
        return touched > _ALL
    most = touched * 4
    some = (select(table.c.key).limit(most).subquery() for table in _MANY)  # no more than need be counted
    return sum(connection.execute(select(func.count()).select_from(rows)).scalar_one() for rows in some) < most


def _touched_keys(connection: Connection) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for table, key in connection.execute(select(TOUCHED.c.table, TOUCHED.c.key).order_by(TOUCHED.c.key)):
        keys.setdefault(table, []).append(key)
    return keys
