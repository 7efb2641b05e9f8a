"""How much work was done: items by the month in which they were."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from rules.indicators.figures import Window
from rules.moment import Moment
from unify.derived import SOURCE, WORK_ITEM


def read_throughput(connection: Connection, moment: Moment, months: Sequence[Window]) -> Mapping[str, Counter[date]]:
    """By client, and of all (""): how many items were done in each of `months`, by its first day.

    Each once, in the month of the last time that it was done; one that was tidied away after that was done too.
    """
    item = WORK_ITEM.c

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), moment.zone)

    def done_in(month: Window) -> ColumnElement[int]:
        since, until = midnight(month.first), midnight(month.last + timedelta(days=1))
        return case((and_(item.done_at >= since, item.done_at < until), 1), else_=0)

    counts: list[ColumnElement[int]] = [func.sum(done_in(month)).label(f"month_{n}") for n, month in enumerate(months)]
    query = (
        select(item.client_key, *counts)
        .join(SOURCE, SOURCE.c.name == item.source)
        .where(SOURCE.c.active, item.status_category == "done", item.done_at >= midnight(months[0].first))
        .group_by(item.client_key)
    )
    found = defaultdict[str, Counter[date]](Counter)
    for client, *numbers in connection.execute(query):
        done = Counter({month.first: int(number) for month, number in zip(months, numbers, strict=True)})
        found[""].update(done)
        if client:
            found[client].update(done)
    return found
