"""What is parked: deliveries that wait for a person."""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from alerts.attempt import reader_of
from alerts.routing import refusal
from config.settings import Settings
from unify.derived import table_of
from unify.tables import Delivery

_DELIVERY = table_of(Delivery)


def retry(connection: Connection, settings: Settings, number: int, wall: datetime) -> str:
    """Take a parked delivery out of the parking, to be tried again; "", or why it stays as it is, and what to do."""
    this = _DELIVERY.c.id == number
    row = connection.execute(select(_DELIVERY).where(this, _DELIVERY.c.state == "parked")).mappings().first()
    if row is None:
        return f"delivery {number} is not parked; see `milepost deliveries list`"
    reader = reader_of(settings, row["payload"])
    if reader is not None and (why := refusal(settings, reader)):
        return (
            f"delivery {number} stays parked: {why}. If they are to get messages, add them to [people], "
            "or the domain of their address to team_domains"
        )
    fresh = {"state": "waiting", "attempts": 0, "not_before": wall, "last_error": ""}
    connection.execute(update(_DELIVERY).where(this).values(fresh))
    return ""


def parked(connection: Connection, channel: str = "") -> list[int]:
    """The numbers of what is parked, by one channel or by all, oldest first."""
    numbers = select(_DELIVERY.c.id).where(_DELIVERY.c.state == "parked").order_by(_DELIVERY.c.id)
    return list(connection.scalars(numbers.where(_DELIVERY.c.channel == channel) if channel else numbers))


def count_parked(connection: Connection) -> int:
    """How many deliveries wait for a person."""
    parked = select(func.count()).select_from(_DELIVERY).where(_DELIVERY.c.state == "parked")
    return connection.execute(parked).scalar_one()
