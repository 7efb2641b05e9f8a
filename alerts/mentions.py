"""Whom a group's message calls by name: the one BD manager that it waits for, where `[people]` knows their account."""

from sqlalchemy import Engine, select
from sqlalchemy.engine import RowMapping

from config.settings import Settings
from unify.derived import table_of
from unify.tables import Alert, DeliveryAlert

_ALERT, _TOLD = table_of(Alert), table_of(DeliveryAlert)


def account_of(engine: Engine, settings: Settings, row: RowMapping) -> str:
    """Their id with the channel of `row`, a delivery; "" where it is no group's, waits for nobody or for several, tells
    only of an end, or no account is known (`accounts = ["CHANNEL:ID"]`)."""
    if row["recipient"] or row["after"] is not None:
        return ""
    begins = f"{row['channel']}:"
    accounts = {
        f"person/{name}": account.removeprefix(begins)
        for name, person in settings.people.items()
        for account in person.accounts
        if account.startswith(begins)
    }
    if not accounts:
        return ""
    told = select(_ALERT.c.facts["bd"].as_string()).join(_TOLD, _TOLD.c.fingerprint == _ALERT.c.fingerprint)
    with engine.connect() as connection:
        waits_for = set(connection.scalars(told.where(_TOLD.c.delivery_id == row["id"]).distinct()))
    return accounts.get(str(waits_for.pop()), "") if len(waits_for) == 1 else ""
