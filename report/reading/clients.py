"""The clients of the config, as far as a reader may see them."""

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from report.rows import ClientRow
from report.scope import EVERYTHING, Scope


def read_clients(connection: Connection, scope: Scope = EVERYTHING) -> dict[str, ClientRow]:
    """By their keys, in the order of these."""
    client = SQLModel.metadata.tables["client"].c
    statement = select(client.key, client.names, client.bd_person).where(scope.allows(client.key)).order_by(client.key)
    return {row.key: ClientRow(row.names, row.bd_person) for row in connection.execute(statement)}
