"""Whose data a reader may see. Every query on something of a client goes through here."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true


@dataclass(frozen=True, slots=True)
class Scope:
    """The keys of the clients that a reader may see; None: all of them, and what belongs to no client."""

    clients: frozenset[str] | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is kept from them."""
        return self.clients is None

    def holds(self, client: str | None) -> bool:
        """Whether what belongs to that client (None: to none) may be seen."""
        return self.clients is None or client in self.clients

    def allows(self, client: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition on a column of clients' keys."""
        return true() if self.clients is None else client.in_(sorted(self.clients))

    def within(self, clients: Collection[str]) -> "Scope":
        """Narrowed to those of `clients` that it holds: a filter never widens what may be seen."""
        return Scope(frozenset(clients) if self.clients is None else self.clients.intersection(clients))


EVERYTHING = Scope()
"""Of whoever sees all."""
