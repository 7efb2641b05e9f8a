"""Finding what is gone at the vendor without a trace: the ids that live there against the records that live here."""

from collections.abc import Iterable

from connectors.base import Connector, Ref
from unify.odd_values import clean

MOST_GONE = 0.2
"""Lost permission looks like deletion: when more than this share of a part is missing, nothing of it is removed."""


FEW = 5
"""So few may be missing of a list that was just read in full, whatever their share: a morning's tidying up."""


class TooMuchGone(Exception):
    """More of a part is missing than can have been deleted; nothing was removed."""


def gone(connector: Connector, stream: str, part: str, stored: Iterable[Ref]) -> list[Ref]:
    """Of `stored`, the records of `stream` in `part` that the vendor no longer lists.

    A single one may always go. Raises TooMuchGone; what the connector raises, passes: a list that ended short proves
    nothing.
    """
    living: set[str] = set()
    for ids in connector.living_ids(stream, part):
        living.update(map(clean, ids))  # as they are stored
    here = list(stored)
    missing = [ref for ref in here if ref.id not in living]
    doubt(len(missing), len(here), stream, part, few=1)
    return missing


def doubt(missing: int, stored: int, stream: str, part: str, *, few: int) -> None:
    """Raise TooMuchGone where more than `few` are missing, and more than `MOST_GONE` of what is stored."""
    if missing > max(few, MOST_GONE * stored):
        where = f"{stream} of {part}" if part else stream
        raise TooMuchGone(
            f"{missing} of {stored} {where} are missing at the vendor and were kept: "
            "that looks like a lost permission; check what the account may see"
        )
