"""All of one client."""

from dataclasses import dataclass

from report.asked import Asked, NoSuchThing
from report.reading.health import read_health_around
from rules.health.values import Health


@dataclass(frozen=True, slots=True)
class ClientHead:
    """Who it is, whose, and how it does; `bd` is a key."""

    key: str
    bd: str | None
    health: Health


@dataclass(frozen=True, slots=True)
class ClientPage:
    """All that its page says."""

    head: ClientHead


def read_client(asked: Asked) -> ClientPage:
    """Of the client that the config calls `asked.of`. Raises NoSuchThing where there is none that the reader may
    see."""
    key = f"client/{asked.of}"
    client = asked.clients.get(key)
    if client is None:
        raise NoSuchThing("there is no such client")
    health = read_health_around(asked, key)
    return ClientPage(ClientHead(key, client.bd, health[key]))
