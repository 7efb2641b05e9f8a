"""What a week came to, for those who answer for clients: what they were told of, how the firm does, and decisions."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from alerts.decisions import decided
from alerts.deliveries import NEWS
from alerts.life import OPEN, QUIET_ENDS
from alerts.outbox import DELIVERY, DELIVERY_ALERT
from alerts.store import ALERT, ALERT_EVENT
from rules.health.turns import Turn, read_turns
from rules.indicators.figures import ALERT_MONTHS, FEWEST
from unify.derived import table_of
from unify.tables import IndicatorMonth

_KEPT = table_of(IndicatorMonth)


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """`on_time`: the firm's promises kept over the last three closed months, `answers`: the first responses of the
    running month, each with `counted`, `met`, `value`, `details`; None: too few to say anything."""

    new: int
    solved: int
    open: int
    on_time: Mapping[str, Any] | None
    answers: Mapping[str, Any] | None
    decided: Mapping[str, int]
    """How many decisions of each kind of `alerts.decisions`."""
    turns: Sequence[Turn] = ()
    """Projects that became better or worse, the worst first."""


def read_week(
    connection: Connection,
    readers: Collection[str],
    clients: Collection[str] | None,
    since: datetime,
    until: datetime,
    today: date,
) -> WeekFigures:
    """Of what `readers` were told in [`since`, `until`); decisions about `clients` (names in `[clients]`;
    None: all) and their projects."""
    told = _told(readers)
    return WeekFigures(
        new=_count(connection, select(told).where(told.c.at >= since, told.c.at < until)),
        solved=_count(connection, _of(told, ALERT_EVENT, _solved(since, until))),
        open=_count(connection, _of(told, ALERT, ALERT.c.state.in_(OPEN))),
        on_time=_indicator(connection, "on_time", ALERT_MONTHS, _KEPT.c.last_on < today),
        answers=_indicator(connection, "first_response", 1, _KEPT.c.first_on <= today),
        decided=Counter(
            one.kind
            for one in decided(connection, since, until)
            if clients is None or not one.client or one.client in clients
        ),
        turns=[
            turn
            for turn in read_turns(connection, since, today)
            if clients is None or (turn.client or "").removeprefix("client/") in clients
        ],
    )


def _told(readers: Collection[str]) -> Any:
    """Every episode of an alert that any of `readers` was told of, and since when."""
    joined = DELIVERY_ALERT.join(DELIVERY, DELIVERY.c.id == DELIVERY_ALERT.c.delivery_id)
    this = (DELIVERY_ALERT.c.fingerprint, DELIVERY_ALERT.c.episode)
    chosen = select(*this, func.min(DELIVERY.c.created_at).label("at")).select_from(joined)
    heard = (
        DELIVERY.c.recipient.in_(readers)
        & DELIVERY.c.kind.in_(NEWS)
        & DELIVERY.c.state.not_in(("dropped", "rehearsed"))
    )
    return chosen.where(heard).group_by(*this).subquery()


def _of(told: Any, table: Any, where: ColumnElement[bool]) -> Select[Any]:
    same = (table.c.fingerprint == told.c.fingerprint) & (table.c.episode == told.c.episode)
    return select(told.c.fingerprint, told.c.episode).join(table, same).where(where).distinct()


def _solved(since: datetime, until: datetime) -> ColumnElement[bool]:
    over = (ALERT_EVENT.c.to_state == "resolved") & ALERT_EVENT.c.reason.not_in(QUIET_ENDS)
    return over & (ALERT_EVENT.c.at >= since) & (ALERT_EVENT.c.at < until)


def _count(connection: Connection, chosen: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()


def _indicator(connection: Connection, name: str, months: int, where: ColumnElement[bool]) -> Mapping[str, Any] | None:
    """The firm's latest figure; None: there is none, or too little was counted for one."""
    of_firm = (_KEPT.c.indicator == name) & (_KEPT.c.months == months) & _KEPT.c.client_key.is_(None)
    newest = select(_KEPT).where(of_firm, where).order_by(_KEPT.c.last_on.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    return None if row is None or row["value"] is None or row["counted"] < FEWEST else dict(row)
