"""Finding what is gone at the vendor without a trace: the ids that live there against the records that live here."""

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.base import Connector, Ref
from unify.odd_values import clean


@dataclass(frozen=True, slots=True)
class Swept:
    """A part of a stream, compared."""

    missing: list[Ref]
    """They live here, and the vendor no longer lists them."""
    stored: int
    """How many live here."""
    listed: int
    """How many the vendor lists."""
    unknown: frozenset[str]
    """Listed, and not living here in this part."""


def compare(connector: Connector, stream: str, part: str, stored: Iterable[Ref]) -> Swept:
    """`stored`, what lives here, against what the vendor lists.

    What the connector raises, passes: a list that ended short proves nothing.
    """
    living = living_ids(connector, stream, part)
    here = list(stored)
    missing = [ref for ref in here if ref.id not in living]
    return Swept(missing, len(here), len(living), frozenset(living.difference(ref.id for ref in here)))


def living_ids(connector: Connector, stream: str, part: str) -> set[str]:
    """The ids that the vendor lists, as they are stored."""
    return {clean(id) for ids in connector.living_ids(stream, part) for id in ids}
